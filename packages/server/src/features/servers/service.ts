import {
  sameConfiguration,
  sessionBody,
  type Configuration,
  type Project,
  type Server,
  type ServerRun,
  type RunningPhase,
  type ServerState,
  type ServerStopReason,
  type ServerTime,
  type ServerUse,
} from '@emberlab/contract';
import { HttpError } from '../../http/errors.ts';
import type { ProjectSnapshot } from '../../http/project-events.ts';
import { toInstant, toInstantOrNull } from '../../lib/clock.ts';
import { newId } from '../../lib/ids.ts';
import type { ProjectPart, RunningPart, RunningThing } from '../projects/index.ts';
import type { ServersDeps } from './deps.ts';
import type { Taken } from '../limits/index.ts';
import type { Counted } from './limits.ts';
import { never, type Presenter } from './present.ts';
import { extendedEnd, lastEnd } from './shutdown.ts';
import { beginStep } from './state.ts';
import type { ServerRecord, ServerStore } from './store.ts';
import type { ServerWorker } from './worker.ts';

const hourMs = 3_600_000;

/** A member in a project. */
export type Whose = { readonly projectId: string; readonly userId: string };
export type ServerService = ReturnType<typeof createServerService>;

/** Tells the member whose server it is, and nobody else, what it is like now; answers that. */
export function createAnnouncer({
  bus,
  store,
  present,
}: Pick<ServersDeps, 'bus'> & { store: ServerStore; present: Presenter }) {
  return async (id: string): Promise<ServerRecord | null> => {
    const record = await store.find(id);
    if (record === null) return null;
    const server = await present(record);
    bus.publish({
      projectId: record.projectId,
      users: [record.userId],
      present: (viewer) => (viewer.userId === record.userId ? { type: 'server', server } : null),
    });
    return record;
  };
}

