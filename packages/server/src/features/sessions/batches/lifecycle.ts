import { dirname } from 'node:path';
import type { Batch } from '@emberlab/contract';
import type { BatchEngine, DriverExit, DriverHandle } from '../../../engines/engine.ts';
import type { ProjectBus, Viewer } from '../../../http/project-events.ts';
import type { Clock } from '../../../lib/clock.ts';
import { makePrivateFolder } from '../../../lib/files.ts';
import { createKeyedQueue } from '../../../lib/lifecycle.ts';
import { appendLine, tailLines } from '../../../lib/log-file.ts';
import type { Log } from '../../../lib/log.ts';
import type { Changes } from '../changes.ts';
import { describeEnd, leftProject, projectClosed } from '../end.ts';
import type { BatchRecord } from './model.ts';
import { maySee } from '../policy.ts';
import { presentBatch } from './present.ts';
import { isLive, next, type BatchStopReason } from './state.ts';
import type { BatchStore } from './store.ts';

export type BatchLifecycle = ReturnType<typeof createBatchLifecycle>;

export const batchKey = (id: number): string => `batch ${id}`;

/** Every change of a batch. Those of one batch run one after the other; the row is written before anybody is told. */
export function createBatchLifecycle(parts: {
  store: BatchStore;
  engine: BatchEngine;
  changes: Changes;
  bus: ProjectBus;
  revisionAt: (projectId: string, at: number) => number | null;
  clock: Clock;
  log: Log;
  /** something about the driver of a run has changed */
  programChanged(executionId: number): void;
  /** there may be something to do for the worker */
  wake: () => void;
}) {
  const { store, engine, clock, log } = parts;
  const queue = createKeyedQueue();

  /** A batch as the API answers it. */
  const present = (batch: BatchRecord, viewer: Viewer): Batch =>
    presentBatch(batch, viewer, parts.revisionAt(batch.project.id, batch.launchedAt ?? batch.createdAt));

  /** Tells everybody who may know. */
  const publish = async (id: number) => {
    const batch = await store.find(id);
    if (batch === null) return;
    if (batch.executionId !== null) return parts.programChanged(batch.executionId);
    parts.bus.publish({
      projectId: batch.project.id,
      users: [batch.owner.id],
      present: (viewer) => (maySee(viewer, batch) ? { type: 'batch', batch: present(batch, viewer) } : null),
    });
  };

  /** Runs `task` on the present row, after all that came before for that batch; null: there is no such batch. */
  const within = <T>(id: number, task: (batch: BatchRecord) => Promise<T>): Promise<T | null> =>
    queue(String(id), async () => {
      const batch = await store.find(id);
      if (batch === null) return null;
      const result = await task(batch);
      parts.changes.notify(batchKey(id));
      await publish(id);
      return result;
    });

  /** Its end, and what went wrong: in its log too, because that is where clients look. */
  const end = async (batch: BatchRecord, event: 'succeeded' | 'failed' | 'ended', problem: string | null) => {
    if (problem !== null) {
      await note(engine.logs(batch.id).stderr, problem).catch((error: unknown) =>
        log.warn({ batch: batch.id, err: error }, 'the cause of an end could not be added to the log'),
      );
    }
    await store.update(batch.id, {
      state: next(batch.state, event),
      endedAt: clock.now(),
      ...(problem === null ? {} : { problem }),
    });
    log.info({ batch: batch.id, event, problem }, 'a batch ended');
  };

  return {
    publish,
    present,

    /** Notes that its driver runs. */
    launched: (id: number, process: DriverHandle) =>
      within(id, () => store.update(id, { process, launchedAt: clock.now() })),

    /** Its cluster has its application, by this id, and no room for it yet. */
    waits: (id: number, applicationId: string | null, why: string) =>
      within(id, async (batch) => {
        if (batch.state !== 'starting') return;
        if (applicationId !== null) await store.update(id, { applicationId });
        await note(engine.logs(id).stderr, why);
      }),

    /** Its program runs; its application has this id, if it has one. */
    runs: (id: number, applicationId: string | null) =>
      within(id, async (batch) => {
        if (!isLive(batch.state) || batch.state === 'shutting_down') return;
        await store.update(id, {
          state: next(batch.state, 'runs'),
          ...(applicationId === null ? {} : { applicationId }),
        });
      }),

    /** Lets it end; `problem` tells whose it is why. One that has ended and is deleted is found no more; another reason changes nothing then. */
    stop: (id: number, reason: BatchStopReason, problem: string | null = null) =>
      within(id, async (batch) => {
        if (isLive(batch.state)) {
          const first = batch.state !== 'shutting_down';
          await store.update(id, {
            state: next(batch.state, 'stop'),
            ...(first || reason === 'deleted' ? { stopReason: reason } : {}),
            ...(first && problem !== null ? { problem } : {}),
          });
          parts.wake();
        } else if (reason === 'deleted') {
          await store.update(id, { stopReason: reason });
        }
      }),

    /** It can't be started, and nothing of it runs. */
    failed: (id: number, problem: string) =>
      within(id, async (batch) => {
        if (batch.state === 'shutting_down') await end(batch, 'ended', batch.problem);
        else if (isLive(batch.state)) await end(batch, 'failed', problem);
      }),

    /** Its driver is gone and nothing of it is left. `exit` is null when nobody knows how it ended. */
    ended: (id: number, exit: DriverExit | null) =>
      within(id, async (batch) => {
        if (!isLive(batch.state)) return;
        if (batch.state === 'shutting_down') {
          const sentences = { member: leftProject, project: projectClosed, admin: null, stopped: null, deleted: null };
          return end(batch, 'ended', batch.problem ?? sentences[batch.stopReason ?? 'stopped']);
        }
        if (exit?.code === 0) return end(batch, 'succeeded', null);
        // A Python program's own errors come with its output; what Spark says, and a JVM that fails, is the better word.
        const { stdout, stderr } = engine.logs(id);
        // It ends, whatever it has made of its logs.
        const ends = [stdout, stderr].map((file) => tailLines(file, 50).catch(() => []));
        const tail = (await Promise.all(ends)).flat();
        return end(batch, 'failed', describeEnd({ exit, ready: true, tail }));
      }),
  };
}

/** Adds a sentence of ours to a log. One that was never started has none yet. */
async function note(file: string, sentence: string): Promise<void> {
  await makePrivateFolder(dirname(file));
  await appendLine(file, `emberlab: ${sentence}`);
}
