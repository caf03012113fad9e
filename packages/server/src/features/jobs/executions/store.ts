import type { ExecutionState, ExecutionTrigger } from '@emberlab/contract';
import type { Kysely } from 'kysely';
import type { Database } from '../../../db/schema.ts';
import { frozen, readTrigger, timeline, type ExecutionRecord, type Frozen, type Timeline } from '../model.ts';
import { createExecutorStore, createSampleStore } from './measured-store.ts';
import { isFinal, next, statesFor, type ExecutionEvent, type ExecutionStopReason } from './state.ts';

export type ExecutionStore = ReturnType<typeof createExecutionStore>;

export type NewExecution = {
  readonly projectId: string;
  readonly jobId: number;
  readonly userId: string;
  readonly key: string;
  readonly frozen: Frozen;
  readonly trigger: ExecutionTrigger;
  readonly attempt: number;
  readonly logicalAt: number | null;
  readonly windowStart: number | null;
  readonly windowEnd: number | null;
  readonly notBefore: number;
  readonly now: number;
};

export type ExecutionsAsked = {
  readonly jobId?: number | undefined;
  readonly states?: readonly ExecutionState[] | undefined;
  /** asked for at this time or later */
  readonly from?: number | undefined;
  /** asked for before this time */
  readonly until?: number | undefined;
  /** e-mail address */
  readonly startedBy?: string | undefined;
  readonly order: 'asc' | 'desc';
  /** the id of the last one of the page before */
  readonly after: number | null;
  readonly limit: number;
};

/** What may change in a row with its state, or without. */
export type ExecutionChange = {
  readonly stopReason?: ExecutionStopReason;
  readonly stopNote?: string;
  readonly revision?: number;
  readonly applicationId?: string;
  readonly uiKept?: boolean;
  readonly notebook?: string;
  readonly reason?: string | null;
  readonly startedAt?: number;
  readonly endedAt?: number;
};

