import type { Kysely } from 'kysely';
import { createAsks } from './asks.ts';
import { createEngines } from './engines.ts';
import { createAhead } from './ahead/ahead.ts';
import { createHistory } from './history/history.ts';
import { createHistoryStore, createProgramHistoryStore } from './history/store.ts';
import { createHub } from './hub.ts';
import { createLifecycle } from './lifecycle.ts';
import { dispatch } from './link/dispatch.ts';
import { createLinks } from './link/links.ts';
import { createAgentServer, type AgentHandlers } from './link/server.ts';
import { createTunnelServer, programTarget, uiTarget } from './link/tunnel-server.ts';
import type { SessionsDeps } from './deps.ts';
import { defaultLimits, maxMessageBytes } from './limits.ts';
import { readCreate } from './livy/request.ts';
import { createRecorder } from './metrics/recorder.ts';
import { createMetrics } from './metrics/service.ts';
import { createSampleStore } from './metrics/store.ts';
import { createService } from './service.ts';
import { createStatementStore } from './statement-store.ts';
import { createSessionStore } from './store.ts';
import { createUploads } from './uploads.ts';
import { createWorker } from './worker.ts';
import type { Database } from '../../db/schema.ts';

export type Parts = ReturnType<typeof createParts>;

/** Builds everything of this feature from what it is given. `wake` calls the worker. */
export function createParts(deps: SessionsDeps, wake: (id: number) => void) {
  const { clock, config, engine, log, targets } = deps;
  const engines = createEngines(deps);
  const db: Kysely<Database> = deps.db;
  const limits = { ...defaultLimits, ...deps.limits };
  const sessions = createSessionStore(db);
  const statements = createStatementStore(db);
  const links = createLinks(clock);
  const hub = createHub({
    clock,
    bus: deps.bus,
    links,
    limits,
    workChanged: (serverId) => deps.workChanged?.(serverId),
    notebookEnded: (executionId) => deps.notebookEnded?.(executionId),
    revisionAt: (projectId, at) => deps.revisionAt?.(projectId, at) ?? null,
  });
  const lifecycle = createLifecycle({
    sessions,
    statements,
    hub,
    links,
    engine,
    targets,
    tunnelSocket: config.paths.tunnelSocket,
    clock,
    log,
    retainedStatements: limits.retainedStatements,
    wake,
  });
  const asks = createAsks({ links, clock, limits });
  const samples = createSampleStore(db, limits);
  const recorder = createRecorder({ sessions, samples, bus: deps.bus, clock });
  const metrics = createMetrics({ samples, statements, links, engine, engines, clock, limits });
  const uploads = createUploads({
    folder: config.paths.uploads,
    limits,
    identities: deps.identities,
  });
  const failed = (session: number) => (error: unknown) => {
    log.error({ session, err: error }, 'a message of an agent failed');
    links.renewLater(session);
  };
  const handlers: AgentHandlers = {
    onHello: async (session, hello) => void (await lifecycle.hello(session.id, hello).catch(failed(session.id))),
    onFrame: (id, frame) => dispatch({ lifecycle, recorder }, id, frame).catch(failed(id)),
  };
  const agents = createAgentServer({
    socketPath: config.paths.agentSocket,
    clock,
    limits,
    maxMessageBytes: maxMessageBytes(config.statementOutputLimitBytes),
    log,
    links,
    findBySecret: (secretDigest) => sessions.findBySecret(secretDigest),
    handlers,
  });
  const history = createHistory({
    store: createHistoryStore(db),
    engine,
    targets,
    targetOf: (session) => uiTarget(session, config.paths.tunnelSocket),
    projectFolder: (name) => deps.projectFolder(name),
    clock,
    log,
    limits,
  });
  const programHistory = createHistory({
    store: createProgramHistoryStore(db),
    engine: {
      eventLogs: engine.batches.eventLogs,
      history: engine.batches.history,
      isAlive: (handle) => engine.isAlive(handle),
    },
    targets,
    targetOf: (program) => programTarget(program, config.paths.tunnelSocket),
    projectFolder: (name) => deps.projectFolder(name),
    clock,
    log,
    limits,
  });
  const tunnel = createTunnelServer({
    socketPath: config.paths.tunnelSocket,
    links,
    history,
    programHistory,
    uiHeaders: (id) => engine.uiHeaders(id),
    programUi: (id) => engine.batches.uiOf(id),
    log,
  });
  const ahead = createAhead({
    db,
    sessions,
    lifecycle,
    hub,
    clock,
    log,
    options: deps.ahead ?? null,
    admission: deps.admission,
    engines,
    pythonFor: (projectId) => deps.pythonFor(projectId),
    async readRequest(body, projectName) {
      const projectFolder = deps.projectFolder(projectName);
      return (await readCreate(body, { ownerEmail: '', projectFolder, notebook: null })).request;
    },
    wake,
  });
  const service = createService({
    ahead,
    admission: deps.admission,
    engines,
    pythonFor: (projectId) => deps.pythonFor(projectId),
    touchProject: (projectId) => deps.touchProject(projectId),
    tickets: deps.tickets,
    sessions,
    statements,
    lifecycle,
    history,
    hub,
    clock,
    limits,
    wake,
  });
  const worker = createWorker({
    sessions,
    statements,
    lifecycle,
    hub,
    links,
    uploads,
    history,
    engine,
    engines,
    clock,
    log,
    limits,
    startTimeoutMs: config.sessionStartTimeoutMs,
    idleTimeoutMs: config.sessionIdleTimeoutMs,
    agentUrl: config.agentUrl,
    pythonFor: (projectId) => deps.pythonFor(projectId),
    warmKinds: ahead.warmKinds,
    projectFolder: (name) => deps.projectFolder(name),
    wake,
  });
  return {
    engines,
    sessions,
    statements,
    links,
    hub,
    lifecycle,
    history,
    programHistory,
    asks,
    metrics,
    uploads,
    agents,
    tunnel,
    service,
    worker,
    ahead,
    limits,
  };
}
