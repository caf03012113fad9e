import { executionTrigger, type ExecutionTrigger, type ScheduleOverlap, type TurnState } from '@emberlab/contract';
import type { Kysely, Selectable } from 'kysely';
import type { Database } from '../../../../db/schema.ts';
import type { JobTurnsTable } from '../../../../db/schema/schedules.ts';
import { ableJobs } from '../pauses.ts';

/** A run that a job is to have by itself. Times are ms since the epoch. */
export type Turn = {
  readonly id: number;
  readonly jobId: number;
  readonly backfillId: number | null;
  readonly kind: JobTurnsTable['kind'];
  readonly key: string;
  readonly trigger: ExecutionTrigger;
  readonly at: number;
  readonly logicalAt: number | null;
  readonly window: { readonly start: number; readonly end: number } | null;
  readonly manner: ScheduleOverlap;
  readonly state: TurnState;
  readonly reason: string | null;
  /** its last attempt; null: it has none */
  readonly executionId: number | null;
};
export type NewTurn = Omit<Turn, 'id' | 'executionId' | 'backfillId' | 'reason'> & {
  readonly backfillId?: number;
  readonly reason?: string;
};

export type TurnStore = ReturnType<typeof createTurnStore>;

/** So many of a job's are remembered. */
const mostRemembered = 200;

