import { mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { DriverExit, DriverHandle, DriverSpec, Engine, ExecutorLogQuestion } from '../../../engines/engine.ts';
import { EngineError } from '../../../engines/engine.ts';
import { executorLogFiles } from '../../../engines/executor-files.ts';
import { fakeBatches } from './fake-batches.ts';
import { fakeEventLogs } from './fake-event-logs.ts';
import { fakeHistory } from './fake-history.ts';

export type FakeDriver = {
  readonly spec: DriverSpec;
  readonly handle: DriverHandle;
  exit(how?: Partial<DriverExit>): void;
};

/** An engine whose drivers are entries in a table: tests end them when they like, and dial in as their agents. */
export function fakeEngine(folder: string) {
  const drivers = new Map<number, FakeDriver>();
  const alive = new Set<string>();
  const launched: DriverSpec[] = [];
  const cleaned: number[] = [];
  const patience: (number | null)[] = [];
  const batches = fakeBatches(`${folder}-of-batches`);
  const eventLogs = fakeEventLogs();
  const history = fakeHistory(folder);
  let pid = 100;
  let refusal: string | null = null;
  let onCluster = false;
  let reason: string | null = null;
  const keyOf = (handle: DriverHandle) =>
    'clusterId' in handle ? handle.clusterId : `${handle.pid} ${handle.startTicks}`;
  const folderOf = (id: number) => join(folder, String(id));

  const bounded = new Set<number>();
  let brokenLog: Error | null = null;
  const asked: ExecutorLogQuestion[] = [];
  let workerAnswer: unknown = null;
  const engine: Engine = {
    async launch(spec) {
      if (refusal !== null) throw new EngineError(refusal);
      await mkdir(folderOf(spec.sessionId), { recursive: true });
      const handle: DriverHandle = onCluster
        ? { clusterId: `application_${++pid}` }
        : { pid: ++pid, startTicks: String(spec.sessionId) };
      const { promise: exited, resolve } = Promise.withResolvers<DriverExit>();
      alive.add(keyOf(handle));
      launched.push(spec);
      drivers.set(spec.sessionId, {
        spec,
        handle,
        exit(how = {}) {
          if (alive.delete(keyOf(handle))) resolve({ code: 0, signal: null, ...how });
        },
      });
      return { handle, exited };
    },
    async find(id) {
      const driver = drivers.get(id);
      return driver !== undefined && alive.has(keyOf(driver.handle)) ? driver.handle : null;
    },
    uiHeaders: async () => ({}),
    isAlive: async (handle) => alive.has(keyOf(handle)) || batches.isAlive(handle) || history.isAlive(handle),
    async kill(handle, graceMs) {
      patience.push(graceMs ?? null);
      batches.kill(handle);
      for (const driver of drivers.values()) {
        if (keyOf(driver.handle) === keyOf(handle)) driver.exit({ code: null, signal: 'SIGTERM' });
      }
    },
    waitingFor: async (handle) => batches.waitingFor(handle),
    // A cluster that has let go of one knows nothing of it any more.
    whyEnded: async (handle) => (patience.length > 0 || !('clusterId' in handle) ? null : reason),
    async clean(id) {
      cleaned.push(id);
    },
    forget: (id) => rm(folderOf(id), { recursive: true, force: true }),
    logs: (id) => ({ stdout: join(folderOf(id), 'stdout.log'), stderr: join(folderOf(id), 'stderr.log') }),
    async boundLogs(id) {
      bounded.add(id);
      if (brokenLog !== null) throw brokenLog;
    },
    executorLogs: executorLogFiles(folderOf),
    eventLogs: eventLogs.engine,
    history: history.engine,
    batches: batches.engine,
    async readExecutorLog(question) {
      asked.push(question);
      if (workerAnswer instanceof Error) throw workerAnswer;
      return workerAnswer;
    },
  };

  return {
    engine,
    launched,
    cleaned,
    /** those whose logs were kept within bounds */
    bounded,
    /** lets that fail from now on */
    breakLogs(error: Error): void {
      brokenLog = error;
    },
    batches,
    eventLogs,
    history,
    /** what was asked of workers */
    asked,
    /** what they answer, or why they can't be asked */
    answerAsWorker(answer: unknown): void {
      workerAnswer = answer;
    },
    /** how long each that was ended had for it, where that was said */
    patience,
    driver(id: number): FakeDriver {
      const driver = drivers.get(id);
      if (driver === undefined) throw new Error(`session ${id} has no driver`);
      return driver;
    },
    running: () => alive.size,
    /** from now on drivers run on a cluster, and are no processes */
    moveToCluster(): void {
      onCluster = true;
      batches.moveToCluster();
    },
    /** why the next ones end, as the cluster says */
    explain(why: string): void {
      reason = why;
    },
    refuse(message: string | null) {
      refusal = message;
    },
  };
}
