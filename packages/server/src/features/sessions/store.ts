import type { SessionKind } from '@emberlab/contract';
import { sql, type Kysely, type Updateable } from 'kysely';
import { prepareQuery, prepareUpdate, type ParametersOf } from '../../db/prepared.ts';
import type { Database } from '../../db/schema.ts';
import type { SessionsTable } from '../../db/schema/sessions.ts';
import type { DriverHandle, EventLogState } from '../../engines/engine.ts';
import type { Taken } from '../../lib/places.ts';
import { rememberLast } from '../../lib/remember.ts';
import { columnsOf, handleIn } from './handle-columns.ts';
import { application, sessionRequest, type Application, type SessionRecord, type SessionRequest } from './model.ts';
import { vanishing, type StopReason, type StoredState } from './state.ts';

export type NewSession = {
  projectId: string;
  userId: string;
  serverId: string | null;
  /** the run of a job whose notebook it serves; absent: none */
  executionId?: number | null;
  kind: SessionKind;
  /** what runs it, by its name in the settings */
  engine: string;
  name: string | null;
  notebook: string | null;
  request: SessionRequest;
  idempotencyKey: string | null;
  secretDigest: string;
  uiId: string;
  heartbeatSeconds: number;
  aheadKey?: string;
  now: number;
};

/** What a driver that was started ahead becomes for who takes it. */
export type Taking = Pick<NewSession, 'kind' | 'name' | 'notebook' | 'idempotencyKey' | 'heartbeatSeconds' | 'now'>;

/** What a Livy client knows a session by. */
export type SessionKey = { id: number } | { name: string } | { idempotencyKey: string };

/** What may change in a session's row; what is absent stays. */
export type SessionChange = {
  state?: StoredState;
  stopReason?: StopReason;
  application?: Application;
  eventLog?: EventLogState;
  problem?: string;
  process?: DriverHandle;
  secretDigest?: string;
  readyAt?: number;
  endedAt?: number;
};

/** A session's row is read several times for each statement; what it was asked for and what application it has changes hardly ever. */
const rememberedSessions = 256;
const readRequest = rememberLast(rememberedSessions, (json): SessionRequest => sessionRequest.parse(JSON.parse(json)));
const readApplication = rememberLast(rememberedSessions, (json): Application => application.parse(JSON.parse(json)));

/** Which of those that have not ended. `besides`: all of a member's, whatever their project, and all of a project's, whoever's they are */
export type LiveSessions = {
  readonly ids?: readonly number[];
  readonly serverId?: string;
  readonly executionId?: number;
  readonly projectId?: string;
  readonly userId?: string;
  readonly besides?: { readonly projectId: string; readonly userId: string };
  /** whether they were started ahead, and nobody has taken them */
  readonly ahead?: boolean;
};

export type SessionStore = ReturnType<typeof createSessionStore>;

