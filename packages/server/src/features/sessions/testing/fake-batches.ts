import { mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { fakeEventLogs } from './fake-event-logs.ts';
import { fakeHistory } from './fake-history.ts';
import { executorLogFiles } from '../../../engines/executor-files.ts';
import {
  EngineError,
  type BatchEngine,
  type BatchSpec,
  type DriverExit,
  type DriverHandle,
  type UiAddress,
} from '../../../engines/engine.ts';

type FakeBatch = {
  readonly spec: BatchSpec;
  readonly handle: DriverHandle;
  alive: boolean;
  /** what it waits for on its cluster */
  waits: string | null;
  /** what its cluster says of its end */
  said: string | null;
  applicationId: string | null;
  ui: UiAddress | null;
  /** what is left of it for those who come later */
  code: number | null;
  exit(code: number | null): void;
};

/** The part of the fake engine that runs batches: entries in a table, which tests end as they like. */
export function fakeBatches(folder: string) {
  const all = new Map<number, FakeBatch>();
  const launched: BatchSpec[] = [];
  const bounded = new Set<number>();
  const cleaned: number[] = [];
  let pid = 100_000;
  let refusal: string | null = null;
  let onCluster = false;
  const eventLogs = fakeEventLogs();
  const history = fakeHistory(folder);
  const folderOf = (id: number) => join(folder, String(id));
  const withHandle = (handle: DriverHandle) =>
    [...all.values()].find((batch) => JSON.stringify(batch.handle) === JSON.stringify(handle));

  const engine: BatchEngine = {
    async launch(spec) {
      if (refusal !== null) throw new EngineError(refusal);
      await mkdir(folderOf(spec.batchId), { recursive: true });
      const { promise: exited, resolve } = Promise.withResolvers<DriverExit>();
      const batch: FakeBatch = {
        spec,
        handle: onCluster ? { clusterId: `application_${++pid}` } : { pid: ++pid, startTicks: '1' },
        alive: true,
        waits: null,
        said: null,
        applicationId: null,
        ui: null,
        code: null,
        exit(code) {
          if (!batch.alive) return;
          batch.alive = false;
          batch.code = code;
          resolve({ code, signal: null });
        },
      };
      all.set(spec.batchId, batch);
      launched.push(spec);
      return { handle: batch.handle, exited };
    },
    find: async (id) => all.get(id)?.handle ?? null,
    async exitOf(id) {
      const batch = all.get(id);
      if (batch === undefined || batch.alive || batch.code === null) return null;
      return { code: batch.code, signal: null, ...(batch.said === null ? {} : { said: batch.said }) };
    },
    applicationOf: async (id) => all.get(id)?.applicationId ?? null,
    uiOf: async (id) => all.get(id)?.ui ?? null,
    async clean(id) {
      cleaned.push(id);
    },
    forget: (id) => rm(folderOf(id), { recursive: true, force: true }),
    async boundLogs(id) {
      bounded.add(id);
    },
    executorLogs: executorLogFiles(folderOf),
    eventLogs: eventLogs.engine,
    history: history.engine,
    logs: (id) => ({ stdout: join(folderOf(id), 'stdout.log'), stderr: join(folderOf(id), 'stderr.log') }),
  };

  return {
    engine,
    launched,
    cleaned,
    /** those whose logs were kept within bounds */
    bounded,
    eventLogs,
    /** as of the engine */
    waitingFor: (handle: DriverHandle) => withHandle(handle)?.waits ?? null,
    /** from now on they run on a cluster, and are no processes */
    moveToCluster(): void {
      onCluster = true;
    },
    isAlive: (handle: DriverHandle) => withHandle(handle)?.alive === true || history.isAlive(handle),
    kill: (handle: DriverHandle) => withHandle(handle)?.exit(143),
    running: () => [...all.values()].filter((batch) => batch.alive).length,
    batch(id: number): FakeBatch {
      const batch = all.get(id);
      if (batch === undefined) throw new Error(`batch ${id} was not launched`);
      return batch;
    },
    refuse(message: string | null) {
      refusal = message;
    },
  };
}
