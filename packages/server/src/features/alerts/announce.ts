import type { Clock } from '../../lib/clock.ts';
import type { DeliveryStore } from './delivery-store.ts';
import { jobMessage } from './message.ts';
import type { EndedRun, JobEvent, JobsForAlerts } from './model.ts';
import { eventOf, isSlow, ruleFor } from './policy.ts';
import type { ReceiverStore } from './receiver-store.ts';
import type { RulesForJob, RuleStore } from './rule-store.ts';

/** What tells one receiver of one event, once. */
const keyOf = ({ execution, event }: JobEvent, receiverId: string): string =>
  `run ${execution.id} ${event} ${receiverId}`;

/** Makes deliveries of what comes to pass with jobs, by the rules. */
export function createAnnounce(deps: {
  rules: RuleStore;
  receivers: Pick<ReceiverStore, 'list'>;
  deliveries: Pick<DeliveryStore, 'add' | 'known' | 'projectOf'>;
  running: JobsForAlerts['running'];
  publicOrigin: string;
  clock: Clock;
  added: (projectId: string) => void;
}) {
  const { rules, deliveries, clock } = deps;

  /** Tells those whom a rule names. Whoever was told of it already is not told again, however often this is called. All events are of one project. */
  async function tell(projectId: string, news: readonly { event: JobEvent; receivers: readonly string[] }[]) {
    const project = news.some(({ receivers }) => receivers.length > 0) ? await deliveries.projectOf(projectId) : null;
    if (project === null) return;
    const now = clock.now();
    const all = await deps.receivers.list(projectId);
    const added = await deliveries.add(
      news.flatMap(({ event, receivers }) => {
        const { job, execution } = event;
        const body = JSON.stringify(jobMessage(event, project, deps.publicOrigin, now));
        return all
          .filter(({ id }) => receivers.includes(id))
          .map(({ id, name, target }) => ({
            key: keyOf(event, id),
            projectId,
            event: event.event,
            receiver: { id, name, type: target.type },
            job: { id: job.id, name: job.name },
            execution: execution.id,
            body,
            createdAt: now,
          }));
      }),
    );
    if (added > 0) deps.added(projectId);
  }

  /** The job of a run and the rules that hold for it, also where it has been deleted meanwhile; null: it went long ago. */
  async function jobOf(run: EndedRun): Promise<{ jobId: number; rules: RulesForJob } | null> {
    const now = run.jobId === null ? null : await rules.forJob(run.project.id, run.jobId);
    // Asked for afterwards: what has gone since was kept before.
    const kept = await rules.kept(run.id);
    if (kept !== null) {
      const project = now?.project ?? (await rules.of({ projectId: run.project.id, jobId: null }));
      return { jobId: kept.jobId, rules: { own: kept.rules, project } };
    }
    return now === null || run.jobId === null ? null : { jobId: run.jobId, rules: now };
  }

  return {
    /** For whoever is about to delete a job: those who are told of its runs are told of those that end with it. */
    async jobGoes(projectId: string, jobId: number): Promise<void> {
      await rules.keep(jobId, await rules.of({ projectId, jobId }));
    },

    /** For whoever knows that a run has ended. May be called again for one run: it is told of once. */
    async runEnded(run: EndedRun): Promise<void> {
      const event = eventOf(run.state);
      if (event === null) return;
      const known = await jobOf(run);
      if (known === null) return;
      const rule = ruleFor(event, known.rules);
      const { id, state, reason, startedAt, endedAt } = run;
      const told = {
        projectId: run.project.id,
        job: { id: known.jobId, name: run.frozen.name },
        execution: { id, state, reason, startedAt, endedAt },
        event,
      };
      await tell(run.project.id, [{ event: told, receivers: rule?.receivers ?? [] }]);
    },

    /** Looks for runs that have become slow, and tells of them. */
    async findSlow(): Promise<void> {
      const rulesOf = await rules.allFor('slow');
      if (rulesOf === null) return;
      const now = clock.now();
      const slow = (await deps.running()).flatMap((run) => {
        const rule = ruleFor('slow', rulesOf(run.projectId, run.job.id));
        if (rule === null || !isSlow(rule, run.execution.startedAt, now)) return [];
        return [{ event: { ...run, event: 'slow' } satisfies JobEvent, receivers: rule.receivers }];
      });
      // Most of them stay slow from one look to the next, and those who are to know do.
      const told = await deliveries.known(
        slow.flatMap(({ event, receivers }) => receivers.map((id) => keyOf(event, id))),
      );
      const news = slow
        .map(({ event, receivers }) => ({ event, receivers: receivers.filter((id) => !told.has(keyOf(event, id))) }))
        .filter(({ receivers }) => receivers.length > 0);
      for (const [projectId, its] of Map.groupBy(news, ({ event }) => event.projectId)) await tell(projectId, its);
    },
  };
}
