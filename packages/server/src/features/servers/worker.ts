import { join } from 'node:path';
import type { ServerTime } from '@emberlab/contract';
import { HttpError } from '../../http/errors.ts';
import { delay } from '../../lib/clock.ts';
import { createClockWatch } from '../../lib/clock-watch.ts';
import { beginningOf } from '../../lib/log-file.ts';
import { hasPlace } from '../../lib/places.ts';
import { createRounds, createTurns, type Turns, type Woken } from '../../lib/turns.ts';
import { SpawnError, type ServerExit, type SpawnedServer } from '../../spawners/spawner.ts';
import type { ServersDeps } from './deps.ts';
import { createServerEnds } from './ends.ts';
import { proxySecretFile } from './jupyter-config.ts';
import { positionsIn } from './present.ts';
import { neverAnswered, noEnvironment, notSpawned } from './problem.ts';
import { probeJupyter } from './probe.ts';
import { stepsWith, waitsFor } from './progress.ts';
import { countStarting, turnsOf } from './queue.ts';
import { firstEnd } from './shutdown.ts';
import { createSpawn, ownerOf } from './spawn.ts';
import { beginStep, endSteps } from './state.ts';
import type { ServerRecord, ServerStore } from './store.ts';

/** How often a starting server is asked whether it answers, ms. */
const probeEveryMs = 50;
/** How often all, or the next of very many, are looked at without a reason, ms: the end of a process that we did not start shows then. */
const lookEveryMs = 1000;

type Task = { readonly abort: AbortController; readonly done: Promise<void> };

export type ServerWorker = ReturnType<typeof createServerWorker>;

/**
 * Makes servers be what their rows say: starts those whose turn it is, notes which answer, ends those that shall end, and finds those that ended by
 * themselves. It begins by taking over what an earlier control plane has left running; nothing is started twice.
 */
