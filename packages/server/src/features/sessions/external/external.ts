import type { FastifyInstance } from 'fastify';
import type { ProjectEvent } from '@emberlab/contract';
import type { Viewer } from '../../../http/project-events.ts';
import type { Router } from '../../../http/router.ts';
import { createLoop } from '../../../lib/lifecycle.ts';
import { newId } from '../../../lib/ids.ts';
import { compileReach } from '../../../lib/reach.ts';
import { createSealer } from '../../../lib/seal.ts';
import type { EndReason } from '../../projects/index.ts';
import { takenElsewhere } from '../demand.ts';
import type { SessionsDeps } from '../deps.ts';
import type { Limits } from '../limits.ts';
import type { StopReason } from '../state.ts';
import { createAsking } from './asking.ts';
import { createLivyClient } from './client.ts';
import { createHealth } from './health.ts';
import { createExternalLifecycle } from './lifecycle.ts';
import { createLivyStore } from './livy-store.ts';
import { logText } from './log-text.ts';
import { createMaker } from './make.ts';
import type { External, ExternalBatch, ExternalSession, ExternalType } from './model.ts';
import { createPoll } from './poll.ts';
import { registerExternalGate, type NativePage } from './routes.ts';
import { createExternalService } from './service.ts';
import { registerLivySettingsRoutes } from './settings-routes.ts';
import { createLivySettings } from './settings.ts';
import { createExternalStatementStore } from './statement-store.ts';
import { createExternalStatements } from './statements.ts';
import { createExternalStore } from './store.ts';
import { createExternalWorker } from './worker.ts';

export type ExternalSessions = ReturnType<typeof createExternal>;

/** Sessions and batches on Livy servers of projects, as a whole. */
export function createExternal(deps: SessionsDeps, limits: Limits) {
  const { db, clock, config, log, bus } = deps;
  let loop: ReturnType<typeof createLoop> | null = null;
  const wake = () => loop?.wake();
  const allowed = compileReach(config.livyAllowed);
  const livys = createLivyStore(db, createSealer(config.paths.secretsKey));
  const store = createExternalStore(db);
  const client = createLivyClient({ clock, limits });
  const health = createHealth({ clock, limits });
  const lifecycle = createExternalLifecycle({ store, bus, clock, log, isAway: (id) => health.isAway(id), wake });
  const asking = createAsking({ livys, client, lifecycle, allowed });
  const maker = createMaker({
    admission: deps.admission,
    store,
    client,
    lifecycle,
    clock,
    log,
    newSuffix: () => newId().slice(0, 8),
  });
  const poll = createPoll({ client, lifecycle });
  const worker = createExternalWorker({
    livys,
    store,
    client,
    asking,
    lifecycle,
    maker,
    poll,
    health,
    clock,
    log,
    limits,
  });
  const statements = createExternalStatements({ store: createExternalStatementStore(db), asking });
  const service = createExternalService({
    livys,
    store,
    asking,
    lifecycle,
    maker,
    clock,
    limits,
    touchProject: (projectId) => deps.touchProject(projectId),
    refresh: (livyIds) => worker.refresh(livyIds),
  });
  const settings = createLivySettings({ store: livys, client, clock, allowed: config.livyAllowed, onChanged: wake });

  const stopAll = async (live: readonly External[], reason: StopReason, problem?: string): Promise<void> => {
    for (const { type, id } of live) await lifecycle.stop(type, id, reason, problem);
  };

  return {
    /** Answers Livy's routes for what is not Emberlab's own. In the gateway's scope, before its routes. */
    registerGate: (app: FastifyInstance, native: { session: NativePage; batch: NativePage }) =>
      registerExternalGate(app, {
        service,
        asking,
        statements,
        projectFolder: (name) => deps.projectFolder(name),
        native,
      }),

    /** The API's routes for settings. */
    registerRoutes: (router: Router): void => registerLivySettingsRoutes(router, settings),

    /** Whether new sessions of a project run on a Livy. */
    hasLivy: (projectId: string): Promise<boolean> => livys.hasCurrent(projectId),

    /** A session, for the dashboard; null: there is none that this viewer may see. */
    find: (projectId: string, viewer: Viewer, id: number): Promise<ExternalSession | null> =>
      service.findVisible('session', projectId, viewer, id),
    findBatch: (projectId: string, viewer: Viewer, id: number): Promise<ExternalBatch | null> =>
      service.findVisible('batch', projectId, viewer, id),

    list: (projectId: string, viewer: Viewer): Promise<ExternalSession[]> =>
      service.listProject('session', projectId, viewer),
    listBatches: (projectId: string, viewer: Viewer): Promise<ExternalBatch[]> =>
      service.listProject('batch', projectId, viewer),

    stop: (projectId: string, viewer: Viewer, id: number): Promise<ExternalSession> =>
      service.stop('session', projectId, viewer, id),
    stopBatch: (projectId: string, viewer: Viewer, id: number): Promise<ExternalBatch> =>
      service.stop('batch', projectId, viewer, id),

    present: (session: ExternalSession, viewer: Viewer): Extract<ProjectEvent, { type: 'session' }>['session'] =>
      lifecycle.present(session, viewer),

    /** A log as text; followed, it goes on until the end of what writes it. Throws `HttpError('unreachable')`. */
    log: (external: External, options: { follow: boolean; signal: AbortSignal }) =>
      logText(asking, external, {
        ...options,
        clock,
        everyMs: limits.livyPollMs,
        now: () => store.find(external.type, external.id),
      }),

    countLive: (projectIds: readonly string[]) => store.countLive(projectIds),

    /** The live sessions that came from a Jupyter server. */
    liveOf: async (serverId: string): Promise<ExternalSession[]> =>
      (await store.listLive({ serverId })).filter((one): one is ExternalSession => one.type === 'session'),

    /** Lets everything end that came from a Jupyter server. */
    stopForServer: async (serverId: string, why?: string) => stopAll(await store.listLive({ serverId }), 'server', why),

    /** All that has not ended. */
    live: () => store.listLive(),

    /** Whether one has this id, and lets it end by an administrator then, with why for whose it is. */
    async stopByAdmin(type: ExternalType, id: number, why: string): Promise<boolean> {
      return (await lifecycle.stop(type, id, 'admin', why)) !== null;
    },

    /** What runs on Livy servers as what members and projects have at a time. */
    taken: async () =>
      (await store.listLive()).map((one) => takenElsewhere({ projectId: one.project.id, userId: one.owner.id })),

    /** For whom something lives on a Livy. */
    async living() {
      return (await store.listLive()).map((one) => ({
        projectId: one.project.id,
        userId: one.owner.id,
        ending: one.stopReason !== null,
      }));
    },

    /** Lets everything end of a member who may not run any more in a project. */
    stopForMember: async (projectId: string, userId: string, why: EndReason) =>
      stopAll(await store.listLive({ projectId, userId }), why),

    /** Looks at everything now. */
    reconcile: () => worker.step(),

    start(): void {
      loop = createLoop({
        step: () => worker.step(),
        intervalMs: limits.livyPollMs,
        onError: (error) =>
          log.error(
            { err: error },
            'what runs on projects’ Livy servers could not be looked after; it will be tried again',
          ),
      });
    },

    /** Lets go of everything; what runs on Livy servers goes on. */
    close: async (): Promise<void> => loop?.close(),
  };
}
