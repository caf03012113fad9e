import { EngineError, type DriverHandle, type Engine } from '../../../engines/engine.ts';
import { HttpError } from '../../../http/errors.ts';
import { createAside } from '../../../lib/aside.ts';
import type { Clock } from '../../../lib/clock.ts';
import type { Log } from '../../../lib/log.ts';
import type { Engines } from '../engines.ts';
import type { Limits } from '../limits.ts';
import { sparkProperties } from '../spark-properties.ts';
import type { BatchLifecycle } from './lifecycle.ts';
import type { BatchRecord } from './model.ts';
import type { BatchStore } from './store.ts';

const cleanEveryMs = 60_000;
/** How often a cluster is asked about one that has not begun there. */
const askEveryMs = 1000;
const removedAtOnce = 100;

/**
 * Compares what the rows want with what runs, and acts: starts batches, learns of their applications, notices that they have ended, ends them, and
 * removes what is too old. It keeps nothing that a restart would miss.
 */
export function createBatchWorker(parts: {
  store: BatchStore;
  lifecycle: BatchLifecycle;
  /** that of this machine */
  engine: Engine;
  engines: Engines;
  clock: Clock;
  log: Log;
  limits: Limits;
  pythonFor(projectId: string): Promise<{ readonly python: string }>;
  projectFolder(name: string): string;
  wake: () => void;
}) {
  const { store, lifecycle, engine, engines, clock, log, limits } = parts;
  const { batches } = engine;
  /** work in the background, one piece for each batch at most */
  const working = new Map<number, Promise<void>>();
  /** calls a start off that is under way */
  const starts = new Map<number, AbortController>();
  const aside = createAside(clock);
  /** when the clusters of those that have not begun were last asked, and whose logs say what they wait for */
  const asked = new Map<number, { readonly at: number; readonly noted: boolean }>();
  let cleanedAt = Number.NEGATIVE_INFINITY;

  const background = (id: number, task: () => Promise<boolean>) => {
    const done = task().then(
      (again) => {
        working.delete(id);
        if (again) parts.wake();
      },
      (error: unknown) => {
        // What fails once most often fails again: the next try comes at its turn.
        working.delete(id);
        log.error({ batch: id, err: error }, 'work on a batch failed; it will be tried again');
      },
    );
    working.set(id, done);
  };

  const launch = async ({ id }: BatchRecord): Promise<boolean> => {
    // Read again: what was read for this look may be from before a launch that has ended since.
    const batch = await store.find(id);
    if (batch === null || batch.process !== null || batch.state === 'shutting_down') return batch !== null;
    // A control plane before us may have started it and ended before it could write that down. It must not run twice, even if it has ended since.
    const started = await engines.of(batch.engine).batches.find(batch.id);
    if (started !== null) {
      await lifecycle.launched(batch.id, started);
      return true;
    }
    const { file, className, args, environment } = batch.request;
    let said = '';
    const start = new AbortController();
    starts.set(batch.id, start);
    try {
      const python = batch.request.python ?? (await parts.pythonFor(batch.project.id)).python;
      const { handle, exited } = await engines.toLaunch(batch.engine).batches.launch(
        {
          batchId: batch.id,
          owner: { projectId: batch.project.id, userId: batch.owner.id },
          ownerEmail: batch.owner.email,
          appName: batch.name ?? `emberlab-batch-${batch.id}`,
          projectFolder: parts.projectFolder(batch.project.name),
          python,
          file,
          className,
          args,
          properties: sparkProperties(batch.request),
          ...(environment === undefined ? {} : { environment }),
        },
        ({ step }) => {
          if (step === said) return;
          said = step;
          lifecycle
            .waits(batch.id, null, `${step}.`)
            .catch((error: unknown) =>
              log.warn({ batch: batch.id, err: error }, 'what a start is at could not be told'),
            );
        },
        start.signal,
      );
      void exited.then(() => parts.wake());
      await lifecycle.launched(batch.id, handle);
    } catch (error) {
      log.warn({ batch: batch.id, err: error }, 'a batch could not be started');
      const known = error instanceof EngineError || error instanceof HttpError;
      await lifecycle.failed(
        batch.id,
        known ? error.message : 'The batch could not be started. The log of the platform says why.',
      );
    } finally {
      starts.delete(batch.id);
    }
    return true;
  };

  const limitLogs = ({ id, engine: name }: Pick<BatchRecord, 'id' | 'engine'>, options: { ended: boolean }) =>
    engines
      .of(name)
      .batches.eventLogs.limit(id, options)
      .catch((error: unknown) => log.error({ batch: id, err: error }, 'the event log could not be looked after'));

  const boundLogs = (id: number): Promise<void> =>
    batches
      .boundLogs(id)
      .catch((error: unknown) => log.error({ batch: id, err: error }, 'a log could not be kept within bounds'));

  /** Takes away what is left of it, then says how it ended. */
  const bury = async (batch: BatchRecord, handle: DriverHandle | null): Promise<boolean> => {
    const graceMs = batch.stopReason === 'member' ? limits.hurriedGraceMs : undefined;
    const its = engines.of(batch.engine);
    if (handle !== null) await its.kill(handle, graceMs);
    await its.batches.clean(batch.id);
    await boundLogs(batch.id);
    // It has ended, whatever it has left.
    await limitLogs(batch, { ended: true });
    await lifecycle.ended(batch.id, await its.batches.exitOf(batch.id));
    asked.delete(batch.id);
    return false;
  };

  /** Learns which application it has; without one it counts as running after a while. */
  const observe = async (batch: BatchRecord, handle: DriverHandle): Promise<boolean> => {
    const its = engines.of(batch.engine);
    const before = asked.get(batch.id);
    if ('clusterId' in handle) {
      if (before !== undefined && clock.now() - before.at < askEveryMs) return false;
      asked.set(batch.id, { at: clock.now(), noted: before?.noted ?? false });
    }
    const applicationId = await its.batches.applicationOf(batch.id);
    const waits = batch.state === 'starting' ? ((await its.waitingFor?.(handle)) ?? null) : null;
    if (waits !== null) {
      if (before?.noted === true) return false;
      await lifecycle.waits(batch.id, applicationId, waits);
      asked.set(batch.id, { at: clock.now(), noted: true });
      return false;
    }
    const since = batch.launchedAt ?? batch.createdAt;
    const late = batch.state === 'starting' && clock.now() - since >= limits.batchStartingMs;
    if (applicationId !== null || late) await lifecycle.runs(batch.id, applicationId);
    return false;
  };

  const look = async (batch: BatchRecord): Promise<void> => {
    const { id, process } = batch;
    if (working.has(id)) {
      if (batch.state === 'shutting_down') starts.get(id)?.abort();
      return;
    }
    if (process !== null) await boundLogs(id);
    if (batch.state === 'shutting_down')
      background(id, async () => bury(batch, process ?? (await engines.of(batch.engine).batches.find(id))));
    else if (process === null) background(id, () => launch(batch));
    else if (!(await engines.of(batch.engine).isAlive(process))) background(id, () => bury(batch, process));
    else if (batch.applicationId === null || batch.state === 'starting') background(id, () => observe(batch, process));
  };

  const clean = async (now: number, live: readonly BatchRecord[]): Promise<void> => {
    await aside.run('event logs', async () => {
      for (const batch of live) if (batch.process !== null) await limitLogs(batch, { ended: false });
    });
    for (const id of await store.listEndedBefore(now - limits.keptMs, removedAtOnce)) {
      await batches.forget(id);
      await store.remove(id);
    }
  };

  return {
    /** Looks at everything once. What takes long goes on in the background. */
    async step(): Promise<void> {
      const live = await store.listLive();
      const looked = live.map((batch) =>
        aside.run(`look ${batch.id}`, () =>
          look(batch).catch((error: unknown) =>
            log.error({ batch: batch.id, err: error }, 'a batch could not be looked after; it will be tried again'),
          ),
        ),
      );
      await Promise.all(looked);
      const now = clock.now();
      if (now - cleanedAt >= cleanEveryMs) {
        cleanedAt = now;
        await clean(now, live);
      }
    },

    /** Resolves when nothing goes on in the background. */
    async settled(): Promise<void> {
      while (working.size > 0) await Promise.all(working.values());
      await aside.settled();
    },
  };
}