/** Members' Jupyter servers. */
export function createServerService(
  deps: ServersDeps & {
    store: ServerStore;
    worker: ServerWorker;
    changed: (id: string) => Promise<void>;
    present: Presenter;
    timeOf: (whose: Whose) => Promise<ServerTime>;
    takenBy: (server: Counted) => Promise<Taken>;
    /** what those that run take */
    uses: ReadonlyMap<string, ServerUse>;
  },
) {
  const { store, worker, clock, changed, present, configurations, timeOf } = deps;

  async function get(whose: Whose): Promise<Server> {
    const record = await store.latest(whose.projectId, whose.userId);
    return record === null ? never(await configurations.get(whose), await timeOf(whose)) : present(record);
  }

  async function forgetOldLogs({ projectId, userId }: Whose): Promise<void> {
    for (const id of await store.ended(projectId, userId, deps.config.serverLogsKept)) await deps.spawner.forget(id);
  }

  /** Makes the row of a server, where there is room for one and the member has none that is live. Throws `limit_reached`. */
  const insert = (id: string, whose: Whose, configuration: Configuration): Promise<boolean> =>
    deps.limits.admission.inTurn(async (check) => {
      const last = await store.latest(whose.projectId, whose.userId);
      // What runs goes on, whatever the limits have become.
      if (last !== null && last.endedAt === null) return false;
      await check(await deps.takenBy({ ...whose, configuration, limits: null }));
      const now = clock.now();
      return store.insert({ id, ...whose, configuration, steps: beginStep([], 'queue', now), now });
    });

  /** Starts the member's server with `chosen`, unless one is live; `asked`: with that one and no other. */
  async function startWith(whose: Whose, chosen: Configuration, asked: boolean): Promise<{ started: boolean }> {
    const last = await store.latest(whose.projectId, whose.userId);
    if (last === null || last.endedAt !== null) await configurations.mustBeRight(whose.projectId, chosen, 'jupyter');
    const id = newId();
    if (await insert(id, whose, chosen)) {
      worker.noteLive(id);
      await deps.projects.touch(whose.projectId);
      await changed(id);
      worker.wake(id);
      await forgetOldLogs(whose);
      return { started: true };
    }
    const live = await store.latest(whose.projectId, whose.userId);
    if (live?.state === 'stopping') throw new HttpError('server_stopping');
    if (live !== null && asked && !sameConfiguration(live.configuration, chosen)) throw new HttpError('server_running');
    return { started: false };
  }

  /** Has the member's server ended; where none is live, nothing changes. */
  async function stop(whose: Whose, stopReason: ServerStopReason = 'asked'): Promise<Server> {
    const live = await store.latest(whose.projectId, whose.userId);
    if (live === null || live.endedAt !== null || live.state === 'stopping') return get(whose);
    if (await store.apply(live.id, 'stop', { stopReason })) {
      await changed(live.id);
      worker.wake(live.id);
    }
    return get(whose);
  }

  /** Has one server ended by an administrator, who says why. */
  async function stopOne(id: string, stopNote: string): Promise<void> {
    if (!(await store.apply(id, 'stop', { stopReason: 'admin', stopNote }))) return;
    await changed(id);
    worker.wake(id);
  }

  return {
    get,

    /**
     * Starts the member's server, with `wanted` (which is saved) or what was saved last. One that is live already is answered as it is. Throws
     * `server_running` when that has another configuration, `server_stopping` while the one before is being ended, `bad_request` for a configuration that
     * nothing can run with.
     */
    async start(whose: Whose, wanted?: Configuration): Promise<Server> {
      const { started } = await startWith(whose, wanted ?? (await configurations.get(whose)), wanted !== undefined);
      if (started && wanted !== undefined) await configurations.save(whose, wanted);
      return get(whose);
    },

    /** The same with the configuration with which a notebook ran. What the member has saved stays as it is. */
    async startFor(whose: Whose, notebook: { path: string; run?: string | undefined }): Promise<Server> {
      await startWith(whose, await deps.notebooks.configurationOf(whose, notebook), true);
      return get(whose);
    },

    stop,

    /**
     * Adds hours to the time of the member's server, or with null takes its limit away. Throws `server_not_running`, `forbidden` where there has to be a
     * limit, `most_time` when it has all the time that is allowed.
     */
    async extend(whose: Whose, hours: number | null): Promise<Server> {
      const time = await timeOf(whose);
      if (hours === null && !time.mayBeUnlimited) {
        throw new HttpError('forbidden', { message: 'The administrator does not let Jupyter run without a limit.' });
      }
      for (;;) {
        const record = await store.latest(whose.projectId, whose.userId);
        if (record?.state !== 'running') throw new HttpError('server_not_running');
        const now = clock.now();
        const latest = lastEnd(record.readyAt ?? now, time);
        const end = hours === null ? null : extendedEnd(record.stopsAt, hours, now, time, latest);
        if (hours !== null && end === null) throw allTimeUsed(time, latest < now + time.mostHours * hourMs);
        if (!(await store.setEnd(record.id, record.stopsAt, end))) continue;
        await changed(record.id);
        return get(whose);
      }
    },

    /** A one-time address that opens JupyterLab, with the file `path` when one is named. Throws `server_not_running`. */
    async open(
      whose: Whose,
      options: { loginDigest: string | null; tokenId?: string | undefined; path: string | undefined },
    ): Promise<{ url: string }> {
      const record = await store.latest(whose.projectId, whose.userId);
      if (record?.state !== 'running') throw new HttpError('server_not_running');
      const { userId, projectId } = whose;
      const path = labPath(options.path);
      const { loginDigest, tokenId = null } = options;
      const needs = { projectId, role: 'editor' } as const;
      return { url: await deps.tickets.issue({ targetId: record.id, userId, loginDigest, tokenId, path, needs }) };
    },

    /** The runs of the member's server whose logs are kept, the newest first. */
    async runs({ projectId, userId }: Whose): Promise<ServerRun[]> {
      const records = await store.runs(projectId, userId, deps.config.serverLogsKept);
      return records.map((record) => ({
        id: record.id,
        state: record.state,
        createdAt: toInstant(record.createdAt),
        readyAt: toInstantOrNull(record.readyAt),
        endedAt: toInstantOrNull(record.endedAt),
        stopReason: record.stopReason,
        problem: record.problem?.message ?? null,
      }));
    },

    /**
     * Where the log of one of the member's runs lies, of the live or the last one unless `run` names another, and whether it has come to its end; null:
     * there is no such run.
     */
    async log({ projectId, userId }: Whose, run?: string): Promise<{ file: string; ended: () => boolean } | null> {
      const record = run === undefined ? await store.latest(projectId, userId) : await store.find(run);
      if (record === null || record.projectId !== projectId || record.userId !== userId) return null;
      const { id } = record;
      return { file: deps.spawner.log(id), ended: () => !worker.isLive(id) };
    },

    /** The servers that run with Spark now, or those of them that name an engine, and what their notebooks ask of a session. */
    async sparkServers({ naming = false }: { naming?: boolean } = {}) {
      const all = [];
      const running = await store.live({ states: ['running'], namingEngine: naming });
      for (const { id, projectId, userId, configuration: with_ } of running) {
        if (with_.type !== 'spark') continue;
        const projectName = await deps.projects.nameOf(projectId);
        if (projectName === null) continue;
        const sessionDefaults = sessionBody(with_, deps.projects.folderOf(projectName));
        all.push({ serverId: id, projectId, projectName, userId, sessionDefaults });
      }
      return all;
    },

    /** As a part of projects: whose servers live, their ends, and the logs that are left of them. */
    part: {
      living: (projectId?: string) => store.living(projectId),
      stop: async (whose: Whose, why: 'member' | 'project') => void (await stop(whose, why)),
      async remove(projectId: string) {
        for (const id of await store.allOf(projectId)) await deps.spawner.forget(id);
      },
    } satisfies ProjectPart,

    /** The same for administrators, one by one. */
    running: {
      kinds: ['server'],
      running: async () => (await store.live()).map((record) => showRunning(record, deps.uses.get(record.id) ?? null)),
      async stopRunning(_, id, why) {
        const record = await store.find(id);
        // One that ends already keeps the reason that it ends for.
        if (record !== null && record.endedAt === null && record.state !== 'stopping') await stopOne(id, why);
      },
    } satisfies RunningPart,

    /** How many servers are live in each project. */
    countLive: (projectIds: readonly string[]): Promise<Map<string, Project['running']['servers']>> =>
      store.countLive(projectIds),

    /** The viewer's own server, for the beginning of an event stream. */
    snapshot: (async (projectId, { userId, role }) =>
      role === 'viewer'
        ? []
        : [{ type: 'server', server: await get({ projectId, userId }) }]) satisfies ProjectSnapshot,
  };
}