/** SQL of runs. */
export function createExecutionStore(db: Kysely<Database>) {
  const select = () =>
    db
      .selectFrom('executions')
      .innerJoin('users', 'users.id', 'executions.user_id')
      .innerJoin('projects', 'projects.id', 'executions.project_id')
      .leftJoin('jobs', 'jobs.id', 'executions.job_id')
      .selectAll('executions')
      .select([
        'users.email as user_email',
        'users.name as user_name',
        'projects.name as project_name',
        'jobs.owner_id as job_owner_id',
      ]);
  type Row = Awaited<ReturnType<ReturnType<typeof select>['executeTakeFirstOrThrow']>>;

  const find = async (id: number): Promise<ExecutionRecord | null> => {
    const row = await select().where('executions.id', '=', id).executeTakeFirst();
    return row === undefined ? null : toRecord(row);
  };

  const columnsOf = (change: ExecutionChange) => ({
    ...(change.stopReason === undefined ? {} : { stop_reason: change.stopReason }),
    ...(change.stopNote === undefined ? {} : { stop_note: change.stopNote }),
    ...(change.revision === undefined ? {} : { revision: change.revision }),
    ...(change.applicationId === undefined ? {} : { application_id: change.applicationId }),
    ...(change.uiKept === undefined ? {} : { ui_kept: change.uiKept ? 1 : 0 }),
    ...(change.notebook === undefined ? {} : { notebook: change.notebook }),
    ...(change.reason === undefined ? {} : { reason: change.reason }),
    ...(change.startedAt === undefined ? {} : { started_at: change.startedAt }),
    ...(change.endedAt === undefined ? {} : { ended_at: change.endedAt }),
  });

  return {
    /** Makes a run, unless the job has one with that key; answers its id either way. */
    async insert(run: NewExecution): Promise<{ id: number; made: boolean }> {
      const made = await db
        .insertInto('executions')
        .values({
          project_id: run.projectId,
          job_id: run.jobId,
          user_id: run.userId,
          key: run.key,
          state: 'queued',
          stop_reason: null,
          stop_note: null,
          frozen_json: JSON.stringify(run.frozen),
          trigger_json: JSON.stringify(run.trigger),
          attempt: run.attempt,
          logical_at: run.logicalAt,
          window_start: run.windowStart,
          window_end: run.windowEnd,
          revision: null,
          timeline_json: JSON.stringify([{ state: 'queued', at: run.now }] satisfies Timeline),
          application_id: null,
          notebook: null,
          reason: null,
          created_at: run.now,
          not_before: run.notBefore,
          started_at: null,
          ended_at: null,
          announced_at: null,
        })
        .onConflict((conflict) => conflict.columns(['job_id', 'key']).doNothing())
        .returning('id')
        .executeTakeFirst();
      if (made !== undefined) return { id: made.id, made: true };
      const { id } = await db
        .selectFrom('executions')
        .select('id')
        .where('job_id', '=', run.jobId)
        .where('key', '=', run.key)
        .executeTakeFirstOrThrow();
      return { id, made: false };
    },

    find,

    async list(projectId: string, asked: ExecutionsAsked): Promise<ExecutionRecord[]> {
      let query = select().where('executions.project_id', '=', projectId);
      if (asked.jobId !== undefined) query = query.where('executions.job_id', '=', asked.jobId);
      if (asked.states !== undefined) query = query.where('executions.state', 'in', [...asked.states]);
      if (asked.states?.every((state) => !isFinal(state)) === true) {
        // Few have not ended, and an index has these alone: SQLite goes through all runs of the project otherwise, in the order of the list.
        query = query.where('executions.id', 'in', (inner) =>
          inner.selectFrom('executions as live').select('live.id').where('live.ended_at', 'is', null),
        );
      }
      if (asked.from !== undefined) query = query.where('executions.created_at', '>=', asked.from);
      if (asked.until !== undefined) query = query.where('executions.created_at', '<', asked.until);
      if (asked.startedBy !== undefined) query = query.where('users.email', '=', asked.startedBy);
      if (asked.after !== null) query = query.where('executions.id', asked.order === 'asc' ? '>' : '<', asked.after);
      const rows = await query.orderBy('executions.id', asked.order).limit(asked.limit).execute();
      return rows.map(toRecord);
    },

    /** All that have not ended, in the order in which they were asked for. */
    async listLive(
      filter: { projectId?: string; userId?: string; jobId?: number; states?: readonly ExecutionState[] } = {},
    ): Promise<ExecutionRecord[]> {
      let query = select().where('executions.ended_at', 'is', null);
      if (filter.projectId !== undefined) query = query.where('executions.project_id', '=', filter.projectId);
      if (filter.userId !== undefined) query = query.where('executions.user_id', '=', filter.userId);
      if (filter.jobId !== undefined) query = query.where('executions.job_id', '=', filter.jobId);
      if (filter.states !== undefined) query = query.where('executions.state', 'in', [...filter.states]);
      return (await query.orderBy('executions.id').execute()).map(toRecord);
    },

    /** The run of a job that was asked for with a key; null: there is none. */
    async findByKey(jobId: number, key: string): Promise<ExecutionRecord | null> {
      const row = await select()
        .where('executions.job_id', '=', jobId)
        .where('executions.key', '=', key)
        .executeTakeFirst();
      return row === undefined ? null : toRecord(row);
    },

    /** How many of a member's are queued in a project. */
    async countQueued(projectId: string, userId: string): Promise<number> {
      const { count } = await db
        .selectFrom('executions')
        .select((s) => s.fn.countAll<number | string>().as('count'))
        .where('project_id', '=', projectId)
        .where('state', '=', 'queued')
        .where('user_id', '=', userId)
        .executeTakeFirstOrThrow();
      return Number(count);
    },

    /** The places of these in the queue of their project, from 1. They are of one project. */
    async positions(runs: readonly Pick<ExecutionRecord, 'id' | 'project'>[]): Promise<Map<number, number>> {
      const sorted = runs.toSorted((a, b) => a.id - b.id);
      const [first, last] = [sorted[0], sorted.at(-1)];
      if (first === undefined || last === undefined) return new Map();
      const queued = () =>
        db.selectFrom('executions').where('project_id', '=', first.project.id).where('state', '=', 'queued');
      const { count } = await queued()
        .select((s) => s.fn.countAll<number | string>().as('count'))
        .where('id', '<', first.id)
        .executeTakeFirstOrThrow();
      const between = await queued()
        .select('id')
        .where('id', '>=', first.id)
        .where('id', '<=', last.id)
        .orderBy('id')
        .execute();
      return new Map(between.map(({ id }, index) => [id, Number(count) + index + 1]));
    },

    /** All of a project, ended ones included. */
    async allOf(projectId: string): Promise<ExecutionRecord[]> {
      return (await select().where('executions.project_id', '=', projectId).execute()).map(toRecord);
    },

    /**
     * Lets something come to a run; answers it as it is then. null: it can't come any more, because somebody else was faster, or the run is gone. Of two
     * control planes that want the same, one gets it.
     */
    async apply(
      id: number,
      event: ExecutionEvent,
      now: number,
      change: ExecutionChange = {},
    ): Promise<ExecutionRecord | null> {
      const record = await find(id);
      if (record === null || !statesFor(event).includes(record.state)) return null;
      const state = next(record.state, event);
      const steps: Timeline = state === record.state ? record.timeline : [...record.timeline, { state, at: now }];
      const { numUpdatedRows } = await db
        .updateTable('executions')
        .set({ state, timeline_json: JSON.stringify(steps), ...columnsOf(change) })
        .where('id', '=', id)
        .where('state', '=', record.state)
        .executeTakeFirst();
      return numUpdatedRows > 0n ? find(id) : null;
    },

    async patch(id: number, change: ExecutionChange): Promise<void> {
      await db.updateTable('executions').set(columnsOf(change)).where('id', '=', id).execute();
    },

    /** Those that have ended and whose end was not announced, in their order. */
    async unannounced(limit: number): Promise<ExecutionRecord[]> {
      const rows = await select()
        .where('executions.announced_at', 'is', null)
        .where('executions.ended_at', 'is not', null)
        .orderBy('executions.id')
        .limit(limit)
        .execute();
      return rows.map(toRecord);
    },

    async isAnnounced(id: number): Promise<boolean> {
      const row = await db.selectFrom('executions').select('announced_at').where('id', '=', id).executeTakeFirst();
      return row !== undefined && row.announced_at !== null;
    },

    async announced(id: number, now: number): Promise<void> {
      await db.updateTable('executions').set({ announced_at: now }).where('id', '=', id).execute();
    },

    async remove(id: number): Promise<void> {
      await db.deleteFrom('executions').where('id', '=', id).execute();
    },

    executors: createExecutorStore(db),
    samples: createSampleStore(db),
  };

  function toRecord(row: Row): ExecutionRecord {
    return {
      id: row.id,
      project: { id: row.project_id, name: row.project_name },
      jobId: row.job_id,
      jobOwnerId: row.job_owner_id,
      user: { id: row.user_id, email: row.user_email, name: row.user_name },
      state: row.state,
      stopReason: row.stop_reason as ExecutionStopReason | null,
      stopNote: row.stop_note,
      frozen: frozen.parse(JSON.parse(row.frozen_json)),
      trigger: readTrigger(row.trigger_json),
      attempt: row.attempt,
      logicalAt: row.logical_at,
      windowStart: row.window_start,
      windowEnd: row.window_end,
      revision: row.revision,
      timeline: timeline.parse(JSON.parse(row.timeline_json)) as Timeline,
      applicationId: row.application_id,
      uiKept: row.ui_kept === 1,
      notebook: row.notebook,
      reason: row.reason,
      createdAt: row.created_at,
      notBefore: row.not_before,
      startedAt: row.started_at,
      endedAt: row.ended_at,
    };
  }
}
