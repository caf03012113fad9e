import { request } from 'node:http';
import { executorStream, type SessionMetrics, type SessionSample } from '@emberlab/contract';
import { z } from 'zod';
import { uiRequest, type UiAddress } from '../../../engines/engine.ts';
import { toInstantOrNull } from '../../../lib/clock.ts';
import { logPages, type ListedExecutor } from '../metrics/executor-answers.ts';
import { cut } from '../model.ts';

/** What Spark's own REST interface says of an application. A driver may run anybody's code, so nothing of an answer is believed. */

const answerMs = 5000;
const maxAnswer = 4 * 1024 * 1024;
const mostExecutors = 1000;

const count = z.number().int().min(0).catch(0);
const amount = z.number().min(0).catch(0);
const time = z
  .string()
  .transform((text) => Date.parse(text.replace(/GMT$/, 'Z')))
  .pipe(z.number().min(0).max(Date.parse('9999-12-31T23:59:59.999Z')))
  .nullable()
  .catch(null);
const executor = z.object({
  id: cut(100),
  hostPort: cut(300),
  isActive: z.boolean(),
  totalCores: count,
  memoryUsed: amount,
  maxMemory: amount,
  activeTasks: count,
  completedTasks: count,
  failedTasks: count,
  totalInputBytes: amount,
  totalShuffleRead: amount,
  totalShuffleWrite: amount,
  totalDuration: amount,
  totalGCTime: amount,
  addTime: time.optional(),
  removeTime: time.optional(),
  removeReason: cut(1000).nullable().optional(),
  executorLogs: logPages.optional().catch({}),
  peakMemoryMetrics: z.object({ JVMHeapMemory: amount }).nullable().optional().catch(null),
});
type Executor = z.infer<typeof executor>;

const stage = z.object({
  status: z.string(),
  numTasks: count,
  numCompleteTasks: count,
});
const job = z.object({
  jobId: z.number().int(),
  name: cut(300).catch(''),
  description: cut(300).optional(),
  status: z.string(),
  numTasks: count,
  numCompletedTasks: count,
});

export type Measured = {
  readonly metrics: SessionMetrics;
  readonly sample: SessionSample;
  readonly progress: number | null;
  readonly executors: readonly ListedExecutor[];
};

/** What an application does at the moment; null: it does not answer. `heapMaxBytes`: of its driver. */
export async function measure(ui: UiAddress, applicationId: string, heapMaxBytes: number): Promise<Measured | null> {
  const of = (path: string) => ask(ui, `/api/v1/applications/${encodeURIComponent(applicationId)}/${path}`);
  const [executors, jobs, stages] = await Promise.all([of('allexecutors'), of('jobs?status=running'), of('stages')]);
  const all = z.array(executor).safeParse(cap(executors));
  if (!all.success) return null;
  const [active] = z.array(job).safeParse(cap(jobs)).data ?? [];
  const workers = all.data.filter(works);
  const sum = (read: (one: Executor) => number, of_ = all.data) => of_.reduce((total, one) => total + read(one), 0);
  const driver = all.data.find(({ id }) => id === 'driver');
  const peaks = workers
    .filter(({ id }) => id !== 'driver')
    .flatMap((one) => one.peakMemoryMetrics?.JVMHeapMemory ?? []);
  const shared = {
    executors: workers.length,
    cores: sum((one) => one.totalCores, workers),
    memoryUsedBytes: sum((one) => one.memoryUsed, workers),
    memoryTotalBytes: sum((one) => one.maxMemory, workers),
  };
  return {
    metrics: {
      ...shared,
      activeJob:
        active === undefined
          ? null
          : {
              id: active.jobId,
              description: active.description ?? active.name,
              completedTasks: active.numCompletedTasks,
              totalTasks: active.numTasks,
            },
    },
    sample: {
      ...shared,
      activeTasks: sum(activeTasks, workers),
      completedTasks: sum((one) => one.completedTasks),
      failedTasks: sum((one) => one.failedTasks),
      driverHeapUsedBytes: driver?.peakMemoryMetrics?.JVMHeapMemory ?? 0,
      driverHeapMaxBytes: heapMaxBytes,
      executorHeapPeakBytes: peaks.length === 0 ? null : peaks.reduce((a, b) => a + b, 0),
      inputBytes: sum((one) => one.totalInputBytes),
      shuffleReadBytes: sum((one) => one.totalShuffleRead),
      shuffleWriteBytes: sum((one) => one.totalShuffleWrite),
      taskMs: sum((one) => one.totalDuration),
      gcMs: sum((one) => one.totalGCTime),
    },
    progress: progressOf(z.array(stage).safeParse(cap(stages)).data ?? []),
    executors: listed(all.data),
  };
}

/** How many of the tasks of all stages that Spark knows are done; null: it knows of none. Stages that it could skip count for nothing. */
function progressOf(stages: readonly { status: string; numTasks: number; numCompleteTasks: number }[]): number | null {
  const counted = stages.filter(({ status }) => status !== 'SKIPPED');
  const all = counted.reduce((sum, { numTasks }) => sum + numTasks, 0);
  const done = counted.reduce((sum, one) => sum + Math.min(one.numCompleteTasks, one.numTasks), 0);
  return all === 0 ? null : done / all;
}

/** The executors of an application, those that are there first. A driver that runs no tasks is none. */
const listed = (all: readonly Executor[]): ListedExecutor[] =>
  all
    .filter(({ id, totalCores }) => id !== 'driver' || totalCores > 0)
    .toSorted((a, b) => Number(b.isActive) - Number(a.isActive) || Number(a.id) - Number(b.id))
    .map(describe);

function describe(one: Executor): ListedExecutor {
  const pages = one.executorLogs ?? {};
  return {
    id: one.id,
    host: one.hostPort,
    active: one.isActive,
    cores: one.totalCores,
    memoryUsedBytes: one.memoryUsed,
    memoryTotalBytes: one.maxMemory,
    activeTasks: activeTasks(one),
    completedTasks: one.completedTasks,
    failedTasks: one.failedTasks,
    addedAt: toInstantOrNull(one.addTime ?? null),
    removedAt: toInstantOrNull(one.removeTime ?? null),
    removeReason: one.removeReason ?? null,
    // Those of the driver are files of ours.
    logs: executorStream.options.filter((stream) => one.id === 'driver' || pages[stream] !== undefined),
    pages,
  };
}

/** Executors that run tasks: the driver is one in local mode only. */
const works = ({ isActive, totalCores }: Executor): boolean => isActive && totalCores > 0;
/** Spark gives a core to the next task before it has heard of the end of the one before. */
const activeTasks = (one: Executor): number => Math.min(one.activeTasks, one.totalCores);

const cap = (answer: unknown): unknown => (Array.isArray(answer) ? answer.slice(0, mostExecutors) : answer);

/** What Spark's REST answers; null: nothing that can be read. */
async function ask(ui: UiAddress, path: string): Promise<unknown> {
  const { promise, resolve } = Promise.withResolvers<unknown>();
  const asked = request({ ...uiRequest(ui), path, signal: AbortSignal.timeout(answerMs) }, (answer) => {
    const pieces: Buffer[] = [];
    let size = 0;
    answer.on('data', (piece: Buffer) => {
      size += piece.length;
      if (size > maxAnswer) answer.destroy();
      else pieces.push(piece);
    });
    answer.on('error', () => resolve(null));
    answer.on('close', () => resolve(parse(Buffer.concat(pieces).toString('utf8'))));
  });
  asked.on('error', () => resolve(null));
  asked.end();
  return promise;
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
