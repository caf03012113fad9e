import {
  defaultConfiguration,
  defaultPythonConfiguration,
  jobPolicy,
  type Execution,
  type Inspection,
  type Job,
  type Schedule,
} from '@emberlab/contract';
import { user } from '../../test/app.tsx';

const at = '2026-01-31T09:30:00.000Z';
const owner = { email: user.email, name: user.name };

export const job: Job = {
  id: 7,
  name: 'nightly',
  type: 'pyspark',
  program: 'Resources/nightly.py',
  mainClass: null,
  arguments: ['--day', '2026-01-31'],
  parameters: {},
  configuration: defaultConfiguration,
  policy: jobPolicy.parse({}),
  owner,
  mine: true,
  mayChange: true,
  createdAt: at,
  updatedAt: at,
  lastRuns: [
    { id: 12, state: 'failed', createdAt: at, durationSeconds: 30 },
    { id: 11, state: 'succeeded', createdAt: at, durationSeconds: 120 },
  ],
  nextRunAt: null,
};

/** A job of a notebook. */
export const report: Job = {
  ...job,
  id: 8,
  name: 'report',
  type: 'python',
  program: 'Jupyter/report.ipynb',
  arguments: [],
  parameters: { limit: 20 },
  configuration: defaultPythonConfiguration,
  lastRuns: [],
};

export const run: Execution = {
  id: 12,
  jobId: 7,
  jobName: 'nightly',
  type: 'pyspark',
  program: 'Resources/nightly.py',
  state: 'failed',
  trigger: { kind: 'manual' },
  arguments: ['--day', '2026-01-31'],
  parameters: {},
  logicalTime: null,
  windowStart: null,
  windowEnd: null,
  attempt: 1,
  revision: 4,
  configuration: defaultConfiguration,
  timeline: [
    { state: 'queued', at },
    { state: 'preparing', at: '2026-01-31T09:30:10.000Z' },
    { state: 'starting', at: '2026-01-31T09:30:12.000Z' },
    { state: 'running', at: '2026-01-31T09:30:20.000Z' },
    { state: 'failed', at: '2026-01-31T09:30:50.000Z' },
  ],
  queuePosition: null,
  waitsFor: null,
  progress: null,
  application: null,
  folder: 'Logs/nightly/12',
  notebook: null,
  reason: 'The program ended with code 3. Please look at its log.',
  startedBy: owner,
  mine: true,
  mayStop: true,
  createdAt: at,
  startedAt: '2026-01-31T09:30:10.000Z',
  endedAt: '2026-01-31T09:30:50.000Z',
  durationSeconds: 40,
};

export const running: Execution = {
  ...run,
  id: 13,
  folder: 'Logs/nightly/13',
  state: 'running',
  timeline: run.timeline.slice(0, 4),
  progress: 0.4,
  reason: null,
  endedAt: null,
  application: {
    applicationId: 'app-13',
    session: null,
    uiAvailable: true,
    metrics: {
      executors: 2,
      cores: 2,
      memoryUsedBytes: 1024 ** 3,
      memoryTotalBytes: 2 * 1024 ** 3,
      activeJob: { id: 1, description: 'count at nightly.py:12', completedTasks: 40, totalTasks: 100 },
    },
  },
};

export const inspected: Inspection = {
  program: 'Resources/nightly.py',
  type: 'pyspark',
  types: ['pyspark', 'python'],
  name: 'nightly',
  mainClass: null,
  kernel: null,
  configuration: defaultConfiguration,
  parameters: [],
  problems: [],
};

/** What is told of the notebook of `report`. */
export const inspectedNotebook: Inspection = {
  ...inspected,
  program: report.program,
  type: 'python',
  types: ['python'],
  name: 'report',
  kernel: 'python3',
  configuration: defaultPythonConfiguration,
  parameters: [
    { name: 'limit', value: 10, plain: true, written: '10' },
    { name: 'dry_run', value: false, plain: true, written: 'False' },
    { name: 'since', value: null, plain: false, written: 'date.today()' },
  ],
};

export const schedule: Schedule = {
  cron: '30 2 * * 1-5',
  timezone: 'Europe/Berlin',
  start: null,
  end: null,
  enabled: true,
  missed: 'one',
  overlap: 'wait',
  paused: null,
  nextRuns: ['2026-02-02T01:30:00.000Z'],
  waiting: 0,
  recent: [
    { at: '2026-01-30T01:30:00.000Z', state: 'skipped', execution: null, reason: 'The run before had not ended.' },
  ],
  changedBy: user.email,
  changedAt: at,
};
