import type { Session } from '@emberlab/contract';
import type { FastifyInstance } from 'fastify';
import type { LimitedPart } from '../limits/index.ts';
import type { ProjectPart, RunningPart } from '../projects/index.ts';
import type { ProjectSnapshot } from '../../http/project-events.ts';
import type { Router } from '../../http/router.ts';
import { createTurns, type Turns, type Woken } from '../../lib/turns.ts';
import { listBatches, registerBatchApi } from './batch-routes.ts';
import { createBatches } from './batches/batches.ts';
import type { Programs } from './batches/programs.ts';
import { takenBy } from './demand.ts';
import type { SessionsDeps } from './deps.ts';
import { createExternal, type ExternalSessions } from './external/external.ts';
import { defaultLimits } from './limits.ts';
import { createLivyContext } from './livy/context.ts';
import { livyScope } from './livy/plugin.ts';
import { registerLivyRoutes } from './livy/routes.ts';
import { registerMetricsRoutes } from './metrics/routes.ts';
import { createParts } from './parts.ts';
import { listSessions, liveSessionsOf, registerSessionRoutes, stopSession } from './routes.ts';
import { createRunning } from './running.ts';
import { createStrayWatch } from './strays.ts';
import { createRunNotebooks, type RunNotebooks } from './runs/notebooks.ts';

/** What the rest of the platform may use of the sessions feature. */
export type Sessions = {
  /** The API's routes. */
  registerRoutes(router: Router): void;
  /** Livy's dialect, at `/livy/{project}`, in a scope of its own. */
  registerLivy(app: FastifyInstance): void;
  /** The present state of a project's sessions, for a new stream of events. */
  readonly snapshot: ProjectSnapshot;
  /** Lets all sessions end that came from a Jupyter server. Resolves when that is written down; the worker goes on. `why`: see servers. */
  stopForServer(serverId: string, why?: string): Promise<void>;
  /** One of a Jupyter server's sessions in which a statement runs or waits, with its notebook or its name. */
  busyOf(serverId: string): Promise<{ readonly name: string | null } | null>;
  /** The same of all Jupyter servers, by their ids. */
  busyByServer(): Promise<ReadonlyMap<string, { readonly name: string | null }>>;
  /** The live sessions that came from a Jupyter server, as its member sees them. */
  liveOf(serverId: string, whose: { projectId: string; userId: string }): Promise<Session[]>;
  /** Lets a session end that a member sees. Throws `not_found`. */
  stopOf(whose: { projectId: string; userId: string }, id: number): Promise<void>;
  /** Sessions, batches and drivers started ahead as what members and projects have at a time. */
  readonly limited: LimitedPart;
  /** Sessions and batches as a part of projects: for whom they live, their ends, and the logs that are left of them. */
  readonly part: ProjectPart;
  /** The same for administrators, with drivers started ahead and Spark UIs of finished applications. */
  readonly running: RunningPart;
  /** Sessions of notebooks that run as jobs. */
  readonly notebooks: RunNotebooks;
  /** Drivers of runs of jobs. */
  readonly programs: Programs;
  /** Whether the sessions of a project run on a Livy. */
  hasLivy(projectId: string): Promise<boolean>;
  /** How many live sessions each project has; those without any are absent. */
  countLive(projectIds: readonly string[]): Promise<Map<string, number>>;
  /** Listens for agents and begins to work; adopts what a former process has started. */
  start(): Promise<void>;
  /** Lets go of everything; drivers go on. */
  close(): Promise<void>;
};

