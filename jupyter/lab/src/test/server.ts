import type { LabServer, LabSession } from '@emberlab/contract';

export const now = Date.parse('2026-03-01T12:00:00Z');
const minuteMs = 60_000;

/** A server that runs and has so many minutes left; null: no limit. */
export const running = (minutes: number | null): LabServer => ({
  state: 'running',
  stopsAt: minutes === null ? null : new Date(now + minutes * minuteMs).toISOString(),
  time: { hours: 6, mostHours: 24, mayBeUnlimited: false, runHours: null, idleMinutes: 0 },
  limits: { memoryMb: 4096, cores: 2, by: 'cgroup' },
  use: { memoryMb: 1232, cores: 0.8 },
  project: { name: 'demo', page: 'http://localhost:8080/projects/demo/jupyter' },
  sessions: [],
});

export const stopping: LabServer = { ...running(30), state: 'stopping' };

export const sparkSession: LabSession = {
  id: 7,
  notebook: 'Jupyter/a.ipynb',
  state: 'idle',
  stopped: false,
  executors: 2,
  activeJob: null,
  uiAvailable: true,
  page: 'http://localhost:8080/projects/demo/applications/7',
};
