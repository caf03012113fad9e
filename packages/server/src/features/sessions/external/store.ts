import { sql, type Kysely } from 'kysely';
import { prepareQuery, type ParametersOf } from '../../../db/prepared.ts';
import type { Database } from '../../../db/schema.ts';
import { inTransaction } from '../../../db/transaction.ts';
import type { StopReason } from '../state.ts';
import { vanishing } from '../state.ts';
import {
  externalBatchRequest,
  externalSessionRequest,
  type External,
  type ExternalApplication,
  type ExternalState,
  type ExternalType,
} from './model.ts';
import { nextId } from './next-id.ts';

export type NewExternal = Pick<External, 'type' | 'kind' | 'name' | 'notebook' | 'request' | 'idempotencyKey'> & {
  readonly projectId: string;
  readonly userId: string;
  readonly serverId: string | null;
  readonly livyId: string;
  readonly now: number;
  /** its name there, by its id here */
  externalName(id: number): string;
};

/** Whose, and until when ended ones are shown. */
export type Listed = {
  readonly type: ExternalType;
  readonly projectId: string;
  readonly userId: string;
  readonly endedAfter: number;
};

/** What a client knows one by. */
export type ExternalKey = { id: number } | { name: string } | { idempotencyKey: string };

/** What may change in a row; what is absent stays. */
export type ExternalChange = {
  state?: ExternalState;
  stopReason?: StopReason;
  externalId?: number;
  application?: ExternalApplication;
  problem?: string;
  readyAt?: number;
  endedAt?: number;
};

export type ExternalStore = ReturnType<typeof createExternalStore>;

