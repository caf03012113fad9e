import {
  configurationShape,
  type Configuration,
  type Server,
  type ServerActivity,
  type MemoryEnd as ShownMemoryEnd,
  type ServerState,
  type ServerStopReason,
} from '@emberlab/contract';
import type { Kysely, Updateable } from 'kysely';
import type { Database } from '../../db/schema.ts';
import type { ServersTable } from '../../db/schema/servers.ts';
import type { ProcessIdentity } from '../../lib/process.ts';
import { rememberLast } from '../../lib/remember.ts';
import type { KeptLimits } from './limits.ts';
import { next, statesFor, type ServerEvent, type StepTimes } from './state.ts';

export type Problem = NonNullable<Server['problem']>;

/** One run of a member's server in a project. Times are ms since the epoch. */
export type ServerRecord = {
  readonly id: string;
  readonly projectId: string;
  readonly userId: string;
  readonly state: ServerState;
  readonly configuration: Configuration;
  readonly revision: number | null;
  readonly steps: readonly StepTimes[];
  readonly problem: Problem | null;
  readonly process: ProcessIdentity | null;
  readonly createdAt: number;
  readonly startedAt: number | null;
  readonly readyAt: number | null;
  readonly endedAt: number | null;
  /** null of one that runs: it has no limit */
  readonly stopsAt: number | null;
  readonly stopReason: ServerStopReason | null;
  /** what the administrator says who stopped it */
  readonly stopNote: string | null;
  readonly activity: Activity | null;
  /** null: its process has not been started */
  readonly limits: KeptLimits | null;
  readonly memoryEnd: MemoryEnd | null;
};

/** `ServerActivity` with its time in ms since the epoch. */
export type Activity = Omit<ServerActivity, 'at'> & { readonly at: number };

/** The contract's with its time in ms since the epoch. */
export type MemoryEnd = Omit<ShownMemoryEnd, 'at'> & { readonly at: number };

/** What may change with a step; what is absent stays. */
export type ServerPatch = Partial<{
  revisionId: string;
  steps: readonly StepTimes[];
  problem: Problem;
  process: ProcessIdentity;
  startedAt: number;
  readyAt: number;
  endedAt: number;
  stopsAt: number | null;
  stopReason: ServerStopReason;
  stopNote: string;
  activity: Activity;
  limits: KeptLimits;
  memoryEnd: MemoryEnd;
}>;

/** Most members start with what others start with, and all that run are read over and over. */
const readConfiguration = rememberLast(256, (json): Configuration => configurationShape.parse(JSON.parse(json)));

/**
 * Which of those that have not ended. `besides`: all of a member's, whatever their project, and all of a project's, whoever's they are · `namingEngine`: those whose configuration names an engine
 */
export type LiveServers = {
  readonly ids?: readonly string[];
  readonly states?: readonly ServerState[];
  readonly besides?: { readonly projectId: string; readonly userId: string };
  readonly namingEngine?: boolean;
};

export type ServerStore = ReturnType<typeof createServerStore>;

