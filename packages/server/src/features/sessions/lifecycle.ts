import type { SessionMetrics } from '@emberlab/contract';
import type { EdgeTargets } from '../../edge/ports.ts';
import type { DriverExit, DriverHandle, Engine, EventLogState } from '../../engines/engine.ts';
import type { Clock } from '../../lib/clock.ts';
import { createKeyedQueue } from '../../lib/lifecycle.ts';
import { appendLine, tailLines } from '../../lib/log-file.ts';
import type { Log } from '../../lib/log.ts';
import { outputKey, statementKey } from './changes.ts';
import { describeEnd, describeStop, lastOutput } from './end.ts';
import type { Hub } from './hub.ts';
import type { Hello, RunningStage } from './link/frames.ts';
import type { Links } from './link/links.ts';
import { uiTarget } from './link/tunnel-server.ts';
import type { Application, SessionRecord, Statement, StatementKind, StatementOutput } from './model.ts';
import { isFinal, isLive, isOnPurpose, next, nextStatement, takesStatements, type StopReason } from './state.ts';
import type { StatementStore } from './statement-store.ts';
import type { SessionStore, Taking } from './store.ts';

export type Lifecycle = ReturnType<typeof createLifecycle>;

/** A statement as a client hands it in. One whose key its session knows is not made again. */
export type SubmitInput = {
  readonly code: string;
  readonly kind: StatementKind;
  readonly idempotencyKey: string | null;
};

export type SubmitAnswer = { statement: Statement } | { refused: SessionRecord } | { full: true };

/** A session's queue: enough for any notebook, and little enough that it can be read as a whole. */
const maxBacklog = { count: 1000, characters: 32 * 1024 * 1024 };

/**
 * Every change of a session or a statement, and what follows from it. Changes of one session run one after the other. The row is written first; then
 * the agent, the edge, the dashboard and those who wait are told, so that whatever they were told survives us.
 */
