import { digest, newId, newSecret } from '../../lib/ids.ts';
import { createKeyedQueue } from '../../lib/lifecycle.ts';
import { HttpError } from '../../http/errors.ts';
import type { Viewer } from '../../http/project-events.ts';
import type { Actor } from '../../http/router.ts';
import type { Clock } from '../../lib/clock.ts';
import { hasPlace } from '../../lib/places.ts';
import { outputKey, sessionKey, statementKey } from './changes.ts';
import type { Ahead } from './ahead/ahead.ts';
import { takenBy } from './demand.ts';
import type { SessionsDeps } from './deps.ts';
import type { Engines } from './engines.ts';
import type { History } from './history/history.ts';
import type { Hub } from './hub.ts';
import type { Lifecycle, SubmitAnswer, SubmitInput } from './lifecycle.ts';
import type { Limits } from './limits.ts';
import type { Client, CreateInput, SessionRecord, Statement } from './model.ts';
import type { RunningStage } from './link/frames.ts';
import { maySee } from './policy.ts';
import { isFinal, isLive } from './state.ts';
import type { OutputPiece } from './outputs.ts';
import type { StatementProgress, StatementStore } from './statement-store.ts';
import type { SessionKey, SessionStore } from './store.ts';

export type { Client, CreateInput } from './model.ts';

/** Why a session was not created. */
/** `most`: how many drivers may be starting at the same time */
export type CreateRefusal =
  | { readonly refused: 'too-many'; readonly most: number }
  | { readonly refused: 'duplicate'; readonly id: number };

const dashboardLimit = 500;

const ending = 'This Spark application is ending. Its Spark UI can be opened again in a moment.';

export type Service = ReturnType<typeof createService>;