/** The rows of sessions and batches on projects' Livy servers. */
export function createExternalStore(db: Kysely<Database>) {
  const select = () =>
    db
      .selectFrom('external_sessions')
      .innerJoin('users', 'users.id', 'external_sessions.user_id')
      .innerJoin('projects', 'projects.id', 'external_sessions.project_id')
      .leftJoin('livy_servers', 'livy_servers.id', 'external_sessions.livy_id')
      .selectAll('external_sessions')
      .select([
        'users.email as owner_email',
        'users.name as owner_name',
        'projects.name as project_name',
        'livy_servers.url as livy_url',
      ]);
  type Row = Awaited<ReturnType<ReturnType<typeof select>['executeTakeFirstOrThrow']>>;

  /** What clients still find: as with sessions of our own. */
  const shown = (endedAfter: number) =>
    sql<boolean>`(external_sessions.ended_at is null or (external_sessions.ended_at > ${endedAfter} and coalesce(external_sessions.stop_reason, '') not in (${sql.join(vanishing)})))`;

  const listed = ({ type, projectId, userId, endedAfter }: Listed) =>
    select()
      .where('external_sessions.type', '=', type)
      .where('external_sessions.project_id', '=', projectId)
      .where('external_sessions.user_id', '=', userId)
      .where(shown(endedAfter));

  // Each request for one session asks for it, whether its project has a Livy or not.
  const listedById = prepareQuery(db, (parameter: ParametersOf<Listed & { readonly id: number }>) =>
    listed({
      type: parameter('type'),
      projectId: parameter('projectId'),
      userId: parameter('userId'),
      endedAfter: parameter('endedAfter'),
    }).where('external_sessions.id', '=', parameter('id')),
  );

  return {
    /** Makes a row; its id is one that no session, or batch, of this platform has, had or will have. */
    async insert(made: NewExternal): Promise<number> {
      return inTransaction(db, async (tx) => {
        const id = await nextId(tx, made);
        await tx
          .insertInto('external_sessions')
          .values({
            type: made.type,
            id,
            project_id: made.projectId,
            user_id: made.userId,
            livy_id: made.livyId,
            server_id: made.serverId,
            external_id: null,
            external_name: made.externalName(id),
            kind: made.kind,
            name: made.name,
            notebook: made.notebook,
            state: 'starting' satisfies ExternalState,
            stop_reason: null,
            request_json: JSON.stringify(made.request),
            idempotency_key: made.idempotencyKey,
            application_id: null,
            spark_ui_url: null,
            driver_log_url: null,
            problem: null,
            created_at: made.now,
            ready_at: null,
            ended_at: null,
          })
          .execute();
        return id;
      });
    },

    async find(type: ExternalType, id: number): Promise<External | null> {
      const row = await select()
        .where('external_sessions.type', '=', type)
        .where('external_sessions.id', '=', id)
        .executeTakeFirst();
      return row === undefined ? null : toRecord(row);
    },

    /** How many a member may see, and a page of them, oldest first. */
    async list(filter: Listed, page: { from: number; size: number }): Promise<{ total: number; items: External[] }> {
      const { count } = await listed(filter)
        .clearSelect()
        .select((s) => s.fn.countAll<number | string>().as('count'))
        .executeTakeFirstOrThrow();
      const rows = await listed(filter).orderBy('external_sessions.id').limit(page.size).offset(page.from).execute();
      return { total: Number(count), items: rows.map(toRecord) };
    },

    /** One of them, by id, by the key of the request that made it, or the newest of that name, a live one first. */
    async findListed(filter: Listed, key: ExternalKey): Promise<External | null> {
      if ('id' in key) {
        const [row] = await listedById({ ...filter, id: key.id });
        return row === undefined ? null : toRecord(row);
      }
      let query = listed(filter);
      if ('name' in key) query = query.where('external_sessions.name', '=', key.name);
      else query = query.where('external_sessions.idempotency_key', '=', key.idempotencyKey);
      const row = await query
        .orderBy(sql`external_sessions.ended_at is not null`)
        .orderBy('external_sessions.id', 'desc')
        .executeTakeFirst();
      return row === undefined ? null : toRecord(row);
    },

    /** Forgets a key whose session clients find no more, so that it may make another. */
    async releaseKey({ type, projectId, userId, endedAfter }: Listed, idempotencyKey: string): Promise<void> {
      await db
        .updateTable('external_sessions')
        .set({ idempotency_key: null })
        .where('type', '=', type)
        .where('project_id', '=', projectId)
        .where('user_id', '=', userId)
        .where('idempotency_key', '=', idempotencyKey)
        .where(sql<boolean>`not ${shown(endedAfter)}`)
        .execute();
    },

    /** A project's for the dashboard: live, or ended after then; newest first, at most `limit`. `userId` null: everybody's. */
    async listProject(
      projectId: string,
      options: { type: ExternalType; userId: string | null; endedAfter: number; limit: number },
    ): Promise<External[]> {
      let query = select()
        .where('external_sessions.type', '=', options.type)
        .where('external_sessions.project_id', '=', projectId)
        .where((where) =>
          where.or([
            where('external_sessions.ended_at', 'is', null),
            where('external_sessions.ended_at', '>', options.endedAfter),
          ]),
        );
      if (options.userId !== null) query = query.where('external_sessions.user_id', '=', options.userId);
      return (await query.orderBy('external_sessions.id', 'desc').limit(options.limit).execute()).map(toRecord);
    },

    async listLive(filter: { serverId?: string; projectId?: string; userId?: string } = {}): Promise<External[]> {
      let query = select().where('external_sessions.ended_at', 'is', null);
      if (filter.serverId !== undefined) query = query.where('external_sessions.server_id', '=', filter.serverId);
      if (filter.projectId !== undefined) query = query.where('external_sessions.project_id', '=', filter.projectId);
      if (filter.userId !== undefined) query = query.where('external_sessions.user_id', '=', filter.userId);
      return (await query.orderBy('external_sessions.id').execute()).map(toRecord);
    },

    /** How many live sessions each project has; projects without any are absent. */
    async countLive(projectIds: readonly string[]): Promise<Map<string, number>> {
      if (projectIds.length === 0) return new Map();
      const rows = await db
        .selectFrom('external_sessions')
        .select((s) => ['project_id', s.fn.countAll<number | string>().as('count')])
        .where('type', '=', 'session')
        .where('project_id', 'in', projectIds)
        .where('ended_at', 'is', null)
        .groupBy('project_id')
        .execute();
      return new Map(rows.map((row) => [row.project_id, Number(row.count)]));
    },

    async update(type: ExternalType, id: number, change: ExternalChange): Promise<void> {
      const { application } = change;
      await db
        .updateTable('external_sessions')
        .set({
          ...(change.state === undefined ? {} : { state: change.state }),
          ...(change.stopReason === undefined ? {} : { stop_reason: change.stopReason }),
          ...(change.externalId === undefined ? {} : { external_id: change.externalId }),
          ...(application === undefined
            ? {}
            : {
                application_id: application.id,
                spark_ui_url: application.sparkUiUrl,
                driver_log_url: application.driverLogUrl,
              }),
          ...(change.problem === undefined ? {} : { problem: change.problem }),
          ...(change.readyAt === undefined ? {} : { ready_at: change.readyAt }),
          ...(change.endedAt === undefined ? {} : { ended_at: change.endedAt }),
        })
        .where('type', '=', type)
        .where('id', '=', id)
        .execute();
    },

    async remove(type: ExternalType, id: number): Promise<void> {
      await db.deleteFrom('external_sessions').where('type', '=', type).where('id', '=', id).execute();
    },

    async removeEndedBefore(before: number): Promise<void> {
      await db.deleteFrom('external_sessions').where('ended_at', '<=', before).execute();
    },

    /** Whether somebody else's address begins with the same name: then the name alone says not who is meant. */
    async isSharedName(name: string, userId: string): Promise<boolean> {
      const row = await db
        .selectFrom('users')
        .select('id')
        .where('id', '<>', userId)
        .where(sql<boolean>`lower(substr(email, 1, ${name.length + 1})) = ${`${name.toLowerCase()}@`}`)
        .executeTakeFirst();
      return row !== undefined;
    },
  };

  function toRecord(row: Row): External {
    const common = {
      id: row.id,
      project: { id: row.project_id, name: row.project_name },
      owner: { id: row.user_id, email: row.owner_email, name: row.owner_name },
      livyId: row.livy_id,
      livyUrl: row.livy_url,
      externalId: row.external_id,
      externalName: row.external_name,
      name: row.name,
      notebook: row.notebook,
      state: row.state as ExternalState,
      stopReason: row.stop_reason as StopReason | null,
      idempotencyKey: row.idempotency_key,
      application: { id: row.application_id, sparkUiUrl: row.spark_ui_url, driverLogUrl: row.driver_log_url },
      problem: row.problem,
      createdAt: row.created_at,
      readyAt: row.ready_at,
      endedAt: row.ended_at,
    };
    const request: unknown = JSON.parse(row.request_json);
    return row.type === 'session'
      ? { ...common, type: 'session', kind: row.kind ?? 'shared', request: externalSessionRequest.parse(request) }
      : { ...common, type: 'batch', kind: null, request: externalBatchRequest.parse(request) };
  }
}
