import { sql, type Kysely } from 'kysely';
import type { Database } from '../../../db/schema.ts';
import type { DriverHandle } from '../../../engines/engine.ts';
import { columnsOf, handleIn } from '../handle-columns.ts';
import { batchRequest, type BatchRecord, type BatchRequest } from './model.ts';
import type { BatchState, BatchStopReason } from './state.ts';

export type NewBatch = {
  projectId: string;
  userId: string;
  name: string | null;
  request: BatchRequest;
  /** what runs it, by its name in the settings */
  engine: string;
  idempotencyKey: string | null;
  now: number;
  /** of the driver of a run */
  execution?: { readonly id: number; readonly uiId: string };
};

/** Whose batches, and until when ended ones are shown. */
export type Listed = { readonly projectId: string; readonly userId: string; readonly endedAfter: number };

/** What a Livy client knows a batch by. */
export type BatchKey = { id: number } | { name: string } | { idempotencyKey: string };

/** What may change in a batch's row; what is absent stays. */
export type BatchChange = {
  state?: BatchState;
  stopReason?: BatchStopReason;
  applicationId?: string;
  problem?: string;
  process?: DriverHandle;
  launchedAt?: number;
  endedAt?: number;
};

export type BatchStore = ReturnType<typeof createBatchStore>;

