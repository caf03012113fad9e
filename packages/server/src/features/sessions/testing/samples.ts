import type { SessionSample } from '@emberlab/contract';

/** What a driver of one executor with two cores measures while nothing happens. */
export const quietSample: SessionSample = {
  executors: 1,
  cores: 2,
  activeTasks: 0,
  completedTasks: 0,
  failedTasks: 0,
  memoryUsedBytes: 10,
  memoryTotalBytes: 1000,
  driverHeapUsedBytes: 200,
  driverHeapMaxBytes: 800,
  executorHeapPeakBytes: null,
  inputBytes: 0,
  shuffleReadBytes: 0,
  shuffleWriteBytes: 0,
  taskMs: 0,
  gcMs: 0,
};
