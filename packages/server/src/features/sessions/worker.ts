import type { SessionKind } from '@emberlab/contract';
import { createAside } from '../../lib/aside.ts';
import { EngineError, type DriverExit, type DriverHandle, type Engine } from '../../engines/engine.ts';
import { HttpError } from '../../http/errors.ts';
import { delay, type Clock } from '../../lib/clock.ts';
import { digest, newSecret } from '../../lib/ids.ts';
import type { Log } from '../../lib/log.ts';
import { createRounds, type Woken } from '../../lib/turns.ts';
import { createClusterDrivers } from './cluster-drivers.ts';
import type { Engines } from './engines.ts';
import type { History } from './history/history.ts';
import type { Hub } from './hub.ts';
import { describeIdle, idleLimit } from './idle.ts';
import type { Lifecycle } from './lifecycle.ts';
import type { Limits } from './limits.ts';
import type { Links } from './link/links.ts';
import type { SessionRecord } from './model.ts';
import { sparkProperties } from './spark-properties.ts';
import type { StatementStore } from './statement-store.ts';
import type { SessionStore } from './store.ts';
import type { Uploads } from './uploads.ts';

const cleanEveryMs = 60_000;
const pollMs = 50;
/** Made once: it would be made for each end, with its trace. */
const decided = new Error('Something else came first.');
const removedAtOnce = 100;

/** Whether its owner has lost the right to it: then it is gone within 5 s, whatever it does. */
const hurried = (session: SessionRecord): boolean => session.stopReason === 'member';

export type Worker = ReturnType<typeof createWorker>;

/**
 * Compares what the rows want with what runs, and acts: starts drivers, notices that they have ended, ends them, lets sessions expire, and removes
 * what is too old. It keeps nothing that a restart would miss: the exit code of a driver is the one thing that only its parent learns.
 */
