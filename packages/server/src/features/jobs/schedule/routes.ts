import { HttpError } from '../../../http/errors.ts';
import type { Membership, Router } from '../../../http/router.ts';
import type { JobRecord } from '../model.ts';
import { mayChange, must } from '../policy.ts';
import type { JobStore } from '../store.ts';
import type { createBackfillService } from './backfills/service.ts';
import type { createChainService } from './chains/service.ts';
import type { createScheduleService } from './service.ts';

type Job = Pick<JobRecord, 'id' | 'projectId' | 'owner'>;

/** When jobs run by themselves. */
export function registerScheduleRoutes(
  router: Router,
  parts: {
    jobs: Pick<JobStore, 'find'>;
    schedules: ReturnType<typeof createScheduleService>;
    backfills: ReturnType<typeof createBackfillService>;
    chains: ReturnType<typeof createChainService>;
    /** tells those who look at the project */
    changed(projectId: string): void;
  },
): void {
  const { schedules, backfills, chains } = parts;

  type Call = { membership: Membership; params: { id: number }; actor: { user: { id: string } } };
  const find = async ({ membership, params }: Pick<Call, 'membership' | 'params'>): Promise<Job> => {
    const job = await parts.jobs.find(params.id);
    if (job === null || job.projectId !== membership.project.id) throw new HttpError('not_found');
    return job;
  };
  /** Does something to a job, if the caller may, and tells of it. */
  async function change<T>(call: Call, act: (job: Job) => Promise<T>): Promise<T> {
    const job = await find(call);
    const viewer = { userId: call.actor.user.id, role: call.membership.role };
    must(mayChange(viewer, job), "the job's owner and owners of the project");
    const answer = await act(job);
    parts.changed(job.projectId);
    return answer;
  }

  router.handle('schedule.get', async (call) => ({ schedule: await schedules.find((await find(call)).id) }));
  router.handle('schedule.set', (call) =>
    change(call, async ({ id }) => ({ schedule: await schedules.set(id, call.body, call.actor.user.id) })),
  );
  router.handle('schedule.remove', (call) =>
    change(call, async ({ id }) => {
      await schedules.remove(id);
      return {};
    }),
  );
  router.handle('schedule.preview', async ({ body }) => ({ nextRuns: schedules.preview(body) }));

  router.handle('backfills.list', async (call) => {
    const { cursor } = call.query;
    return backfills.list((await find(call)).id, cursor === undefined ? null : Number(cursor));
  });
  router.handle('backfills.create', (call) =>
    change(call, ({ id }) => backfills.create(id, call.body, call.actor.user.id)),
  );
  router.handle('backfills.cancel', (call) => change(call, ({ id }) => backfills.cancel(id, call.params.backfill)));

  router.handle('chains.get', async (call) => chains.get((await find(call)).id));
  router.handle('chains.set', (call) => change(call, (job) => chains.set(job, call.body.after)));
}
