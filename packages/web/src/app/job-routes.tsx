import { createRoute, lazyRouteComponent } from '@tanstack/react-router';
import { readJobSearch, readNewJobSearch, readRunSearch } from '../features/jobs/job-search.ts';
import { readStreamSearch } from '../features/sessions/stream-search.ts';
import { project } from './base-routes.tsx';

const jobs = createRoute({
  getParentRoute: () => project,
  path: '/jobs',
  validateSearch: readJobSearch,
  component: lazyRouteComponent(() => import('../features/jobs/jobs-page.tsx'), 'JobsPage'),
});

const newJob = createRoute({
  getParentRoute: () => project,
  path: '/jobs/new',
  validateSearch: readNewJobSearch,
  component: lazyRouteComponent(() => import('../features/jobs/new-job-page.tsx'), 'NewJobPage'),
});

const job = createRoute({
  getParentRoute: () => project,
  path: '/jobs/$job',
  component: lazyRouteComponent(() => import('../features/jobs/job-page.tsx'), 'JobPage'),
});

const jobRuns = createRoute({
  getParentRoute: () => job,
  path: '/',
  validateSearch: readRunSearch,
  component: lazyRouteComponent(() => import('../features/jobs/runs-tab.tsx'), 'RunsTab'),
});

const jobSchedule = createRoute({
  getParentRoute: () => job,
  path: '/schedule',
  component: lazyRouteComponent(() => import('../features/jobs/schedule-tab.tsx'), 'ScheduleTab'),
});

const jobAlerts = createRoute({
  getParentRoute: () => job,
  path: '/alerts',
  component: lazyRouteComponent(() => import('../features/jobs/alerts-tab.tsx'), 'AlertsTab'),
});

const jobDefinition = createRoute({
  getParentRoute: () => job,
  path: '/definition',
  component: lazyRouteComponent(() => import('../features/jobs/definition-tab.tsx'), 'DefinitionTab'),
});

const editJob = createRoute({
  getParentRoute: () => project,
  path: '/jobs/$job/edit',
  component: lazyRouteComponent(() => import('../features/jobs/edit-job-page.tsx'), 'EditJobPage'),
});

const run = createRoute({
  getParentRoute: () => project,
  path: '/jobs/runs/$run',
  component: lazyRouteComponent(() => import('../features/jobs/run-page.tsx'), 'RunPage'),
});

const runLog = createRoute({
  getParentRoute: () => run,
  path: '/',
  component: lazyRouteComponent(() => import('../features/jobs/run-log-tab.tsx'), 'RunLogTab'),
});

const runSpark = createRoute({
  getParentRoute: () => run,
  path: '/spark',
  component: lazyRouteComponent(() => import('../features/jobs/run-spark-tab.tsx'), 'RunSparkTab'),
});

const runExecutorLog = createRoute({
  getParentRoute: () => run,
  path: '/spark/executors/$executor/log',
  validateSearch: readStreamSearch,
  component: lazyRouteComponent(() => import('../features/jobs/run-executor-log-tab.tsx'), 'RunExecutorLogTab'),
});

const runNotebook = createRoute({
  getParentRoute: () => run,
  path: '/notebook',
  component: lazyRouteComponent(() => import('../features/jobs/run-notebook-tab.tsx'), 'RunNotebookTab'),
});

const runMetrics = createRoute({
  getParentRoute: () => run,
  path: '/metrics',
  component: lazyRouteComponent(() => import('../features/jobs/run-metrics-tab.tsx'), 'RunMetricsTab'),
});

const runDefinition = createRoute({
  getParentRoute: () => run,
  path: '/definition',
  component: lazyRouteComponent(() => import('../features/jobs/run-definition-tab.tsx'), 'RunDefinitionTab'),
});

const runFiles = createRoute({
  getParentRoute: () => run,
  path: '/files',
  component: lazyRouteComponent(() => import('../features/jobs/run-files-tab.tsx'), 'RunFilesTab'),
});

/** The pages of jobs and their runs. */
export const jobRoutes = [
  jobs,
  newJob,
  job.addChildren([jobRuns, jobSchedule, jobAlerts, jobDefinition]),
  editJob,
  run.addChildren([runLog, runSpark, runExecutorLog, runNotebook, runMetrics, runFiles, runDefinition]),
] as const;
