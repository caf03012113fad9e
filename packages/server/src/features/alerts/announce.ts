import type { Clock } from '../../lib/clock.ts';
import type { DeliveryStore } from './delivery-store.ts';
import { jobMessage } from './message.ts';
import type { EndedRun, JobEvent, JobsForAlerts } from './model.ts';
import { eventOf, isSlow, ruleFor } from './policy.ts';
import type { ReceiverStore } from './receiver-store.ts';
import type { RuleStore } from './rule-store.ts';

/** Makes deliveries of what comes to pass with jobs, by the rules. */
export function createAnnounce(deps: {
  rules: RuleStore;
  receivers: Pick<ReceiverStore, 'list'>;
  deliveries: Pick<DeliveryStore, 'add' | 'projectOf'>;
  running: JobsForAlerts['running'];
  publicOrigin: string;
  clock: Clock;
  added: (projectId: string) => void;
}) {
  const { rules, deliveries, clock } = deps;

  const rulesOf = async (projectId: string, jobId: number) => ({
    own: await rules.of({ projectId, jobId }),
    project: await rules.of({ projectId, jobId: null }),
  });

  /** Tells everybody whom a rule names. Whoever was told of it already is not told again, however often this is called. */
  async function tell(event: JobEvent, receiverIds: readonly string[]): Promise<void> {
    const { projectId, job, execution } = event;
    const project = receiverIds.length === 0 ? null : await deliveries.projectOf(projectId);
    if (project === null) return;
    const now = clock.now();
    const body = JSON.stringify(jobMessage(event, project, deps.publicOrigin, now));
    const receivers = (await deps.receivers.list(projectId)).filter(({ id }) => receiverIds.includes(id));
    const added = await deliveries.add(
      receivers.map(({ id, name, target }) => ({
        key: `run ${execution.id} ${event.event} ${id}`,
        projectId,
        event: event.event,
        receiver: { id, name, type: target.type },
        job: { id: job.id, name: job.name },
        execution: execution.id,
        body,
        createdAt: now,
      })),
    );
    if (added > 0) deps.added(projectId);
  }

  /** The job of a run and the rules that hold for it, also where it has been deleted meanwhile; null: it went long ago. */
  async function jobOf(run: EndedRun): Promise<{ jobId: number; rules: Awaited<ReturnType<typeof rulesOf>> } | null> {
    const now = run.jobId === null ? null : await rulesOf(run.project.id, run.jobId);
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
      await tell(told, rule?.receivers ?? []);
    },

    /** Looks for runs that have become slow, and tells of them. */
    async findSlow(): Promise<void> {
      if (!(await rules.anyFor('slow'))) return;
      for (const run of await deps.running()) {
        const rule = ruleFor('slow', await rulesOf(run.projectId, run.job.id));
        if (rule !== null && isSlow(rule, run.execution.startedAt, clock.now())) {
          await tell({ ...run, event: 'slow' }, rule.receivers);
        }
      }
    },
  };
}