/** The use cases, of Livy clients and of the dashboard. */
export function createService(
  parts: Pick<SessionsDeps, 'admission' | 'pythonFor' | 'tickets' | 'touchProject'> & {
    engines: Engines;
    sessions: SessionStore;
    statements: StatementStore;
    lifecycle: Lifecycle;
    history: Pick<History, 'open'>;
    ahead: Ahead;
    hub: Hub;
    clock: Clock;
    limits: Limits;
    wake: (id: number) => void;
  },
) {
  const { sessions, statements, lifecycle, hub, clock, limits } = parts;
  const { changes } = hub;
  const creating = createKeyedQueue();
  const listedSince = () => clock.now() - limits.listedMs;

  /** For a session's hold: how long, by the state in which it was found. */
  const holdFor = (session: SessionRecord | null): number => {
    if (session === null) return 0;
    const { state } = hub.observe(session);
    if (state === 'busy') return limits.holdBusyMs;
    return state === 'idle' || !isLive(session.state) ? 0 : limits.holdMs;
  };

  const findVisible = async (projectId: string, viewer: Viewer, id: number): Promise<SessionRecord> => {
    const session = await sessions.find(id);
    if (session === null || session.project.id !== projectId || !maySee(viewer, session))
      throw new HttpError('not_found');
    return session;
  };

  const insert = (
    client: Client,
    idempotencyKey: string | null,
    input: CreateInput & { engine: string },
  ): Promise<number> =>
    sessions.insert({
      projectId: client.projectId,
      userId: client.userId,
      serverId: client.serverId,
      executionId: client.executionId ?? null,
      kind: input.kind,
      engine: input.engine,
      name: input.name,
      notebook: input.notebook,
      request: input.request,
      idempotencyKey,
      // Nobody knows this secret; the driver gets one when it is started.
      secretDigest: digest(newSecret('agent')),
      uiId: newId(),
      heartbeatSeconds: input.heartbeatSeconds,
      now: clock.now(),
    });

  return {
    observe: (session: SessionRecord) => hub.observe(session),

    /** Notes a request of a session's client: it is alive. */
    seen: (id: number) => hub.seen(id),

    /** Notes that a session is used, which keeps it from being idle. */
    used: (id: number) => hub.used(id),

    listListed: (client: Client) => sessions.listListed(client.projectId, client.userId, listedSince()),

    findListed: (client: Client, key: SessionKey) =>
      sessions.findListed(client.projectId, client.userId, key, listedSince()),

    /** A session; while it changes soon, the answer waits for that. null: it has vanished meanwhile. */
    async awaitChange(client: Client, found: SessionRecord, signal: AbortSignal): Promise<SessionRecord | null> {
      const ms = holdFor(found);
      if (ms === 0) return found;
      const before = hub.observe(found).state;
      return changes.hold({
        key: sessionKey(found.id),
        ms,
        signal,
        read: () => sessions.findListed(client.projectId, client.userId, { id: found.id }, listedSince()),
        done: (session) => session === null || hub.observe(session).state !== before,
      });
    },

    /** A statement; the answer waits for its end, no longer than `ms` and never too long. null: there is none. */
    awaitStatement: (
      sessionId: number,
      id: number,
      signal: AbortSignal,
      ms = limits.holdMs,
    ): Promise<Statement | null> =>
      changes.hold({
        key: statementKey(sessionId, id),
        ms: Math.min(ms, limits.holdMs),
        signal,
        read: () => statements.find(sessionId, id),
        done: (statement) => statement === null || isFinal(statement.state),
      }),

    /** How far a statement is and what it has printed from a character on; the answer waits until there is something new. null: there is none. */
    async awaitOutput(
      sessionId: number,
      id: number,
      from: number,
      signal: AbortSignal,
    ): Promise<(StatementProgress & { output: OutputPiece | null; stages: readonly RunningStage[] }) | null> {
      const before = await statements.findProgress(sessionId, id);
      const stages = hub.stages.of(sessionId, id);
      const now = await changes.hold({
        key: outputKey(sessionId, id),
        ms: limits.holdMs,
        signal,
        read: () => statements.findProgress(sessionId, id),
        done: (read) =>
          read === null ||
          isFinal(read.state) ||
          read.state !== before?.state ||
          read.progress !== before.progress ||
          hub.stages.of(sessionId, id) !== stages ||
          hub.outputs.read(sessionId, id, from) !== null,
      });
      if (now === null) return null;
      // A last word about the stages may come after the end.
      const running = isFinal(now.state) ? [] : hub.stages.of(sessionId, id);
      return { ...now, output: hub.outputs.read(sessionId, id, from), stages: running };
    },

    findProgress: (sessionId: number, id: number) => statements.findProgress(sessionId, id),

    /**
     * Makes a session: with a driver that was started ahead, where one fits, else with one that the worker starts. With a key that has made one, answers that one as it is now. Throws
     * `HttpError('environment_not_ready')`, `engine_not_allowed`, and `limit_reached` where its member or project has no room for it.
     */
    create: (
      client: Client,
      idempotencyKey: string | null,
      input: CreateInput,
    ): Promise<SessionRecord | CreateRefusal> =>
      creating('sessions', async () => {
        const { projectId, userId } = client;
        if (idempotencyKey !== null) {
          const since = listedSince();
          const known = await sessions.findListed(projectId, userId, { idempotencyKey }, since);
          if (known !== null) return known;
          await sessions.releaseKey(projectId, userId, idempotencyKey, since);
        }
        const { python } = await parts.pythonFor(projectId);
        if (input.name !== null) {
          const same = await sessions.findListed(projectId, userId, { name: input.name }, listedSince());
          if (same !== null && isLive(same.state)) return { refused: 'duplicate', id: same.id };
        }
        const engine = await parts.engines.choose(projectId, input.request);
        const made = await parts.admission.inTurn(async (check) => {
          await check(takenBy(client, input.request, parts.engines.shapeOf(engine)));
          const ready = await parts.ahead.take(client, idempotencyKey, { ...input, engine }, python);
          if (ready !== null) return ready;
          if (!hasPlace(await sessions.countStarting(userId), limits.startingDrivers)) return null;
          return insert(client, idempotencyKey, { ...input, engine });
        });
        if (made === null) return { refused: 'too-many', most: limits.startingDrivers };
        await parts.touchProject(projectId);
        if (typeof made !== 'number') return made;
        const session = await sessions.find(made);
        if (session === null) throw new HttpError('internal');
        hub.publish(session);
        parts.wake(made);
        return session;
      }),

    submit: (id: number, statement: SubmitInput): Promise<SubmitAnswer | null> => lifecycle.submit(id, statement),

    listStatements: async (id: number, page: Parameters<StatementStore['list']>[1]) => ({
      total: await statements.count(id),
      items: await statements.list(id, page),
    }),

    cancel: (id: number, statementId: number) => lifecycle.cancel(id, statementId),

    /** Cancels what runs; what waits behind it goes on. */
    async interrupt(id: number): Promise<void> {
      const running = (await statements.listUnfinished(id)).find((statement) => statement.state !== 'waiting');
      if (running !== undefined) await lifecycle.cancel(id, running.id);
    },

    /** Ends a session on its client's wish and waits for that, as long as Livy would. */
    async end(session: SessionRecord, reason: 'deleted' | 'stopped', signal: AbortSignal): Promise<void> {
      await lifecycle.stop(session.id, reason);
      await changes.hold({
        key: sessionKey(session.id),
        ms: limits.deleteMs,
        signal,
        read: () => sessions.find(session.id),
        done: (now) => now === null || !isLive(now.state),
      });
    },

    /** For the dashboard: one's own, and for owners all; newest first. */
    async listProject(projectId: string, viewer: Viewer): Promise<SessionRecord[]> {
      return sessions.listProject(projectId, {
        userId: viewer.role === 'owner' ? null : viewer.userId,
        endedAfter: clock.now() - limits.keptMs,
        limit: dashboardLimit,
      });
    },

    /** Throws `HttpError('not_found')`, also for what is somebody else's. */
    findVisible,

    /** Without a question of rights: for what goes on after they have been checked. */
    findById: (id: number) => sessions.find(id),

    async stop(projectId: string, viewer: Viewer, id: number): Promise<SessionRecord> {
      const session = await findVisible(projectId, viewer, id);
      await lifecycle.stop(session.id, 'stopped');
      return findVisible(projectId, viewer, id);
    },

    /**
     * An address that opens the Spark UI; of an application that has ended, once that is made from its event log. Throws `session_ended` and `ui_unavailable`.
     */
    async openUi(projectId: string, viewer: Viewer, actor: Actor, id: number): Promise<string> {
      const session = await findVisible(projectId, viewer, id);
      if (session.state === 'shutting_down') throw new HttpError('ui_unavailable', { message: ending });
      const ended = !isLive(session.state);
      if (!ended && session.application?.uiAvailable !== true) throw new HttpError('ui_unavailable');
      const path = ended ? await parts.history.open(session, actor.user.id) : '/';
      return parts.tickets.issue({
        targetId: session.uiId,
        userId: actor.user.id,
        loginDigest: actor.loginDigest,
        tokenId: actor.tokenId ?? null,
        path,
        needs: { projectId, role: session.owner.id === actor.user.id ? 'viewer' : 'owner' },
      });
    },

    /** Calls `listener` whenever something about a session changes. */
    onChange: (id: number, listener: () => void) => changes.listen(sessionKey(id), listener),
  };
}
