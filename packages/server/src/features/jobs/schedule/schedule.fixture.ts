import type { ExecutionState, ScheduleBody } from '@emberlab/contract';
import { scheduleBody } from '@emberlab/contract';
import type { Kysely } from 'kysely';
import type { Database } from '../../../db/schema.ts';
import type { ProjectBus } from '../../../http/project-events.ts';
import { createBus } from '../../../lib/bus.ts';
import type { Clock } from '../../../lib/clock.ts';
import { seedProject, seedUser } from '../../../testing/database.ts';
import { createAnnouncer } from '../executions/announce.ts';
import { retries } from '../executions/retry.ts';
import { createStart } from '../executions/start.ts';
import { createExecutionStore } from '../executions/store.ts';
import { createJobStore } from '../store.ts';
import { createBackfillService } from './backfills/service.ts';
import { createBackfillStore } from './backfills/store.ts';
import { createChainService } from './chains/service.ts';
import { createSchedules } from './index.ts';
import { createScheduleService } from './service.ts';
import { createScheduleStore } from './store.ts';
import { createTurnStore } from './turns/store.ts';

export const minute = 60_000;
export const hour = 60 * minute;
const quiet = { info: () => undefined, warn: () => undefined, error: () => undefined };

/** A control plane's schedules on a database, with runs that are rows: a test says when they end. */
export function planeOn(db: Kysely<Database>, clock: Clock, bus: ProjectBus = createBus(() => undefined)) {
  const store = createExecutionStore(db);
  const jobs = createJobStore(db);
  const start = createStart({ jobs, store, clock, changed: async () => undefined, wake: () => undefined });
  const replaced: number[] = [];
  const schedules = createSchedules({
    db,
    clock,
    log: quiet,
    bus,
    start,
    replace: async (id) => void replaced.push(id),
  });
  const announcer = createAnnouncer({ store, listeners: [retries(start), schedules.afterEnd], clock, log: quiet });
  return { ...schedules, start, replaced, announce: announcer.step };
}

/** People, a project, and what a test does with its jobs. */
export async function scheduleKit(db: Kysely<Database>, clock: Clock) {
  const ada = await seedUser(db);
  const projectId = await seedProject(db, ada);
  const plane = planeOn(db, clock);
  const wake = () => undefined;
  const service = createScheduleService({ db, clock, wake });
  const turns = createTurnStore(db);
  const backfillStore = createBackfillStore(db);
  const schedules = createScheduleStore(db);
  const runsOf = (jobId: number) =>
    db
      .selectFrom('executions')
      .select(['id', 'key', 'state', 'logical_at', 'window_start', 'window_end'])
      .where('job_id', '=', jobId)
      .orderBy('id')
      .execute();

  return {
    ada,
    projectId,
    plane,
    service,
    backfills: createBackfillService({ db, clock, store: backfillStore, turns, schedules, wake }),
    chains: createChainService({ db }),

    async job(name: string, policy: { retries?: number } = {}): Promise<number> {
      const { id } = await db
        .insertInto('jobs')
        .values({
          project_id: projectId,
          owner_id: ada,
          name,
          name_key: name.toLowerCase(),
          type: 'python',
          program: 'Jupyter/report.py',
          main_class: null,
          arguments_json: '[]',
          parameters_json: '{}',
          configuration_json: '{"type":"python"}',
          policy_json: JSON.stringify({ retryDelaySeconds: 0, ...policy }),
          created_at: 0,
          updated_at: 0,
        })
        .returning('id')
        .executeTakeFirstOrThrow();
      return id;
    },

    schedule: (jobId: number, cron: string, more: Partial<ScheduleBody> = {}) =>
      service.set(jobId, { ...scheduleBody.parse({ cron }), ...more }, ada),

    /** The times for which a job has runs, in the order in which they were made, as hours and minutes. */
    times: async (jobId: number): Promise<string[]> =>
      (await runsOf(jobId)).map((run) => new Date(run.logical_at ?? 0).toISOString().slice(11, 16)),
    runsOf,
    keys: async (jobId: number): Promise<string[]> => (await runsOf(jobId)).map((run) => run.key),

    /** Lets a run end, and whoever waits for it hear of that. */
    async end(executionId: number, state: ExecutionState = 'succeeded'): Promise<void> {
      await db.updateTable('executions').set({ state, ended_at: clock.now() }).where('id', '=', executionId).execute();
      await plane.announce();
    },

    /** Ends all runs of a job that go. */
    async endAll(jobId: number, state: ExecutionState = 'succeeded'): Promise<void> {
      for (const run of await runsOf(jobId)) if (run.state === 'queued') await this.end(run.id, state);
    },
  };
}