/** Says which of the two limits is in the way: that of the whole run, or that of what may be left. */
const allTimeUsed = ({ runHours, mostHours }: ServerTime, byRun: boolean): HttpError =>
  new HttpError('most_time', {
    message: byRun
      ? `A limit lets your Jupyter run for ${runHours} hours in all, and it has those. Please save your work and start it again when its time is over; an administrator can raise the limit.`
      : `The administrator lets Jupyter run for ${mostHours} more hours at most, and it has those.`,
  });
/** Those that have ended are not shown. */
const phases: Readonly<Record<ServerState, RunningPhase>> = {
  queued: 'waiting',
  starting: 'starting',
  running: 'running',
  stopping: 'stopping',
  stopped: 'stopping',
  failed: 'stopping',
};

const showRunning = (record: ServerRecord, use: ServerUse | null): RunningThing => ({
  kind: 'server',
  id: record.id,
  projectId: record.projectId,
  userId: record.userId,
  title: record.configuration.type === 'spark' ? 'JupyterLab with Spark' : 'JupyterLab',
  phase: phases[record.state],
  state: record.state,
  since: record.createdAt,
  place: null,
  process: null,
  use,
  profile: record.limits?.profile?.label ?? null,
});

/** JupyterLab's address of a file in the project; each part is encoded, so that no name can lead elsewhere. */
export function labPath(path: string | undefined): string {
  const parts = (path ?? '').split('/').filter((part) => part !== '' && part !== '.');
  if (parts.includes('..')) throw new HttpError('bad_request', { message: 'The path leads out of the project.' });
  return parts.length === 0 ? '/lab' : `/lab/tree/${parts.map((part) => encodeURIComponent(part)).join('/')}`;
}