export function createWorker(parts: {
  sessions: SessionStore;
  statements: StatementStore;
  lifecycle: Lifecycle;
  hub: Hub;
  links: Links;
  uploads: Uploads;
  history: Pick<History, 'end'>;
  /** that of this machine */
  engine: Engine;
  engines: Engines;
  clock: Clock;
  log: Log;
  limits: Limits;
  startTimeoutMs: number;
  idleTimeoutMs: number;
  agentUrl: string;
  pythonFor(projectId: string): Promise<{ readonly python: string }>;
  /** What a driver warms up that is started ahead. */
  warmKinds(): Promise<readonly SessionKind[]>;
  projectFolder(name: string): string;
  wake: (id: number) => void;
}) {
  const { sessions, statements, lifecycle, hub, links, uploads, history, engine, engines, clock, log, limits } = parts;
  /** work in the background, one piece for each session at most */
  const working = new Map<number, Promise<void>>();
  const aside = createAside(clock);
  /** ends of drivers that this process started */
  const exits = new Map<number, Promise<DriverExit>>();
  const exited = new Map<number, DriverExit>();
  const startedAt = new Map<number, number>();
  /** calls a start off that is under way */
  const starts = new Map<number, AbortController>();
  const lastShown = new Map<number, string>();
  /** why drivers ended, as their cluster knew it while it had them */
  const reasons = new Map<number, string | null>();
  const bootedAt = clock.now();
  let lastStepAt = clock.now();
  let cleanedAt = Number.NEGATIVE_INFINITY;

  const rounds = createRounds((after: number | null, most) => sessions.liveAfter(after, most));
  const logRounds = createRounds((after: number | null, most) => sessions.liveAfter(after, most));

  const onClusters = createClusterDrivers({ engines, links, hub, publish: lifecycle.publish, engine, clock, log });

  const background = (id: number, task: () => Promise<void>) => {
    if (working.has(id)) return;
    const done = task().then(
      () => {
        working.delete(id);
        parts.wake(id);
      },
      (error: unknown) => {
        // What fails once most often fails again: the next try comes at its turn.
        working.delete(id);
        log.error({ session: id, err: error }, 'work on a session failed; it will be tried again');
      },
    );
    working.set(id, done);
  };

  const watch = (id: number, exit: Promise<DriverExit>) => {
    exits.set(id, exit);
    void exit.then((how) => {
      exited.set(id, how);
      parts.wake(id);
    });
  };

  const boundLogs = (id: number): Promise<void> =>
    engine
      .boundLogs(id)
      .catch((error: unknown) => log.error({ session: id, err: error }, 'a log could not be kept within bounds'));

  const launch = async ({ id }: SessionRecord): Promise<void> => {
    // Read again: what was read for this look may be from before a launch that has ended since, and a second one would take the first one's configuration.
    const session = await sessions.find(id);
    if (session === null || session.process !== null || session.state === 'shutting_down') return;
    startedAt.set(session.id, clock.now());
    // A control plane before us may have started it and ended before it could write that down.
    const running = await engines.of(session.engine).find(session.id);
    if (running !== null) return void (await lifecycle.launched(session.id, running));
    const start = new AbortController();
    starts.set(session.id, start);
    try {
      const { python } = await parts.pythonFor(session.project.id);
      const secret = newSecret('agent');
      await lifecycle.setSecret(session.id, digest(secret));
      const projectFolder = parts.projectFolder(session.project.name);
      const { handle, exited: exit } = await engines.toLaunch(session.engine).launch(
        {
          sessionId: session.id,
          owner: { projectId: session.project.id, userId: session.owner.id },
          ownerEmail: session.owner.email,
          kind: session.kind,
          warmKinds: session.aheadKey === null ? [] : await parts.warmKinds(),
          appName: session.notebook ?? session.name ?? `emberlab-${session.id}`,
          projectFolder,
          python,
          agentUrl: parts.agentUrl,
          secret,
          properties: sparkProperties(session.request),
        },
        ({ step, progress }) => {
          if (!hub.setWaiting(session.id, `${step}: ${progress}.`)) return;
          lifecycle
            .publish(session.id)
            .catch((error: unknown) =>
              log.warn({ session: session.id, err: error }, 'what a start is at could not be told'),
            );
        },
        start.signal,
      );
      watch(session.id, exit);
      await lifecycle.launched(session.id, handle);
    } catch (error) {
      log.warn({ session: session.id, err: error }, 'a driver could not be started');
      const known = error instanceof EngineError || error instanceof HttpError;
      const problem = known
        ? error.message
        : 'The Spark driver could not be started. The log of the platform says why.';
      await lifecycle.stop(session.id, 'failed', problem);
    } finally {
      starts.delete(session.id);
    }
  };

  const whyEnded = async (itsEngine: Engine, handle: DriverHandle): Promise<string | null> => {
    try {
      return (await itsEngine.whyEnded?.(handle)) ?? null;
    } catch (error) {
      log.warn({ err: error }, 'why a driver ended could not be asked');
      return null;
    }
  };

  /** The driver is gone: takes away what it left, then says so. */
  const buried = async (session: SessionRecord, handle: DriverHandle | null): Promise<void> => {
    const itsEngine = engines.of(session.engine);
    if (handle !== null && session.stopReason === null && !reasons.has(session.id))
      reasons.set(session.id, await whyEnded(itsEngine, handle));
    if (handle !== null) await itsEngine.kill(handle, hurried(session) ? limits.hurriedGraceMs : undefined);
    await onClusters.forget(session.id);
    await itsEngine.clean(session.id);
    await uploads.remove(session.id);
    await boundLogs(session.id);
    // Nobody has seen what a driver did that nobody took.
    if (session.aheadKey !== null) await engine.eventLogs.remove(session.id);
    // It has ended, whatever it has left.
    const eventLog = await engine.eventLogs.limit(session.id, { ended: true }).catch((error: unknown) => {
      log.error({ session: session.id, err: error }, 'the event log could not be looked after');
      return 'too_large' as const;
    });
    await lifecycle.ended(session.id, exited.get(session.id) ?? null, eventLog, reasons.get(session.id));
    for (const map of [exits, exited, startedAt, lastShown, reasons]) map.delete(session.id);
  };

  const finish = async (session: SessionRecord, signal: AbortSignal): Promise<void> => {
    const itsEngine = engines.of(session.engine);
    const handle = session.process ?? (await itsEngine.find(session.id));
    if (handle !== null && links.send(session.id, { type: 'stop' })) {
      const exit = exits.get(session.id);
      const over = new AbortController();
      const until = AbortSignal.any([signal, over.signal]);
      const goneByItself = async () => {
        while (await itsEngine.isAlive(handle)) await delay(clock, pollMs, until);
      };
      const ways = [
        ...(exit === undefined ? [] : [exit]),
        goneByItself(),
        delay(clock, hurried(session) ? limits.hurriedGraceMs : limits.stopGraceMs, until),
      ];
      await Promise.race(ways).catch((error: unknown) => {
        if (!signal.aborted) throw error;
      });
      // Whichever comes first: the others wait for nothing more.
      over.abort(decided);
      await Promise.allSettled(ways.slice(exit === undefined ? 0 : 1));
    }
    // The platform is being stopped: the next one goes on here.
    if (signal.aborted) return;
    await buried(session, handle);
  };

  /** Whether the driver is gone for good. When it is our child, its exit code is on its way and worth the moment. */
  const isGone = async (session: SessionRecord, handle: DriverHandle): Promise<boolean> =>
    exits.has(session.id) ? exited.has(session.id) : !(await engines.of(session.engine).isAlive(handle));

  const look = async (session: SessionRecord, signal: AbortSignal): Promise<void> => {
    const { id, process } = session;
    if (working.has(id)) {
      if (session.state === 'shutting_down') starts.get(id)?.abort();
      return;
    }
    if (process !== null) {
      await boundLogs(id);
      onClusters.look(session, process);
    }
    if (session.state === 'shutting_down') return background(id, () => finish(session, signal));
    if (process === null) return background(id, () => launch(session));
    if (await isGone(session, process)) return background(id, () => buried(session, process));

    // One that was started ahead has been made anew when somebody took it.
    const startingFor = clock.now() - Math.max(startedAt.get(id) ?? bootedAt, session.createdAt);
    if (session.state === 'starting' && startingFor >= parts.startTimeoutMs) {
      const seconds = Math.round(parts.startTimeoutMs / 1000);
      const why = hub.waitingOf(id) ?? 'Its log says more.';
      await lifecycle.stop(id, 'failed', `The Spark driver did not become ready within ${seconds} s. ${why}`);
      return;
    }
    if (session.heartbeatSeconds > 0 && hub.silentMs(session) >= session.heartbeatSeconds * 1000) {
      await lifecycle.stop(id, 'expired');
      return;
    }
    const { state } = hub.observe(session);
    // One that is `recovering` can't be used, and one that is busy is used.
    const idleFor = idleLimit(session, parts.idleTimeoutMs);
    if (state === 'idle' && idleFor !== null && hub.unusedMs(session) >= idleFor) {
      await lifecycle.stop(id, 'idle', describeIdle(idleFor));
      return;
    }
    if (lastShown.has(id) && lastShown.get(id) !== state) await lifecycle.publish(id);
    lastShown.set(id, state);
  };

  const limitEventLogs = async (): Promise<void> => {
    for (const { id, process, engine: name } of (await logRounds.next()).some) {
      if (process === null) continue;
      await engines
        .of(name)
        .eventLogs.limit(id, { ended: false })
        .catch((error: unknown) =>
          log.error({ session: id, err: error }, 'the event log could not be looked after; it will be tried again'),
        );
    }
  };

  const clean = async (now: number): Promise<void> => {
    await statements.removeUnlisted(now - limits.listedMs);
    await aside.run('event logs', limitEventLogs);
    for (const id of await sessions.listEndedBefore(now - limits.keptMs, removedAtOnce)) {
      await history.end(id);
      await engine.forget(id);
      // One that was on its way when its session ended may have come after all.
      await uploads.remove(id);
      await sessions.remove(id);
    }
  };

  return {
    /** Looks at those that were woken, and at the next of all. What takes long goes on in the background. */
    async step(signal: AbortSignal, woken: Woken<number> = { ids: new Set(), all: true }): Promise<void> {
      const now = clock.now();
      // After a pause of the machine or a clock that jumped, silence means nothing.
      if (now - lastStepAt > limits.stallMs || now < lastStepAt) hub.forgiveSilence();
      lastStepAt = now;
      const some = woken.all ? (await rounds.next()).some : [];
      const known = new Set(some.map(({ id }) => id));
      const others = await sessions.listLive({ ids: [...woken.ids].filter((id) => !known.has(id)) });
      const looked = [...some, ...others].map((session) =>
        aside.run(`look ${session.id}`, () =>
          look(session, signal).catch((error: unknown) =>
            log.error(
              { session: session.id, err: error },
              'a session could not be looked after; it will be tried again',
            ),
          ),
        ),
      );
      await Promise.all(looked);
      if (now - cleanedAt >= cleanEveryMs) {
        cleanedAt = now;
        await clean(now);
      }
    },

    /** Resolves when nothing goes on in the background. */
    async settled(): Promise<void> {
      while (working.size > 0) await Promise.all(working.values());
      await aside.settled();
      await onClusters.settled();
    },
  };
}
