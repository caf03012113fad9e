import { isDatabasePassing } from '../../../db/passing.ts';
import { toInstant, type Clock } from '../../../lib/clock.ts';
import { isDiskFull } from '../../../lib/disk-full.ts';
import type { Log } from '../../../lib/log.ts';
import type { ExecutionRecord } from '../model.ts';
import type { RunnerOf } from '../runners/choose.ts';
import type { Seen } from '../runners/runner.ts';
import { isOfRun, type Preparer } from './prepare.ts';
import type { ExecutionLifecycle } from './lifecycle.ts';
import { logNotKept, lost, waits } from './sentences.ts';
import type { ExecutionStore } from './store.ts';
import { hasPlace } from './taken.ts';
import type { Watch } from './watch.ts';

/** Of so many is told at a look why they wait. After a restart that is new of all, and those far behind are seen when somebody asks for them. */
const mostTold = 50;

/**
 * Compares what the rows want with what runs, and acts: gives runs their turn, begins them, notices that they have ended, ends those that are to. It keeps
 * nothing that a restart would miss.
 */
export function createExecutionWorker(parts: {
  store: ExecutionStore;
  lifecycle: ExecutionLifecycle;
  runnerOf: RunnerOf;
  prepare: Preparer;
  watch: Watch;
  /** Copies what it has printed into its project. */
  keepLog(run: ExecutionRecord): Promise<void>;
  clock: Clock;
  log: Log;
  /** how many runs have a place at a time */
  runLimit: number;
  wake(): void;
  /** Tells whoever looks at it what a run is like now. */
  publish(run: ExecutionRecord): Promise<void>;
}) {
  const { store, lifecycle, runnerOf, watch, clock, log } = parts;
  /** work in the background, one piece for each run at most */
  const working = new Map<number, Promise<void>>();
  /** why runs wait, as sentences */
  const waiting = new Map<number, string>();

  const background = (run: ExecutionRecord, task: () => Promise<boolean>) => {
    const done = task().then(
      (again) => {
        working.delete(run.id);
        if (again) parts.wake();
      },
      (error: unknown) => {
        // What fails once most often fails again: the next try comes at its turn.
        working.delete(run.id);
        log.error({ run: run.id, err: error }, 'work on a run failed; it will be tried again');
      },
    );
    working.set(run.id, done);
  };

  /** Begins a run whose turn it is; back to the queue with it where there is no room after all. */
  const begin = async (run: ExecutionRecord): Promise<boolean> => {
    try {
      const result = await parts.prepare.begin(run);
      if (result === 'begun') return true;
      waiting.set(run.id, result.waits);
      await lifecycle.apply(run.id, 'wait');
      return false;
    } catch (error) {
      // It stays as it is until the database is there again.
      if (isDatabasePassing(error)) throw error;
      const known = isOfRun(error);
      if (!known) log.error({ run: run.id, err: error }, 'a run could not be begun');
      await lifecycle.failed(
        run.id,
        known ? error.message : 'It could not be started. The log of the platform says why.',
      );
      return true;
    }
  };

  /** Says that nothing of it runs any more, once its log is where people look for it. */
  const finish = async (run: ExecutionRecord, seen: Extract<Seen, { state: 'ended' }>): Promise<boolean> => {
    await watch.ended(run.id);
    const note = await parts.keepLog(run).then(
      () => null,
      (error: unknown) => {
        if (isDatabasePassing(error)) throw error;
        log.warn({ run: run.id, err: error }, 'the log of a run could not be kept in its project');
        return logNotKept(isDiskFull(error));
      },
    );
    await lifecycle.over(run, seen, note);
    return false;
  };

  /** Looks at one that has been begun. */
  const observe = async (run: ExecutionRecord): Promise<boolean> => {
    const runner = runnerOf(run);
    const seen = await runner.look(run);
    if (seen === null) {
      // A control plane before us may have ended before it could begin it; nothing of it ever ran then.
      if (run.state === 'starting') return parts.prepare.beginAgain(run);
      return finish(run, { state: 'ended', how: 'lost', problem: lost, applicationId: null });
    }
    if (seen.state === 'ended') return finish(run, seen);
    if (seen.state === 'running' && run.state === 'starting') {
      await lifecycle.apply(run.id, 'run', seen.applicationId === null ? {} : { applicationId: seen.applicationId });
    } else if (seen.applicationId !== null && run.applicationId === null) {
      await store.patch(run.id, { applicationId: seen.applicationId });
    }
    const limit = run.frozen.policy.timeLimitMinutes;
    const since = run.startedAt ?? run.createdAt;
    if (limit !== null && clock.now() - since >= limit * 60_000) await lifecycle.stop(run.id, 'time');
    if (seen.state === 'running') await watch.look(run);
    return false;
  };

  /** Ends one that is to, and says so once nothing of it is left. */
  const end = async (run: ExecutionRecord): Promise<boolean> => {
    const runner = runnerOf(run);
    const seen = await runner.look(run);
    if (seen === null || seen.state === 'ended') {
      const ended = { state: 'ended', how: 'stopped', problem: null, applicationId: null } as const;
      return finish(run, seen ?? ended);
    }
    await runner.stop(run, run.stopReason === 'member');
    return false;
  };

  /** Why it can't have its turn yet; null: it can. `going`: the jobs of which a run before it goes on, or is to have its turn first. */
  const whyNot = (run: ExecutionRecord, going: ReadonlySet<number | null>, now: number): string | null => {
    if (run.notBefore > now) return waits.time(toInstant(run.notBefore));
    if (!run.frozen.policy.concurrentRuns && run.jobId !== null && going.has(run.jobId)) return waits.before;
    return null;
  };

  return {
    /** Why a run that is queued waits, as a sentence; null: it has not been looked at yet. */
    whyWaits: (id: number): string | null => waiting.get(id) ?? null,

    /** Looks at everything once. What takes long goes on in the background. */
    async step(): Promise<void> {
      const live = await store.listLive();
      const now = clock.now();
      let places = parts.runLimit - live.filter(hasPlace).length;
      /** members without room in a project: those behind them of the same have none either */
      const full = new Map<string, string>();
      const begun = live.filter(({ state }) => state !== 'queued');
      /** the jobs of which a run has been met that goes on, or waits for nothing but its turn */
      const going = new Set(begun.map(({ jobId }) => jobId));
      for (const run of begun) {
        if (working.has(run.id)) continue;
        if (run.state === 'stopping') background(run, () => end(run));
        else if (run.state === 'preparing') background(run, () => begin(run));
        else background(run, () => observe(run));
      }
      let told = 0;
      const queued = live.filter(({ state }) => state === 'queued');
      for (const run of queued) {
        const why = whyNot(run, going, now) ?? (places <= 0 ? waits.places(parts.runLimit) : null);
        if (run.notBefore <= now) going.add(run.jobId);
        if (working.has(run.id)) continue;
        const whose = `${run.project.id} ${run.user.id} ${run.frozen.configuration.type}`;
        const known = why ?? full.get(whose) ?? null;
        const answer = known === null ? await parts.prepare.admit(run) : { waits: known, ofAll: false };
        if ('value' in answer) {
          const { value: preparing } = answer;
          waiting.delete(run.id);
          if (preparing === null) continue;
          places -= 1;
          background(preparing, () => begin(preparing));
          continue;
        }
        const { waits: noRoom } = answer;
        if (answer.ofAll) full.set(whose, noRoom);
        const isNew = waiting.get(run.id) !== noRoom;
        waiting.set(run.id, noRoom);
        if (!isNew || told >= mostTold) continue;
        told += 1;
        await parts.publish(run);
      }
      const still = new Set(queued.map(({ id }) => id));
      for (const id of waiting.keys()) if (!still.has(id)) waiting.delete(id);
    },

    /** Resolves when nothing goes on in the background. */
    async settled(): Promise<void> {
      while (working.size > 0) await Promise.all(working.values());
    },
  };
}