/** The rows of batches. */
export function createBatchStore(db: Kysely<Database>) {
  const select = () =>
    db
      .selectFrom('batches')
      .innerJoin('users', 'users.id', 'batches.user_id')
      .innerJoin('projects', 'projects.id', 'batches.project_id')
      .selectAll('batches')
      .select(['users.email as owner_email', 'users.name as owner_name', 'projects.name as project_name']);
  type Row = Awaited<ReturnType<ReturnType<typeof select>['executeTakeFirstOrThrow']>>;

  /** What clients still find: the live ones, and those that ended a while ago and were not deleted. */
  const shown = (endedAfter: number) =>
    sql<boolean>`(batches.ended_at is null or (batches.ended_at > ${endedAfter} and coalesce(batches.stop_reason, '') <> 'deleted'))`;

  const listed = ({ projectId, userId, endedAfter }: Listed) =>
    select()
      .where('batches.project_id', '=', projectId)
      .where('batches.user_id', '=', userId)
      // Drivers of runs are shown as what they are: runs.
      .where('batches.execution_id', 'is', null)
      .where(shown(endedAfter));

  return {
    async insert(batch: NewBatch): Promise<number> {
      const { id } = await db
        .insertInto('batches')
        .values({
          project_id: batch.projectId,
          user_id: batch.userId,
          name: batch.name,
          engine: batch.engine,
          state: 'starting' satisfies BatchState,
          stop_reason: null,
          request_json: JSON.stringify(batch.request),
          idempotency_key: batch.idempotencyKey,
          application_id: null,
          problem: null,
          pid: null,
          start_ticks: null,
          created_at: batch.now,
          launched_at: null,
          ended_at: null,
          execution_id: batch.execution?.id ?? null,
          ui_id: batch.execution?.uiId ?? null,
        })
        .returning('id')
        .executeTakeFirstOrThrow();
      return id;
    },

    async find(id: number): Promise<BatchRecord | null> {
      const row = await select().where('batches.id', '=', id).executeTakeFirst();
      return row === undefined ? null : toRecord(row);
    },

    /** The driver of a run. */
    async ofExecution(executionId: number): Promise<BatchRecord | null> {
      const row = await select().where('batches.execution_id', '=', executionId).executeTakeFirst();
      return row === undefined ? null : toRecord(row);
    },

    /** A page of what a member may see, oldest first, and how many there are in all. */
    async list(filter: Listed, page: { from: number; size: number }): Promise<{ total: number; items: BatchRecord[] }> {
      const { count } = await listed(filter)
        .clearSelect()
        .select((s) => s.fn.countAll<number | string>().as('count'))
        .executeTakeFirstOrThrow();
      const rows = await listed(filter).orderBy('batches.id').limit(page.size).offset(page.from).execute();
      return { total: Number(count), items: rows.map(toRecord) };
    },

    /** One of them, by id, by the key of the request that made it, or the newest of that name, a live one first. */
    async findListed(filter: Listed, key: BatchKey): Promise<BatchRecord | null> {
      let query = listed(filter);
      if ('id' in key) query = query.where('batches.id', '=', key.id);
      else if ('name' in key) query = query.where('batches.name', '=', key.name);
      else query = query.where('batches.idempotency_key', '=', key.idempotencyKey);
      const row = await query
        .orderBy(sql`batches.ended_at is not null`)
        .orderBy('batches.id', 'desc')
        .executeTakeFirst();
      return row === undefined ? null : toRecord(row);
    },

    /** Forgets a key whose batch clients find no more, so that it may make another. */
    async releaseKey({ projectId, userId, endedAfter }: Listed, idempotencyKey: string): Promise<void> {
      await db
        .updateTable('batches')
        .set({ idempotency_key: null })
        .where('project_id', '=', projectId)
        .where('user_id', '=', userId)
        .where('idempotency_key', '=', idempotencyKey)
        .where(sql<boolean>`not ${shown(endedAfter)}`)
        .execute();
    },

    /** A project's for the dashboard: live, or ended after then; newest first, at most `limit`. `userId` null: everybody's. */
    async listProject(
      projectId: string,
      options: { userId: string | null; endedAfter: number; limit: number },
    ): Promise<BatchRecord[]> {
      let query = select()
        .where('batches.project_id', '=', projectId)
        .where('batches.execution_id', 'is', null)
        .where((where) =>
          where.or([where('batches.ended_at', 'is', null), where('batches.ended_at', '>', options.endedAfter)]),
        );
      if (options.userId !== null) query = query.where('batches.user_id', '=', options.userId);
      return (await query.orderBy('batches.id', 'desc').limit(options.limit).execute()).map(toRecord);
    },

    /** All of a project, ended ones included. */
    async allOf(projectId: string): Promise<number[]> {
      const rows = await db.selectFrom('batches').select('id').where('project_id', '=', projectId).execute();
      return rows.map(({ id }) => id);
    },

    async listLive(filter: { projectId?: string; userId?: string } = {}): Promise<BatchRecord[]> {
      let query = select().where('batches.ended_at', 'is', null);
      if (filter.projectId !== undefined) query = query.where('batches.project_id', '=', filter.projectId);
      if (filter.userId !== undefined) query = query.where('batches.user_id', '=', filter.userId);
      return (await query.orderBy('batches.id').execute()).map(toRecord);
    },

    async update(id: number, change: BatchChange): Promise<void> {
      await db
        .updateTable('batches')
        .set({
          ...(change.state === undefined ? {} : { state: change.state }),
          ...(change.stopReason === undefined ? {} : { stop_reason: change.stopReason }),
          ...(change.applicationId === undefined ? {} : { application_id: change.applicationId }),
          ...(change.problem === undefined ? {} : { problem: change.problem }),
          ...(change.process === undefined ? {} : columnsOf(change.process)),
          ...(change.launchedAt === undefined ? {} : { launched_at: change.launchedAt }),
          ...(change.endedAt === undefined ? {} : { ended_at: change.endedAt }),
        })
        .where('id', '=', id)
        .execute();
    },

    /** Ids of batches that ended before then. Drivers of runs go with their runs. */
    async listEndedBefore(before: number, limit: number): Promise<number[]> {
      const rows = await db
        .selectFrom('batches')
        .select('id')
        .where('ended_at', '<=', before)
        .where('execution_id', 'is', null)
        .orderBy('id')
        .limit(limit)
        .execute();
      return rows.map((row) => row.id);
    },

    async remove(id: number): Promise<void> {
      await db.deleteFrom('batches').where('id', '=', id).execute();
    },
  };

  function toRecord(row: Row): BatchRecord {
    return {
      id: row.id,
      project: { id: row.project_id, name: row.project_name },
      owner: { id: row.user_id, email: row.owner_email, name: row.owner_name },
      name: row.name,
      engine: row.engine,
      state: row.state as BatchState,
      stopReason: row.stop_reason as BatchStopReason | null,
      request: batchRequest.parse(JSON.parse(row.request_json)),
      applicationId: row.application_id,
      problem: row.problem,
      process: handleIn(row),
      createdAt: row.created_at,
      launchedAt: row.launched_at,
      endedAt: row.ended_at,
      executionId: row.execution_id,
      uiId: row.ui_id,
    };
  }
}