/** SQL of servers. */
export function createServerStore(db: Kysely<Database>) {
  const rows = () =>
    db
      .selectFrom('servers')
      .leftJoin('revisions', 'revisions.id', 'servers.revision_id')
      .selectAll('servers')
      .select('revisions.number as revision_number');
  type Row = Awaited<ReturnType<ReturnType<typeof rows>['executeTakeFirstOrThrow']>>;
  const toRecord = (row: Row): ServerRecord => ({
    id: row.id,
    projectId: row.project_id,
    userId: row.user_id,
    state: row.state,
    configuration: readConfiguration(row.configuration_json),
    revision: row.revision_number,
    steps: JSON.parse(row.steps_json) as StepTimes[],
    problem: row.problem_json === null ? null : (JSON.parse(row.problem_json) as Problem),
    process: row.pid === null || row.start_ticks === null ? null : { pid: row.pid, startTicks: row.start_ticks },
    createdAt: row.created_at,
    startedAt: row.started_at,
    readyAt: row.ready_at,
    endedAt: row.ended_at,
    stopsAt: row.stops_at,
    stopReason: row.stop_reason,
    stopNote: row.stop_note,
    activity: row.activity_json === null ? null : (JSON.parse(row.activity_json) as Activity),
    limits: row.limits_json === null ? null : (JSON.parse(row.limits_json) as KeptLimits),
    memoryEnd: row.memory_end_json === null ? null : (JSON.parse(row.memory_end_json) as MemoryEnd),
  });
  const toColumns = (patch: ServerPatch): Updateable<ServersTable> => ({
    ...(patch.revisionId === undefined ? {} : { revision_id: patch.revisionId }),
    ...(patch.steps === undefined ? {} : { steps_json: JSON.stringify(patch.steps) }),
    ...(patch.problem === undefined ? {} : { problem_json: JSON.stringify(patch.problem) }),
    ...(patch.process === undefined ? {} : { pid: patch.process.pid, start_ticks: patch.process.startTicks }),
    ...(patch.startedAt === undefined ? {} : { started_at: patch.startedAt }),
    ...(patch.readyAt === undefined ? {} : { ready_at: patch.readyAt }),
    ...(patch.endedAt === undefined ? {} : { ended_at: patch.endedAt }),
    ...(patch.stopsAt === undefined ? {} : { stops_at: patch.stopsAt }),
    ...(patch.stopReason === undefined ? {} : { stop_reason: patch.stopReason }),
    ...(patch.stopNote === undefined ? {} : { stop_note: patch.stopNote }),
    ...(patch.activity === undefined ? {} : { activity_json: JSON.stringify(patch.activity) }),
    ...(patch.limits === undefined ? {} : { limits_json: JSON.stringify(patch.limits) }),
    ...(patch.memoryEnd === undefined ? {} : { memory_end_json: JSON.stringify(patch.memoryEnd) }),
  });

  return {
    /** Makes a queued server, unless the member has a live one in the project: whoever asks, and however often at once. */
    async insert(server: {
      id: string;
      projectId: string;
      userId: string;
      configuration: Configuration;
      steps: readonly StepTimes[];
      now: number;
    }): Promise<boolean> {
      const last = await db
        .selectFrom('servers')
        .select((e) => e.fn.max('created_at').as('at'))
        .where('project_id', '=', server.projectId)
        .where('user_id', '=', server.userId)
        .executeTakeFirst();
      // The last one is the last one, also after the clock was put back.
      const createdAt = Math.max(server.now, (last?.at ?? 0) + 1);
      const inserted = await db
        .insertInto('servers')
        .values({
          id: server.id,
          project_id: server.projectId,
          user_id: server.userId,
          state: 'queued',
          configuration_json: JSON.stringify(server.configuration),
          revision_id: null,
          steps_json: JSON.stringify(server.steps),
          problem_json: null,
          pid: null,
          start_ticks: null,
          created_at: createdAt,
          started_at: null,
          ready_at: null,
          ended_at: null,
          stops_at: null,
          stop_reason: null,
          stop_note: null,
          activity_json: null,
          limits_json: null,
          memory_end_json: null,
        })
        .onConflict((conflict) => conflict.columns(['project_id', 'user_id']).where('ended_at', 'is', null).doNothing())
        .returning('id')
        .executeTakeFirst();
      return inserted !== undefined;
    },

    /** The member's live server, else the last one. */
    async latest(projectId: string, userId: string): Promise<ServerRecord | null> {
      const row = await rows()
        .where('servers.project_id', '=', projectId)
        .where('servers.user_id', '=', userId)
        .orderBy((e) => e.case().when('servers.ended_at', 'is', null).then(0).else(1).end())
        .orderBy('servers.created_at', 'desc')
        .limit(1)
        .executeTakeFirst();
      return row === undefined ? null : toRecord(row);
    },

    async find(id: string): Promise<ServerRecord | null> {
      const row = await rows().where('servers.id', '=', id).executeTakeFirst();
      return row === undefined ? null : toRecord(row);
    },

    /** Those that have not ended, or some of them, the oldest first. */
    async live(some: LiveServers = {}): Promise<ServerRecord[]> {
      if (some.ids?.length === 0) return [];
      let query = rows().where('servers.ended_at', 'is', null);
      const { ids, states, besides, namingEngine = false } = some;
      if (ids !== undefined) query = query.where('servers.id', 'in', ids);
      if (states !== undefined) query = query.where('servers.state', 'in', states);
      if (besides !== undefined) {
        query = query.where((e) =>
          e.or([e('servers.project_id', '=', besides.projectId), e('servers.user_id', '=', besides.userId)]),
        );
      }
      // What a member writes has its quotes escaped: it can't look like this.
      if (namingEngine) query = query.where('servers.configuration_json', 'like', '%"engine":"%');
      const found = await query.orderBy('servers.created_at').orderBy('servers.id').execute();
      return found.map(toRecord);
    },

    /** The first `most` of them after an id, or from the beginning, by their ids. */
    async liveAfter(after: string | null, most: number): Promise<ServerRecord[]> {
      let query = rows().where('servers.ended_at', 'is', null);
      if (after !== null) query = query.where('servers.id', '>', after);
      const found = await query.orderBy('servers.id').limit(most).execute();
      return found.map(toRecord);
    },

    /** The ids of those that run. */
    async running(): Promise<string[]> {
      const found = await db
        .selectFrom('servers')
        .select('id')
        .where('ended_at', 'is', null)
        .where('state', '=', 'running')
        .execute();
      return found.map(({ id }) => id);
    },

    /** For whom servers live, of a project or of all; `ending`: that one is to end. */
    async living(projectId?: string): Promise<{ projectId: string; userId: string; ending: boolean }[]> {
      let query = db.selectFrom('servers').select(['project_id', 'user_id', 'state']).where('ended_at', 'is', null);
      if (projectId !== undefined) query = query.where('project_id', '=', projectId);
      const found = await query.execute();
      return found.map((row) => ({
        projectId: row.project_id,
        userId: row.user_id,
        ending: row.state === 'stopping',
      }));
    },

    /** Every server that a project has had and that is known. */
    async allOf(projectId: string): Promise<string[]> {
      const found = await db.selectFrom('servers').select('id').where('project_id', '=', projectId).execute();
      return found.map(({ id }) => id);
    },

    /** The member's live server and the newest that have ended, at most `ended` of those; the newest first. */
    async runs(projectId: string, userId: string, ended: number): Promise<ServerRecord[]> {
      const found = await rows()
        .where('servers.project_id', '=', projectId)
        .where('servers.user_id', '=', userId)
        .orderBy('servers.created_at', 'desc')
        .limit(ended + 1)
        .execute();
      const live = found.filter((row) => row.ended_at === null);
      return [...live, ...found.filter((row) => row.ended_at !== null).slice(0, ended)].map(toRecord);
    },

    /** Ended servers of a member in a project beyond the newest `keep`. */
    async ended(projectId: string, userId: string, keep: number): Promise<string[]> {
      const found = await db
        .selectFrom('servers')
        .select('id')
        .where('project_id', '=', projectId)
        .where('user_id', '=', userId)
        .where('ended_at', 'is not', null)
        .orderBy('created_at', 'desc')
        .execute();
      return found.slice(keep).map((row) => row.id);
    },

    /** Takes an event's step with what changes along. False, and nothing has changed, when the server is in no state for it (any more). */
    async apply(id: string, event: ServerEvent, patch: ServerPatch = {}): Promise<boolean> {
      for (const from of statesFor(event)) {
        const changed = await db
          .updateTable('servers')
          .set({ ...toColumns(patch), state: next(from, event) })
          .where('id', '=', id)
          .where('state', '=', from)
          .executeTakeFirst();
        if (changed.numUpdatedRows > 0n) return true;
      }
      return false;
    },

    /** Changes what has nothing to do with the state. */
    async patch(id: string, patch: ServerPatch): Promise<void> {
      await db.updateTable('servers').set(toColumns(patch)).where('id', '=', id).execute();
    },

    /** Gives a running server another end, unless that has changed meanwhile: two that add time at once both do. */
    async setEnd(id: string, before: number | null, stopsAt: number | null): Promise<boolean> {
      const changed = await db
        .updateTable('servers')
        .set({ stops_at: stopsAt })
        .where('id', '=', id)
        .where('state', '=', 'running')
        .where('stops_at', 'is not distinct from', before)
        .executeTakeFirst();
      return changed.numUpdatedRows > 0n;
    },

    /** Moves the ends of all that run, and the beginnings of those that start, because the clock was set by so much. */
    async moveTimes(ms: number): Promise<void> {
      await db
        .updateTable('servers')
        .set((e) => ({ started_at: e('started_at', '+', ms) }))
        .where('state', '=', 'starting')
        .execute();
      await db
        .updateTable('servers')
        .set((e) => ({ stops_at: e('stops_at', '+', ms) }))
        .where('state', '=', 'running')
        .where('stops_at', 'is not', null)
        .execute();
      // How long one has run decides how long it may still.
      await db
        .updateTable('servers')
        .set((e) => ({ ready_at: e('ready_at', '+', ms) }))
        .where('state', '=', 'running')
        .execute();
    },

    /** How many servers run in each project, or are about to. */
    async countLive(projectIds: readonly string[]): Promise<Map<string, number>> {
      if (projectIds.length === 0) return new Map();
      const found = await db
        .selectFrom('servers')
        .select((e) => ['project_id', e.fn.countAll<number>().as('n')])
        .where('project_id', 'in', projectIds)
        .where('ended_at', 'is', null)
        .groupBy('project_id')
        .execute();
      return new Map(found.map((row) => [row.project_id, row.n]));
    },
  };
}