/** The rows of sessions. */
export function createSessionStore(db: Kysely<Database>) {
  const select = () =>
    db
      .selectFrom('sessions')
      .innerJoin('users', 'users.id', 'sessions.user_id')
      .innerJoin('projects', 'projects.id', 'sessions.project_id')
      .selectAll('sessions')
      .select(['users.email as owner_email', 'users.name as owner_name', 'projects.name as project_name']);
  type Row = Awaited<ReturnType<ReturnType<typeof select>['executeTakeFirstOrThrow']>>;

  /** What Livy clients still find: the live ones, and those that ended a while ago. */
  const listed = (endedAfter: number) =>
    sql<boolean>`(sessions.ahead_key is null and (sessions.ended_at is null or (sessions.ended_at > ${endedAfter} and coalesce(sessions.stop_reason, '') not in (${sql.join(vanishing)}))))`;

  const byId = prepareQuery(db, (parameter: ParametersOf<{ id: number }>) =>
    select().where('sessions.id', '=', parameter('id')),
  );
  const listedOf = (projectId: string, userId: string, endedAfter: number) =>
    select()
      .where('sessions.project_id', '=', projectId)
      .where('sessions.user_id', '=', userId)
      .where(listed(endedAfter));
  type ListedId = { projectId: string; userId: string; id: number; endedAfter: number };
  const listedById = prepareQuery(db, (parameter: ParametersOf<ListedId>) =>
    listedOf(parameter('projectId'), parameter('userId'), parameter('endedAfter')).where(
      'sessions.id',
      '=',
      parameter('id'),
    ),
  );
  const updateById = prepareUpdate(db, (change: Updateable<SessionsTable>, key: ParametersOf<{ id: number }>) =>
    db.updateTable('sessions').set(change).where('id', '=', key('id')),
  );

  return {
    async insert(session: NewSession): Promise<number> {
      const { id } = await db
        .insertInto('sessions')
        .values({
          project_id: session.projectId,
          user_id: session.userId,
          server_id: session.serverId,
          execution_id: session.executionId ?? null,
          kind: session.kind,
          engine: session.engine,
          name: session.name,
          notebook: session.notebook,
          state: 'starting' satisfies StoredState,
          stop_reason: null,
          request_json: JSON.stringify(session.request),
          idempotency_key: session.idempotencyKey,
          secret_digest: session.secretDigest,
          ui_id: session.uiId,
          application_json: null,
          event_log: null,
          problem: null,
          pid: null,
          start_ticks: null,
          heartbeat_seconds: session.heartbeatSeconds,
          ahead_key: session.aheadKey ?? null,
          created_at: session.now,
          ready_at: null,
          ended_at: null,
        })
        .returning('id')
        .executeTakeFirstOrThrow();
      return id;
    },

    async find(id: number): Promise<SessionRecord | null> {
      const [row] = await byId({ id });
      return row === undefined ? null : toRecord(row);
    },

    /** The session that an agent's secret belongs to. */
    async findBySecret(secretDigest: string): Promise<SessionRecord | null> {
      const row = await select().where('sessions.secret_digest', '=', secretDigest).executeTakeFirst();
      return row === undefined ? null : toRecord(row);
    },

    /** A member's sessions in a project that Livy clients may see, oldest first. */
    async listListed(projectId: string, userId: string, endedAfter: number): Promise<SessionRecord[]> {
      const rows = await listedOf(projectId, userId, endedAfter).orderBy('sessions.id').execute();
      return rows.map(toRecord);
    },

    /** One of them, by id, by the key of the request that made it, or the newest of that name, a live one first. */
    async findListed(
      projectId: string,
      userId: string,
      key: SessionKey,
      endedAfter: number,
    ): Promise<SessionRecord | null> {
      if ('id' in key) {
        const [row] = await listedById({ projectId, userId, id: key.id, endedAfter });
        return row === undefined ? null : toRecord(row);
      }
      let query = listedOf(projectId, userId, endedAfter);
      if ('name' in key) query = query.where('sessions.name', '=', key.name);
      else query = query.where('sessions.idempotency_key', '=', key.idempotencyKey);
      const row = await query
        .orderBy(sql`sessions.ended_at is not null`)
        .orderBy('sessions.id', 'desc')
        .executeTakeFirst();
      return row === undefined ? null : toRecord(row);
    },

    /** Forgets a key whose session Livy clients find no more, so that it may make another. */
    async releaseKey(projectId: string, userId: string, idempotencyKey: string, endedAfter: number): Promise<void> {
      await db
        .updateTable('sessions')
        .set({ idempotency_key: null })
        .where('project_id', '=', projectId)
        .where('user_id', '=', userId)
        .where('idempotency_key', '=', idempotencyKey)
        .where(sql<boolean>`not ${listed(endedAfter)}`)
        .execute();
    },

    /** A project's sessions for the dashboard: live, or ended after then; newest first, at most `limit`. Those started ahead come last, while they live. */
    async listProject(
      projectId: string,
      options: { userId: string | null; endedAfter: number; limit: number },
    ): Promise<SessionRecord[]> {
      let query = select()
        .where('sessions.project_id', '=', projectId)
        .where((where) =>
          where.or([
            where('sessions.ended_at', 'is', null),
            where.and([where('sessions.ended_at', '>', options.endedAfter), where('sessions.ahead_key', 'is', null)]),
          ]),
        );
      if (options.userId !== null) query = query.where('sessions.user_id', '=', options.userId);
      const rows = await query
        .orderBy(sql`sessions.ahead_key is not null`)
        .orderBy('sessions.id', 'desc')
        .limit(options.limit)
        .execute();
      return rows.map(toRecord);
    },

    /** All of a project, ended ones included. */
    async allOf(projectId: string): Promise<number[]> {
      const rows = await db.selectFrom('sessions').select('id').where('project_id', '=', projectId).execute();
      return rows.map(({ id }) => id);
    },

    /** The last session of a run's notebook. */
    async ofExecution(executionId: number): Promise<SessionRecord | null> {
      const row = await select()
        .where('sessions.execution_id', '=', executionId)
        .orderBy('sessions.id', 'desc')
        .executeTakeFirst();
      return row === undefined ? null : toRecord(row);
    },

    /** The same of many runs, by their ids; those without one are absent. */
    async ofExecutions(executionIds: readonly number[]): Promise<Map<number, SessionRecord>> {
      if (executionIds.length === 0) return new Map();
      const rows = await select().where('sessions.execution_id', 'in', executionIds).orderBy('sessions.id').execute();
      // The last one of each takes the place of those before it.
      return new Map(rows.map((row) => [Number(row.execution_id), toRecord(row)]));
    },

    /** Those that have not ended, or some of them. */
    async listLive(filter: LiveSessions = {}): Promise<SessionRecord[]> {
      if (filter.ids?.length === 0) return [];
      let query = select().where('sessions.ended_at', 'is', null);
      const { ids, besides } = filter;
      if (ids !== undefined) query = query.where('sessions.id', 'in', ids);
      if (besides !== undefined) {
        query = query.where((e) =>
          e.or([e('sessions.project_id', '=', besides.projectId), e('sessions.user_id', '=', besides.userId)]),
        );
      }
      if (filter.ahead !== undefined) query = query.where('sessions.ahead_key', filter.ahead ? 'is not' : 'is', null);
      if (filter.executionId !== undefined) query = query.where('sessions.execution_id', '=', filter.executionId);
      if (filter.serverId !== undefined) query = query.where('sessions.server_id', '=', filter.serverId);
      if (filter.projectId !== undefined) query = query.where('sessions.project_id', '=', filter.projectId);
      if (filter.userId !== undefined) query = query.where('sessions.user_id', '=', filter.userId);
      return (await query.orderBy('sessions.id').execute()).map(toRecord);
    },

    /** The first `most` of them after an id, or from the beginning. */
    async liveAfter(after: number | null, most: number): Promise<SessionRecord[]> {
      let query = select().where('sessions.ended_at', 'is', null);
      if (after !== null) query = query.where('sessions.id', '>', after);
      return (await query.orderBy('sessions.id').limit(most).execute()).map(toRecord);
    },

    /** For whom sessions live, of a project or of all; `ending`: that one is to end. */
    async living(projectId?: string): Promise<{ projectId: string; userId: string; ending: boolean }[]> {
      let query = db.selectFrom('sessions').select(['project_id', 'user_id', 'state']).where('ended_at', 'is', null);
      if (projectId !== undefined) query = query.where('project_id', '=', projectId);
      const rows = await query.execute();
      return rows.map((row) => ({
        projectId: row.project_id,
        userId: row.user_id,
        ending: row.state === 'shutting_down',
      }));
    },

    /** Those of Jupyter servers in which something runs. */
    async listBusy(): Promise<SessionRecord[]> {
      const query = select()
        .where('sessions.ended_at', 'is', null)
        .where('sessions.state', '=', 'busy' satisfies StoredState)
        .where('sessions.server_id', 'is not', null);
      return (await query.orderBy('sessions.id').execute()).map(toRecord);
    },

    /** How many drivers are starting, of sessions and of batches: they share one limit. What a cluster has, and no room for, takes nothing here. */
    async countStarting(userId: string): Promise<Taken> {
      // Those that nobody has asked for give way; they never keep anyone from starting.
      const { rows } = await sql<{ all_starting: number | string; own: number | string | null }>`
        select count(*) as all_starting, sum(case when user_id = ${userId} then 1 else 0 end) as own from (
          select user_id from sessions where state = 'starting' and ahead_key is null
          union all select user_id from batches where state = 'starting' and application_id is null) as starting`.execute(
        db,
      );
      return { all: Number(rows[0]?.all_starting ?? 0), own: Number(rows[0]?.own ?? 0) };
    },

    /** How many live sessions each project has; projects without any are absent. */
    async countLive(projectIds: readonly string[]): Promise<Map<string, number>> {
      if (projectIds.length === 0) return new Map();
      const rows = await db
        .selectFrom('sessions')
        .select((select) => ['project_id', select.fn.countAll<number | string>().as('count')])
        .where('project_id', 'in', projectIds)
        .where('ended_at', 'is', null)
        .where('ahead_key', 'is', null)
        .groupBy('project_id')
        .execute();
      return new Map(rows.map((row) => [row.project_id, Number(row.count)]));
    },

    /** From now on it is a session as any other, made at this moment. */
    async take(id: number, taking: Taking, isReady: boolean): Promise<void> {
      await db
        .updateTable('sessions')
        .set({
          ahead_key: null,
          kind: taking.kind,
          name: taking.name,
          notebook: taking.notebook,
          idempotency_key: taking.idempotencyKey,
          heartbeat_seconds: taking.heartbeatSeconds,
          created_at: taking.now,
          ready_at: isReady ? taking.now : null,
        })
        .where('id', '=', id)
        .execute();
    },

    async update(id: number, change: SessionChange): Promise<void> {
      await updateById(
        { id },
        {
          ...(change.state === undefined ? {} : { state: change.state }),
          ...(change.stopReason === undefined ? {} : { stop_reason: change.stopReason }),
          ...(change.application === undefined ? {} : { application_json: JSON.stringify(change.application) }),
          ...(change.eventLog === undefined ? {} : { event_log: change.eventLog }),
          ...(change.problem === undefined ? {} : { problem: change.problem }),
          ...(change.process === undefined ? {} : columnsOf(change.process)),
          ...(change.secretDigest === undefined ? {} : { secret_digest: change.secretDigest }),
          ...(change.readyAt === undefined ? {} : { ready_at: change.readyAt }),
          ...(change.endedAt === undefined ? {} : { ended_at: change.endedAt }),
        },
      );
    },

    /** Ids of sessions that ended before then. Those of notebooks that ran as jobs go with their runs. */
    async listEndedBefore(before: number, limit: number): Promise<number[]> {
      const rows = await db
        .selectFrom('sessions')
        .select('id')
        .where('ended_at', '<=', before)
        .where(({ not, exists, selectFrom }) =>
          not(
            exists(
              selectFrom('executions').select('executions.id').whereRef('executions.id', '=', 'sessions.execution_id'),
            ),
          ),
        )
        .orderBy('id')
        .limit(limit)
        .execute();
      return rows.map((row) => row.id);
    },

    async remove(id: number): Promise<void> {
      await db.deleteFrom('sessions').where('id', '=', id).execute();
    },
  };

  function toRecord(row: Row): SessionRecord {
    return {
      id: row.id,
      project: { id: row.project_id, name: row.project_name },
      owner: { id: row.user_id, email: row.owner_email, name: row.owner_name },
      kind: row.kind,
      engine: row.engine,
      name: row.name,
      notebook: row.notebook,
      state: row.state as StoredState,
      stopReason: row.stop_reason as StopReason | null,
      request: readRequest(row.request_json),
      uiId: row.ui_id,
      application: row.application_json === null ? null : readApplication(row.application_json),
      eventLog: row.event_log as EventLogState | null,
      problem: row.problem,
      process: handleIn(row),
      heartbeatSeconds: row.heartbeat_seconds,
      serverId: row.server_id,
      executionId: row.execution_id,
      aheadKey: row.ahead_key,
      createdAt: row.created_at,
      readyAt: row.ready_at,
      endedAt: row.ended_at,
    };
  }
}