export function createServerWorker(
  deps: ServersDeps & {
    store: ServerStore;
    changed: (id: string) => Promise<void>;
    timeOf: (whose: Pick<ServerRecord, 'projectId' | 'userId'>) => Promise<ServerTime>;
  },
) {
  const { store, clock, spawner, targets, config, changed } = deps;
  const probe = deps.probe ?? probeJupyter;
  const clockSetBy = createClockWatch(clock);
  /** what its start is at once its spawner has taken it */
  const nextStep = async (id: string) => (await spawner.progress?.(id))?.step ?? 'answering';
  const tasks = new Map<string, Task>();
  /** how those end that we started ourselves */
  const exits = new Map<string, Promise<ServerExit>>();
  const live = new Set<string>();
  /** in the queue, as those that wait were told */
  let positions: ReadonlyMap<string, number> = new Map();
  const rounds = createRounds((after: string | null, most) => store.liveAfter(after, most));
  let turns: Turns<string> | null = null;

  const wake = (id?: string) => turns?.wake(id);
  const spawn = createSpawn(deps);
  const { end, fail, failEnded, logTail } = createServerEnds({
    ...deps,
    exitOf: async (id) => (await exits.get(id)) ?? null,
    forget(id) {
      exits.delete(id);
      live.delete(id);
    },
  });

  /**
   * Runs one task for a server, with its row as that is now: it may have changed since the loop read it. The loop leaves the server alone until the
   * task is done, and looks again at once. After an error it waits for its turn: what fails once most often fails again.
   */
  function run(id: string, work: (record: ServerRecord, signal: AbortSignal) => Promise<void>): void {
    const abort = new AbortController();
    const done = store
      .find(id)
      .then((record) => (record === null ? undefined : work(record, abort.signal)))
      .then(
        () => {
          tasks.delete(id);
          wake(id);
        },
        (error: unknown) => {
          tasks.delete(id);
          deps.log.error({ err: error, server: id }, 'a step of a server failed; it will be tried again');
        },
      );
    tasks.set(id, { abort, done });
  }

  async function openToProxy(record: ServerRecord): Promise<{ socket: string; secret: string }> {
    const { folder } = spawner.places(ownerOf(record));
    const secret = (await beginningOf(join(folder, proxySecretFile), 256)).trim();
    if (secret === '') throw new Error(`what opens server ${record.id} is not there`);
    const socket = await spawner.reachedAt(ownerOf(record));
    if (socket === null) throw new Error(`where server ${record.id} is reached is not known yet`);
    return { socket, secret };
  }

  const putTarget = (id: string, { socket, secret }: { socket: string; secret: string }) =>
    targets.put({ id, socketPath: socket, headers: { authorization: `token ${secret}` }, viaControl: false });

  /**
   * Starts the process of a server in `starting`, then waits for its answer. `known`: its Python, when that has been asked for already. Whatever goes
   * wrong with the start is the server's end: people learn of it, and nothing is tried behind their back.
   */
  async function launch(record: ServerRecord, known: string | null, signal: AbortSignal): Promise<void> {
    let spawned: SpawnedServer;
    try {
      const python = known ?? (await deps.environments.pythonFor(record.projectId)).python;
      spawned = await spawn(record, python);
    } catch (error) {
      deps.log.warn({ err: error, server: record.id }, 'a server could not be started');
      return fail(record.id, notSpawned(error, await logTail(record.id)));
    }
    exits.set(record.id, spawned.exited);
    void spawned.exited.then(() => wake(record.id));
    const steps = beginStep(record.steps, await nextStep(record.id), clock.now());
    await store.patch(record.id, { process: spawned.handle, steps });
    await changed(record.id);
    await awaitAnswer({ ...record, process: spawned.handle, steps }, signal);
  }

  async function awaitAnswer(began: ServerRecord, signal: AbortSignal): Promise<void> {
    const { process, startedAt } = began;
    let record = began;
    if (process === null) return;
    const past = Math.max(0, clock.now() - (startedAt ?? clock.now()));
    // By the clock that nobody sets.
    const deadline = clock.steady() + config.serverStartTimeoutMs - past;
    let found: { socket: string; secret: string } | null = null;
    while (!signal.aborted) {
      found ??= await openToProxy(record).catch(() => null);
      const access = found;
      // Asked in this order: one that has ended and answered before is not up.
      const answers = access !== null && (await probe(access));
      if (!(await spawner.isAlive(process))) return failEnded(record);
      if (answers) return becomeRunning(record, access);
      const progress = await spawner.progress?.(record.id);
      if (progress !== undefined && progress.problem !== null) {
        return fail(record.id, notSpawned(new SpawnError(progress.problem), await logTail(record.id)));
      }
      const steps = progress === undefined ? null : stepsWith(record.steps, progress, clock.now());
      if (steps !== null) {
        record = { ...record, steps };
        await store.patch(record.id, { steps });
        await changed(record.id);
      }
      if (clock.steady() >= deadline) {
        const seconds = config.serverStartTimeoutMs / 1000;
        return fail(record.id, neverAnswered(seconds, await logTail(record.id), waitsFor(record.steps)));
      }
      await delay(clock, probeEveryMs, signal).catch(() => undefined);
    }
  }

  async function becomeRunning(record: ServerRecord, access: { socket: string; secret: string }): Promise<void> {
    // Before it is said to run: whoever opens it at once finds it.
    putTarget(record.id, access);
    // Else its end would be moved with those that the clock was set under.
    await noteClock();
    const time = await deps.timeOf(record);
    const now = clock.now();
    const applied = await store.apply(record.id, 'answer', {
      readyAt: now,
      steps: endSteps(record.steps, now),
      stopsAt: firstEnd(now, time),
    });
    // Asked to stop meanwhile.
    if (!applied) return targets.remove(record.id);
    await changed(record.id);
  }

  /** A queued server whose turn it is. Answers whether it takes a place among the starting. */
  async function consider(record: ServerRecord): Promise<boolean> {
    const steps = beginStep(record.steps, 'environment', clock.now());
    if (steps.length !== record.steps.length) {
      await store.patch(record.id, { steps });
      await changed(record.id);
    }
    let found: Awaited<ReturnType<typeof deps.environments.pythonFor>>;
    try {
      found = await deps.environments.pythonFor(record.projectId);
    } catch (error) {
      if (!(error instanceof HttpError)) throw error;
      const none = await deps.environments.whyNone(record.projectId);
      if (none !== null) run(record.id, (now) => fail(now.id, noEnvironment(none.reason)));
      return false;
    }
    const now = clock.now();
    const patch = { revisionId: found.revisionId, startedAt: now, steps: beginStep(steps, 'process', now) };
    if (!(await store.apply(record.id, 'launch', patch))) return false;
    run(record.id, async (started, signal) => {
      await changed(record.id);
      await launch(started, found.python, signal);
    });
    return true;
  }

  /** A starting server that no task looks after: an earlier control plane began it. */
  async function takeOver(record: ServerRecord, signal: AbortSignal): Promise<void> {
    const handle = record.process ?? (await spawner.find(record.id));
    if (handle === null) return launch(record, null, signal);
    const steps = beginStep(record.steps, await nextStep(record.id), clock.now());
    await store.patch(record.id, { process: handle, steps });
    await awaitAnswer({ ...record, process: handle, steps }, signal);
  }

  /** What is left of a server's time is left of it, whatever the clock is set to. */
  async function noteClock(): Promise<void> {
    const setBy = clockSetBy();
    if (setBy === 0) return;
    deps.log.warn({ ms: setBy }, 'the clock was set; the ends of servers move with it');
    await store.moveTimes(setBy);
    for (const { id, activity } of await store.live()) {
      // Nor has a server been idle for longer than it was.
      if (activity !== null) await store.patch(id, { activity: { ...activity, at: activity.at + setBy } });
      await changed(id);
    }
  }

  /** Lets a server end that has had its time. */
  async function endInTime({ id, stopsAt }: ServerRecord): Promise<void> {
    if (stopsAt === null || clock.now() < stopsAt) return;
    if (!(await store.apply(id, 'stop', { stopReason: 'time' }))) return;
    deps.log.info({ server: id }, 'the time of a server is over');
    await changed(id);
    wake(id);
  }

  async function lookAt(record: ServerRecord): Promise<void> {
    const task = tasks.get(record.id);
    // Whatever is being done for its start is no longer wanted.
    if (record.state === 'stopping') task?.abort.abort();
    if (task !== undefined || record.state === 'queued') return;
    if (record.state === 'running' && record.process !== null && (await spawner.isAlive(record.process))) {
      return endInTime(record);
    }
    run(record.id, async (now, signal) => {
      if (now.state === 'stopping') await end(now);
      else if (now.state === 'starting') await takeOver(now, signal);
      else if (now.state === 'running' && record.state === 'running') await failEnded(now);
    });
  }

  /** Those that wait or start: few, and each may have come to its turn by what has become of another. */
  const coming = () => store.live({ states: ['queued', 'starting'] });

  async function step(_: AbortSignal, woken: Woken<string>): Promise<void> {
    await noteClock();
    const some = woken.all ? (await rounds.next()).some : [];
    const known = new Map([...some, ...(await coming())].map((record) => [record.id, record]));
    const others = await store.live({ ids: [...woken.ids].filter((id) => !known.has(id)) });
    const records = [...known.values(), ...others];
    for (const record of records) live.add(record.id);
    for (const record of records) await lookAt(record);
    const starting = records.filter((record) => record.state === 'starting');
    const queued = records
      .filter((record) => record.state === 'queued' && !tasks.has(record.id))
      .toSorted((a, b) => a.createdAt - b.createdAt);
    for (const record of turnsOf(queued, starting)) {
      if (!hasPlace(countStarting(record.userId, starting), config.serverStartLimit)) continue;
      if (await consider(record)) starting.push(record);
    }
    if (positions.size > 0 || records.some((record) => record.state === 'queued')) await tellPositions();
  }

  /** Tells those that wait how far they have come since they were told. */
  async function tellPositions(): Promise<void> {
    const now = positionsIn(await coming());
    const moved = [...now].filter(([id, position]) => positions.get(id) !== position);
    positions = now;
    for (const [id] of moved) await changed(id);
  }

  return {
    /** Takes over what runs: once this resolves the proxy knows every running server again. */
    async start(): Promise<void> {
      for (const record of await store.live()) {
        live.add(record.id);
        if (record.state !== 'running' || record.process === null || !(await spawner.isAlive(record.process))) continue;
        const access = await openToProxy(record).catch(() => null);
        if (access !== null) putTarget(record.id, access);
      }
      const onError = (error: unknown) => deps.log.error({ err: error }, 'looking at the servers failed');
      turns = createTurns({ step, intervalMs: lookEveryMs, onError });
    },
    wake,
    /** Where a running server is reached, and with what. Throws when its folder is gone. */
    accessTo: openToProxy,
    /** Whether more may be written to the server's log. */
    isLive: (id: string): boolean => live.has(id),
    noteLive: (id: string): void => void live.add(id),
    /** Ends the looking; the servers go on. */
    async close(): Promise<void> {
      await turns?.close();
      for (const task of tasks.values()) task.abort.abort();
      await Promise.all([...tasks.values()].map((task) => task.done));
    },
  };
}
