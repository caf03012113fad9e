import { z } from 'zod';
import { instant } from './primitives.ts';

const count = z.number().int().min(0);
const bytes = z.number().min(0);
const milliseconds = z.number().min(0);
const since = 'since the application began, of executors that are gone as well';

/** What was measured of an application at one moment. Counters only grow, unless Spark forgets executors that are gone for long. */
export const sessionSample = z.object({
  executors: count,
  cores: count,
  activeTasks: count.meta({ description: 'tasks that run at this moment' }),
  completedTasks: count.meta({ description: since }),
  failedTasks: count.meta({ description: since }),
  memoryUsedBytes: bytes.meta({ description: 'storage memory of all executors' }),
  memoryTotalBytes: bytes,
  driverHeapUsedBytes: bytes.meta({ description: "of the driver's JVM, which runs the tasks in local mode" }),
  driverHeapMaxBytes: bytes,
  executorHeapPeakBytes: bytes
    .nullable()
    .meta({ description: 'the most that each executor has used so far, in sum; null: not known (yet), or local mode' }),
  inputBytes: bytes.meta({ description: `read from storage ${since}` }),
  shuffleReadBytes: bytes.meta({ description: since }),
  shuffleWriteBytes: bytes.meta({ description: since }),
  taskMs: milliseconds.meta({ description: `time of all tasks ${since}` }),
  gcMs: milliseconds.meta({ description: `of that, time spent in garbage collection ${since}` }),
});
export type SessionSample = z.infer<typeof sessionSample>;

export const sessionPoint = sessionSample.extend({ at: instant });
export type SessionPoint = z.infer<typeof sessionPoint>;

const note = z
  .string()
  .nullable()
  .meta({ description: 'why there is nothing, for people; null: there may be something' });

/** Metrics over time: close together for the last minutes, further apart for what is older. */
export const metricsOverTime = z.object({
  points: z.array(sessionPoint).meta({ description: 'oldest first' }),
  statements: z
    .array(z.object({ id: z.number().int(), startedAt: instant, completedAt: instant.nullable() }))
    .meta({ description: 'when the last statements ran' }),
  note,
});
export type MetricsOverTime = z.infer<typeof metricsOverTime>;

export const executorStream = z.enum(['stdout', 'stderr']);
export type ExecutorStream = z.infer<typeof executorStream>;

export const sessionExecutor = z.object({
  id: z.string().meta({ description: '`driver` in local mode, where the driver runs the tasks' }),
  host: z.string().meta({ description: 'host and port' }),
  active: z.boolean(),
  cores: count,
  memoryUsedBytes: bytes.meta({ description: 'storage memory' }),
  memoryTotalBytes: bytes,
  activeTasks: count,
  completedTasks: count,
  failedTasks: count,
  addedAt: instant.nullable(),
  removedAt: instant.nullable(),
  removeReason: z.string().nullable().meta({ description: 'in the words of Spark' }),
  logs: z.array(executorStream).meta({ description: 'which of its logs can be read' }),
});
export type SessionExecutor = z.infer<typeof sessionExecutor>;

export const sessionExecutors = z.object({ items: z.array(sessionExecutor), note });
export type SessionExecutors = z.infer<typeof sessionExecutors>;

/** The most of an executor's log that one answer has, bytes. */
const maxLogSize = 2 * 1024 * 1024;
const byteNumber = z.coerce.number().int().min(0).max(Number.MAX_SAFE_INTEGER);

export const sinceQuery = z.object({
  since: instant.optional().meta({ description: 'only what was measured later; the statements are all there' }),
});

export const executorLogQuery = z.object({
  stream: executorStream.optional().meta({ description: 'stderr, where Spark logs to, if it is not said' }),
  from: byteNumber.optional().meta({ description: 'the first byte; else the end of the log' }),
  size: byteNumber.max(maxLogSize).optional().meta({ description: 'at most so many bytes' }),
  follow: z.enum(['0', '1']).optional(),
});