export function createLifecycle(parts: {
  sessions: SessionStore;
  statements: StatementStore;
  hub: Hub;
  links: Links;
  engine: Engine;
  targets: EdgeTargets;
  tunnelSocket: string;
  clock: Clock;
  log: Log;
  retainedStatements: number;
  /** there may be something to do for the worker */
  wake: (id: number) => void;
}) {
  const { sessions, statements, hub, links, engine, targets, clock, log, wake } = parts;
  const queue = createKeyedQueue();

  /** Runs `task` on the present row, after all that came before for that session; null: there is no such session. */
  const within = <T>(id: number, task: (session: SessionRecord) => Promise<T>): Promise<T | null> =>
    queue(String(id), async () => {
      const session = await sessions.find(id);
      return session === null ? null : task(session);
    });

  const publish = async (id: number) => {
    const session = await sessions.find(id);
    if (session !== null) hub.publish(session);
  };

  const putTarget = (session: SessionRecord) => {
    if (!takesStatements(session.state) || session.application?.uiAvailable !== true) return;
    targets.put(uiTarget(session, parts.tunnelSocket));
  };

  const endStatement = async (
    statement: Statement,
    end: { state: 'available' | 'cancelled'; output: StatementOutput | null; startedAt?: number; completedAt?: number },
  ) => {
    const now = clock.now();
    const startedAt = statement.startedAt || end.startedAt || 0;
    await statements.update(statement, {
      state: nextStatement(statement.state, end.state),
      output: end.output,
      progress: 1,
      startedAt,
      // Clients take 0 for "not yet", and an end before the beginning for nonsense.
      completedAt: Math.max(end.completedAt || now, startedAt, 1),
    });
    hub.outputs.end(statement.sessionId, statement.id);
    hub.stages.forget(statement.sessionId, statement.id);
    hub.changes.notify(statementKey(statement.sessionId, statement.id));
    hub.changes.notify(outputKey(statement.sessionId, statement.id));
  };

  /** For changes that come with every statement: the record is at hand, so it is not read again. */
  const changeState = async (session: SessionRecord, state: SessionRecord['state']) => {
    await sessions.update(session.id, { state });
    hub.publish({ ...session, state });
  };

  const idleIfDrained = async (session: SessionRecord) => {
    if (session.state !== 'busy' || (await statements.backlog(session.id)).count > 0) return;
    hub.used(session.id);
    await changeState(session, next(session.state, 'drained'));
  };

  const becomeReady = async (session: SessionRecord, application: Application) => {
    if (session.state !== 'starting') return;
    await sessions.update(session.id, { state: next('starting', 'ready'), application, readyAt: clock.now() });
    const ready = await sessions.find(session.id);
    if (ready === null) return;
    putTarget(ready);
    hub.publish(ready);
  };

  const stopping = async (session: SessionRecord, reason: StopReason, problem: string | null) => {
    if (!isLive(session.state)) {
      // An ended one that its client deletes is found no more; another reason changes nothing.
      if (reason === 'deleted') await sessions.update(session.id, { stopReason: reason });
      return;
    }
    const first = session.state !== 'shutting_down';
    await sessions.update(session.id, {
      state: next(session.state, 'stop'),
      ...(first || reason === 'deleted' ? { stopReason: reason } : {}),
      ...(first && problem !== null ? { problem } : {}),
    });
    await publish(session.id);
    wake(session.id);
  };

  return {
    putTarget,
    publish,

    /** Notes that a driver runs. */
    launched: (id: number, process: DriverHandle) => within(id, () => sessions.update(id, { process })),
    /** Gives a driver that was started ahead to who asked for one like it; null: it is not to be had any more. */
    take: (id: number, key: string, taking: Taking): Promise<SessionRecord | null> =>
      within(id, async (session) => {
        if (session.aheadKey !== key || !(session.state === 'idle' || session.state === 'starting')) return null;
        await sessions.take(id, taking, session.readyAt !== null);
        await publish(id);
        return sessions.find(id);
      }),

    /** Notes the digest of the secret that the next driver gets; a driver with another is turned away. */
    setSecret: (id: number, secretDigest: string) => within(id, () => sessions.update(id, { secretDigest })),
    /** Writes a statement down and gives it to the agent, if that is there. One that was handed in before is answered as it is now. */
    submit: (id: number, { code, kind, idempotencyKey }: SubmitInput): Promise<SubmitAnswer | null> =>
      within(id, async (session) => {
        const known = idempotencyKey === null ? null : await statements.findByKey(id, idempotencyKey);
        // Also where the session would take no new one: what the first request started is what its client asks for.
        if (known !== null) return { statement: known };
        if (!takesStatements(session.state)) return { refused: session };
        const backlog = await statements.backlog(id);
        if (backlog.count >= maxBacklog.count || backlog.characters + code.length > maxBacklog.characters)
          return { full: true };
        const now = clock.now();
        const statement = await statements.insert({ sessionId: id, code, kind, idempotencyKey, now });
        const superfluous = statement.id - parts.retainedStatements;
        if (superfluous >= 0) await statements.removeUpTo(id, superfluous);
        if (session.state === 'idle') await changeState(session, next('idle', 'submitted'));
        links.send(id, { type: 'run', id: statement.id, code, kind });
        return { statement };
      }),

    /** Cancels a statement; an absent or ended one stays as it is. */
    cancel: (id: number, statementId: number) =>
      within(id, async (session) => {
        const statement = await statements.find(id, statementId);
        if (statement === null || isFinal(statement.state)) return;
        if (nextStatement(statement.state, 'cancel') === 'cancelled') {
          await endStatement(statement, { state: 'cancelled', output: null });
        } else {
          await statements.update(statement, { state: 'cancelling' });
        }
        links.send(id, { type: 'cancel', id: statementId });
        await idleIfDrained(session);
      }),

    /** Lets a session end. What `reason` comes first stays, but for `deleted`, which hides it from clients. */
    stop: (id: number, reason: StopReason, problem?: string) =>
      within(id, (session) => stopping(session, reason, problem ?? describeStop(reason, session.heartbeatSeconds))),
    /** Lets a driver that was started ahead end, unless somebody has taken it meanwhile. */
    giveUp: (id: number, reason: StopReason, problem: string | null = null) =>
      within(id, async (session) => (session.aheadKey === null ? undefined : stopping(session, reason, problem))),

    ready: (id: number, application: Application) => within(id, (session) => becomeReady(session, application)),
    failed: (id: number, message: string) => within(id, (session) => stopping(session, 'failed', message)),
    started: (id: number, statementId: number, startedAt: number) =>
      queue(String(id), async () => {
        const statement = await statements.findProgress(id, statementId);
        if (statement === null || isFinal(statement.state)) return;
        const state = nextStatement(statement.state, 'started');
        await statements.update({ sessionId: id, id: statementId }, { state, startedAt });
        hub.changes.notify(outputKey(id, statementId));
      }),

    progress: (
      id: number,
      statementId: number,
      { progress, stages }: { progress: number; stages: readonly RunningStage[] },
    ) =>
      queue(String(id), async () => {
        await statements.progress(id, statementId, progress);
        hub.stages.set(id, statementId, stages);
        hub.changes.notify(outputKey(id, statementId));
      }),

    /** Keeps what a statement has printed, for those who watch it run. In its turn, so that it has begun for them too. */
    output: (id: number, statementId: number, piece: { from: number; text: string }) =>
      queue(String(id), async () => {
        hub.outputs.add(id, statementId, piece);
        hub.changes.notify(outputKey(id, statementId));
      }),

    /** Stores how a statement ended, then lets the agent forget it. A second copy is only acknowledged. */
    result: (
      id: number,
      result: {
        id: number;
        state: 'available' | 'cancelled';
        output: StatementOutput | null;
        startedAt: number | null;
        completedAt: number | null;
      },
    ) =>
      within(id, async (session) => {
        const statement = await statements.find(id, result.id);
        if (statement !== null && !isFinal(statement.state)) {
          // An end that somebody was told the reason of cancels what runs; who waits for that is told the same.
          const why = result.state === 'cancelled' && statement.state !== 'cancelling' ? session.problem : null;
          await endStatement(statement, {
            state: why === null ? result.state : 'available',
            output: why === null ? result.output : lastOutput(statement, { onPurpose: true, problem: why, tail: [] }),
            ...(result.startedAt === null ? {} : { startedAt: result.startedAt }),
            ...(result.completedAt === null ? {} : { completedAt: result.completedAt }),
          });
        }
        links.send(id, { type: 'ack', id: result.id });
        await idleIfDrained(session);
      }),

    metrics: (id: number, metrics: SessionMetrics) =>
      within(id, async (session) => {
        hub.setMetrics(id, metrics);
        hub.publish(session);
      }),

    /** Brings an agent and the rows together after it has dialled in: either may have missed what the other did meanwhile. */
    hello: (id: number, hello: Pick<Hello, 'application' | 'statements'>) =>
      within(id, async (session) => {
        if (session.state === 'shutting_down') {
          links.send(id, { type: 'stop' });
          return;
        }
        if (hello.application !== null) await becomeReady(session, hello.application);
        const held = new Map(hello.statements.map((statement) => [statement.id, statement.state]));
        const unfinished = await statements.listUnfinished(id);
        for (const statement of unfinished) {
          if (!held.delete(statement.id)) {
            links.send(id, { type: 'run', id: statement.id, code: statement.code, kind: statement.kind });
          }
          if (statement.state === 'cancelling') links.send(id, { type: 'cancel', id: statement.id });
        }
        // What still runs or waits there and has ended here was cancelled; its result is awaited only to be acknowledged.
        for (const [statementId, state] of held) {
          if (state !== 'ended') links.send(id, { type: 'cancel', id: statementId });
        }
        await publish(id);
      }),

    /** The driver is gone and nothing of it is left. `exit` is null when nobody knows how it ended. */
    ended: (id: number, exit: DriverExit | null, eventLog: EventLogState, why: string | null = null) =>
      within(id, async (session) => {
        if (!isLive(session.state)) return;
        const onPurpose = isOnPurpose(session.stopReason);
        const { stderr } = engine.logs(id);
        // It ends, whatever it has made of its log.
        const tail = onPurpose ? [] : await tailLines(stderr, 50).catch(() => []);
        const problem =
          session.problem ?? (onPurpose ? null : (why ?? describeEnd({ exit, ready: session.readyAt !== null, tail })));
        if (problem !== null && (!onPurpose || session.stopReason === 'admin')) {
          // The log is where clients look for the cause. It may not exist, or lie on a full disk.
          await appendLine(stderr, `emberlab: ${problem}`).catch((error: unknown) =>
            log.warn({ session: id, err: error }, 'the cause of an end could not be added to the log'),
          );
        }
        for (const statement of await statements.listUnfinished(id)) {
          const output = statement.state === 'cancelling' ? null : lastOutput(statement, { onPurpose, problem, tail });
          await endStatement(statement, { state: output === null ? 'cancelled' : 'available', output });
        }
        await sessions.update(id, {
          state: next(session.state, 'ended'),
          endedAt: clock.now(),
          eventLog,
          ...(problem === null ? {} : { problem }),
        });
        links.forget(id);
        hub.forget(id);
        await publish(id);
        log.info({ session: id, reason: session.stopReason, exit, problem }, 'a session ended');
        await targets.remove(session.uiId);
      }),
  };
}