/** The feature as a whole. `reconcile` lets the worker look at everything now, instead of at its next turn. */
export function createFeature(deps: SessionsDeps): Sessions & { reconcile(): Promise<void> } {
  let turns: Turns<number> | null = null;
  const stopped = new AbortController();
  const limits = { ...defaultLimits, ...deps.limits };
  const external = createExternal(deps, limits);
  const parts = createParts({ ...deps, ahead: withoutLivys(deps.ahead, external) }, (id) => turns?.wake(id));
  const { sessions, lifecycle, history, programHistory, hub, service, worker, ahead, agents, tunnel, engines } = parts;
  const batches = createBatches(deps, parts.limits, {
    engines,
    countStarting: (userId) => sessions.countStarting(userId),
    history: programHistory,
  });
  const strays = createStrayWatch({
    engines: deps.engines?.all ?? [],
    live: async () => ({
      sessions: new Set((await sessions.listLive()).map(({ id }) => id)),
      batches: await batches.liveIds(),
    }),
    log: deps.log,
  });
  const step = async (signal: AbortSignal, woken?: Woken<number>) => {
    await worker.step(signal, woken);
    if (woken?.all === false) return;
    await ahead.step();
    await history.step();
    await programHistory.step();
  };

  return {
    registerRoutes(router) {
      registerSessionRoutes(router, { service, engine: deps.engine, external });
      registerBatchApi(router, { service: batches.service, engine: deps.engine, external });
      registerMetricsRoutes(router, { service, metrics: parts.metrics, engine: deps.engine, external });
      external.registerRoutes(router);
    },

    registerLivy(app) {
      const routes = (scope: FastifyInstance) => {
        const context = createLivyContext(scope, {
          service,
          asks: parts.asks,
          uploads: parts.uploads,
          mustHaveDisk: (whose) => deps.mustHaveDisk(whose),
          engine: deps.engine,
          publicOrigin: deps.config.publicOrigin,
          projectFolder: (name) => deps.projectFolder(name),
        });
        external.registerGate(scope, { session: context.page, batch: batches.page });
        batches.registerRoutes(scope);
        registerLivyRoutes(scope, context);
      };
      app.register(
        async (scope) =>
          livyScope(scope, {
            authenticateGateway: (request) => deps.authenticateGateway(request),
            findMembership: (project, userId) => deps.findMembership(project, userId),
            log: deps.log,
            requestedBy: deps.config.livyRequestedBy,
            slowBodyMs: parts.limits.slowBodyMs,
            routes,
          }),
        { prefix: '/livy/:project' },
      );
    },

    async snapshot(projectId, viewer) {
      return [
        { type: 'sessions', sessions: await listSessions({ service, external }, projectId, viewer) },
        { type: 'batches', batches: await listBatches({ service: batches.service, external }, projectId, viewer) },
      ];
    },

    async stopForServer(serverId, why) {
      await external.stopForServer(serverId, why);
      for (const { id } of await sessions.listLive({ serverId })) await lifecycle.stop(id, 'server', why);
    },

    notebooks: createRunNotebooks({
      ...parts,
      engine: deps.engine,
      clock: deps.clock,
      pythonFor: (projectId) => deps.pythonFor(projectId),
      projectFolder: (name) => deps.projectFolder(name),
    }),

    liveOf: (serverId, { userId }) =>
      liveSessionsOf({ service, external, sessions }, serverId, { userId, role: 'editor' }),

    async stopOf({ projectId, userId }, id) {
      await stopSession({ service, external }, projectId, { userId, role: 'editor' }, id);
    },

    async busyOf(serverId) {
      const busy = (await sessions.listLive({ serverId })).find((session) => hub.observe(session).state === 'busy');
      return busy === undefined ? null : { name: busy.notebook ?? busy.name };
    },

    async busyByServer() {
      const busy = (await sessions.listBusy()).filter((session) => hub.observe(session).state === 'busy');
      // The first of each is the one that is named, as with one server.
      return new Map(
        busy.toReversed().map(({ serverId, notebook, name }) => [serverId ?? '', { name: notebook ?? name }]),
      );
    },

    limited: {
      async taken(besides) {
        const here = (await sessions.listLive(besides === undefined ? {} : { besides }))
          // What was started ahead and is ending is as good as gone.
          .filter(({ aheadKey, state }) => aheadKey === null || state !== 'shutting_down')
          .map(({ project, owner, request, engine, aheadKey }) =>
            takenBy({ projectId: project.id, userId: owner.id }, request, engines.shapeOf(engine), aheadKey !== null),
          );
        return [...here, ...(await batches.taken()), ...(await external.taken())];
      },
    },

    part: {
      async living(projectId?: string) {
        const here = await sessions.living(projectId);
        return [...here, ...(await batches.living()), ...(await external.living())];
      },
      async stop({ projectId, userId }, why) {
        for (const { id } of await sessions.listLive({ projectId, userId })) await lifecycle.stop(id, why);
        if (why === 'member') {
          await history.endAll(projectId);
          await programHistory.endAll(projectId);
        }
        await batches.stopForMember(projectId, userId, why);
        await external.stopForMember(projectId, userId, why);
      },
      async remove(projectId) {
        await history.endAll(projectId);
        await programHistory.endAll(projectId);
        for (const id of await sessions.allOf(projectId)) {
          await deps.engine.forget(id);
          await parts.uploads.remove(id);
        }
        await batches.remove(projectId);
      },
    },

    running: createRunning({ sessions, lifecycle, hub, history, batches, external }),

    async reconcile() {
      await step(stopped.signal);
      await batches.reconcile();
      await external.reconcile();
    },

    async countLive(projectIds) {
      const [here, there] = await Promise.all([sessions.countLive(projectIds), external.countLive(projectIds)]);
      return new Map([...here, ...[...there].map(([id, count]) => [id, count + (here.get(id) ?? 0)] as const)]);
    },

    programs: batches.programs,

    hasLivy: (projectId) => external.hasLivy(projectId),

    async start() {
      const live = await sessions.listLive();
      for (const session of live) lifecycle.putTarget(session);
      const ids = new Set(live.map(({ id }) => id));
      await parts.uploads.tidy((id) => ids.has(id));
      await history.endLeftovers();
      await programHistory.endLeftovers();
      await tunnel.start();
      await agents.start();
      batches.start();
      external.start();
      strays.start();
      turns = createTurns({
        step,
        intervalMs: parts.limits.reconcileMs,
        onError: (error) =>
          deps.log.error({ err: error }, 'the sessions could not be looked after; it will be tried again'),
      });
    },

    async close() {
      stopped.abort(new Error('closed'));
      await turns?.close();
      await strays.close();
      await batches.close();
      await external.close();
      await worker.settled();
      await history.close();
      await programHistory.close();
      hub.changes.close();
      await agents.close();
      await tunnel.close();
    },
  };
}

/** Nobody takes a driver that was started ahead where sessions run on a Livy. */
const withoutLivys = (
  ahead: SessionsDeps['ahead'],
  external: Pick<ExternalSessions, 'hasLivy'>,
): NonNullable<SessionsDeps['ahead']> | null =>
  ahead === null || ahead === undefined
    ? null
    : {
        ...ahead,
        async servers() {
          const all = await ahead.servers();
          const elsewhere = await Promise.all(all.map(({ projectId }) => external.hasLivy(projectId)));
          return all.filter((_, at) => elsewhere[at] !== true);
        },
      };
