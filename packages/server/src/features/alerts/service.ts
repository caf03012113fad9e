import type { AlertDelivery, AlertRule, AlertRules, JobAlertRules } from '@emberlab/contract';
import { HttpError } from '../../http/errors.ts';
import type { Clock } from '../../lib/clock.ts';
import { newId } from '../../lib/ids.ts';
import { leaseMs } from './attempt.ts';
import type { DeliveryFilter, DeliveryStore } from './delivery-store.ts';
import { testMessage } from './message.ts';
import type { Delivery, JobsForAlerts } from './model.ts';
import { presentDelivery } from './present.ts';
import type { ReceiverService } from './receivers.ts';
import type { RulesOf, RuleStore } from './rule-store.ts';

const pageSize = 50;
/** In a minute a project may send so many tests: they go to whom an owner likes. */
const mostTests = 10;
const minute = 60_000;

export type AlertService = ReturnType<typeof createAlertService>;

/** Rules and deliveries. */
export function createAlertService(deps: {
  rules: RuleStore;
  deliveries: DeliveryStore;
  receivers: Pick<ReceiverService, 'find'>;
  attempt: (delivery: Delivery, signal: AbortSignal) => Promise<void>;
  hasJob: JobsForAlerts['hasJob'];
  publicOrigin: string;
  clock: Clock;
  changed: (projectId: string) => void;
  wake: () => void;
}) {
  const { rules, deliveries, clock, changed } = deps;

  async function find(projectId: string, id: string): Promise<Delivery> {
    const found = await deliveries.find(projectId, id);
    if (found === null) throw new HttpError('not_found');
    return found;
  }

  /** Throws `bad_request` for receivers that the project doesn't have. */
  async function setRules(of: RulesOf, wanted: readonly AlertRule[]): Promise<void> {
    const unknown = await rules.set(of, wanted);
    if (unknown.length > 0) {
      const message = 'A receiver in these rules is not there any more. Please load the page again.';
      const index = wanted.findIndex(({ receivers }) => receivers.some((id) => unknown.includes(id)));
      throw new HttpError('bad_request', { message, details: [{ path: `rules.${index}.receivers`, message }] });
    }
    changed(of.projectId);
  }

  async function mustHaveJob(projectId: string, jobId: number): Promise<void> {
    if (!(await deps.hasJob(projectId, jobId))) throw new HttpError('not_found');
  }

  const ofJob = async (projectId: string, jobId: number): Promise<JobAlertRules> => {
    const { own, project } = await rules.forJob(projectId, jobId);
    return { rules: [...own], project: [...project] };
  };

  return {
    rules: async (projectId: string): Promise<AlertRules> => ({ rules: await rules.of({ projectId, jobId: null }) }),

    /** Sets the project's; one without receivers is as good as none. Throws `bad_request`. */
    async setRules(projectId: string, wanted: readonly AlertRule[]): Promise<AlertRules> {
      const of = { projectId, jobId: null };
      await setRules(
        of,
        wanted.filter(({ receivers }) => receivers.length > 0),
      );
      return { rules: await rules.of(of) };
    },

    /** Throws `not_found`. */
    async jobRules(projectId: string, jobId: number): Promise<JobAlertRules> {
      await mustHaveJob(projectId, jobId);
      return ofJob(projectId, jobId);
    },

    /** Throws `not_found`, `bad_request`. */
    async setJobRules(projectId: string, jobId: number, wanted: readonly AlertRule[]): Promise<JobAlertRules> {
      await mustHaveJob(projectId, jobId);
      await setRules({ projectId, jobId }, wanted);
      return ofJob(projectId, jobId);
    },

    /** Sends a test to a receiver and waits for what comes of it. Throws `not_found`, `too_many_requests`. */
    async test(projectId: string, receiverId: string): Promise<AlertDelivery> {
      const receiver = await deps.receivers.find(projectId, receiverId);
      const now = clock.now();
      if ((await deliveries.testsSince(projectId, now - minute)) >= mostTests) {
        const message = `A project may send ${mostTests} tests in a minute. Please wait a moment and try again.`;
        throw new HttpError('too_many_requests', { message });
      }
      const project = await deliveries.projectOf(projectId);
      if (project === null) throw new HttpError('not_found');
      const { id, name, target } = receiver;
      const taken = await deliveries.addTaken(
        {
          key: `test ${newId()}`,
          projectId,
          event: 'test',
          receiver: { id, name, type: target.type },
          job: null,
          execution: null,
          body: JSON.stringify(testMessage(project, deps.publicOrigin, now)),
          createdAt: now,
        },
        now + leaseMs,
      );
      // Also when nobody waits any more: what was sent is to be written down.
      await deps.attempt(taken, new AbortController().signal);
      return presentDelivery(await find(projectId, taken.id));
    },

    async deliveries(
      projectId: string,
      { cursor, ...filter }: DeliveryFilter & { cursor?: string | undefined },
    ): Promise<{ items: AlertDelivery[]; next: string | null }> {
      const after = cursor === undefined ? null : await deliveries.find(projectId, cursor);
      // What the page before ended with has been forgotten meanwhile, and all that is older with it.
      if (cursor !== undefined && after === null) return { items: [], next: null };
      const found = await deliveries.page(projectId, filter, { after, limit: pageSize + 1 });
      const shown = found.slice(0, pageSize);
      return { items: shown.map(presentDelivery), next: found.length > pageSize ? (shown.at(-1)?.id ?? null) : null };
    },

    /** One that is still being sent, or waits to be, stays as it is. Throws `not_found`, and `bad_request` where its receiver is gone. */
    async resend(projectId: string, id: string): Promise<AlertDelivery> {
      const { receiver } = await find(projectId, id);
      if (receiver.id === null) {
        throw new HttpError('bad_request', { message: 'Its receiver was removed, so it can’t be sent again.' });
      }
      if (await deliveries.resend(id, clock.now())) {
        changed(projectId);
        deps.wake();
      }
      return presentDelivery(await find(projectId, id));
    },
  };
}