/** SQL of turns. */
export function createTurnStore(db: Kysely<Database>) {
  const isOver = (state: TurnState): boolean => state === 'skipped' || state === 'failed';

  return {
    /** Adds one, unless the job has one with that key. `now`: when one that needs no run was decided. */
    async insert(turn: NewTurn, now: number): Promise<void> {
      await db
        .insertInto('job_turns')
        .values({
          job_id: turn.jobId,
          backfill_id: turn.backfillId ?? null,
          kind: turn.kind,
          key: turn.key,
          trigger_json: JSON.stringify(turn.trigger),
          at: turn.at,
          logical_at: turn.logicalAt,
          window_start: turn.window?.start ?? null,
          window_end: turn.window?.end ?? null,
          manner: turn.manner,
          state: turn.state,
          reason: turn.reason ?? null,
          execution_id: null,
          over_at: isOver(turn.state) ? now : null,
        })
        .onConflict((conflict) => conflict.columns(['job_id', 'key']).doNothing())
        .execute();
    },

    /** What can be done something about: all that are being started, and the first of each schedule that waits. In the order in which they are due. */
    async open(): Promise<Turn[]> {
      const firsts = db
        .selectFrom('job_turns')
        .select((s) => s.fn.min('id').as('id'))
        .where('over_at', 'is', null)
        .where('state', '=', 'waiting')
        .groupBy('job_id');
      const rows = await db
        .selectFrom('job_turns')
        .selectAll()
        .where('over_at', 'is', null)
        .where((w) => w.or([w('state', '=', 'starting'), w('id', 'in', firsts)]))
        .where('job_id', 'in', ableJobs(db))
        .orderBy('at')
        .orderBy('job_id')
        .orderBy('id')
        .execute();
      return rows.map(toTurn);
    },

    /** Those of a schedule that wait, in their order. */
    async waiting(jobId: number): Promise<Turn[]> {
      const rows = await db
        .selectFrom('job_turns')
        .selectAll()
        .where('job_id', '=', jobId)
        .where('state', '=', 'waiting')
        .orderBy('id')
        .execute();
      return rows.map(toTurn);
    },

    /** Those of the schedules of these jobs whose run goes, or is being made. */
    async running(jobIds: readonly number[]): Promise<Turn[]> {
      if (jobIds.length === 0) return [];
      const rows = await db
        .selectFrom('job_turns')
        .selectAll()
        .where('job_id', 'in', [...jobIds])
        .where('kind', '=', 'schedule')
        .where('state', 'in', ['starting', 'started'])
        .where('over_at', 'is', null)
        .execute();
      return rows.map(toTurn);
    },

    /** Decides about one that waits. Of two control planes that do, one has decided: answers whether it was this one. */
    async decide(
      id: number,
      state: 'starting' | 'skipped',
      now: number,
      reason: string | null = null,
    ): Promise<boolean> {
      const { numUpdatedRows } = await db
        .updateTable('job_turns')
        .set({ state, reason, over_at: isOver(state) ? now : null })
        .where('id', '=', id)
        .where('state', '=', 'waiting')
        .executeTakeFirst();
      return numUpdatedRows > 0n;
    },

    async started(id: number, executionId: number): Promise<void> {
      await db
        .updateTable('job_turns')
        .set({ state: 'started', execution_id: executionId })
        .where('id', '=', id)
        .where('state', '=', 'starting')
        .execute();
    },

    /** Those whose last attempt has ended, or is gone. */
    async ended() {
      return db
        .selectFrom('job_turns as t')
        .leftJoin('executions as e', 'e.id', 't.execution_id')
        .select(['t.id', 't.job_id as jobId', 't.execution_id as executionId', 't.backfill_id as backfillId'])
        .where('t.state', '=', 'started')
        .where('t.over_at', 'is', null)
        .where((w) => w.or([w('e.id', 'is', null), w('e.ended_at', 'is not', null)]))
        .orderBy('t.id')
        .execute();
    },

    /** The run in which a failed one is tried again; null: there is none. */
    async retryOf(jobId: number, executionId: number): Promise<number | null> {
      const row = await db
        .selectFrom('executions')
        .select('id')
        .where('job_id', '=', jobId)
        .where('key', '=', `retry:${executionId}`)
        .executeTakeFirst();
      return row?.id ?? null;
    },

    async follow(id: number, executionId: number): Promise<void> {
      await db.updateTable('job_turns').set({ execution_id: executionId }).where('id', '=', id).execute();
    },

    /** Nothing more comes of one. Answers whether this look is the one that has found it so. */
    async close(id: number, now: number, problem: string | null = null): Promise<boolean> {
      const { numUpdatedRows } = await db
        .updateTable('job_turns')
        .set({ over_at: now, ...(problem === null ? {} : { state: 'failed' as const, reason: problem }) })
        .where('id', '=', id)
        .where('over_at', 'is', null)
        .executeTakeFirst();
      return numUpdatedRows > 0n;
    },

    /** The last ones of a schedule, the newest first. */
    async recent(jobId: number, limit: number): Promise<Turn[]> {
      const rows = await db
        .selectFrom('job_turns')
        .selectAll()
        .where('job_id', '=', jobId)
        .where('kind', '=', 'schedule')
        .orderBy('id', 'desc')
        .limit(limit)
        .execute();
      return rows.map(toTurn);
    },

    /** Those of these backfills whose run goes, or is being made, by their backfill. */
    async openOf(backfillIds: readonly number[]): Promise<Map<number, Turn>> {
      if (backfillIds.length === 0) return new Map();
      const rows = await db
        .selectFrom('job_turns')
        .selectAll()
        .where('backfill_id', 'in', [...backfillIds])
        .where('over_at', 'is', null)
        .execute();
      return new Map(rows.map((row) => [row.backfill_id ?? 0, toTurn(row)]));
    },

    /** Forgets those of a job that are long over: their runs are remembered by themselves. */
    async forget(jobId: number): Promise<void> {
      const kept = db
        .selectFrom('job_turns as kept')
        .select('kept.id')
        .where('kept.job_id', '=', jobId)
        .where('kept.over_at', 'is not', null)
        .orderBy('kept.id', 'desc')
        .limit(mostRemembered);
      await db
        .deleteFrom('job_turns')
        .where('job_id', '=', jobId)
        .where('over_at', 'is not', null)
        .where('id', 'not in', kept)
        .execute();
    },
  };
}

function toTurn(row: Selectable<JobTurnsTable>): Turn {
  return {
    id: row.id,
    jobId: row.job_id,
    backfillId: row.backfill_id,
    kind: row.kind,
    key: row.key,
    trigger: executionTrigger.parse(JSON.parse(row.trigger_json)),
    at: row.at,
    logicalAt: row.logical_at,
    window:
      row.window_start === null || row.window_end === null ? null : { start: row.window_start, end: row.window_end },
    manner: row.manner,
    state: row.state,
    reason: row.reason,
    executionId: row.execution_id,
  };
}
