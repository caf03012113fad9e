import { z } from 'zod';
import type { RouteShape } from '../route-shape.ts';
import { listOf, nothing } from '../schemas/primitives.ts';
import { projectName } from '../schemas/projects.ts';
import { openedPage } from '../schemas/servers.ts';
import { executorLogQuery, metricsOverTime, sessionExecutors, sinceQuery } from '../schemas/session-metrics.ts';
import { execution, executionsQuery, runJobBody } from './execution.ts';
import {
  changedJobBody,
  copyJobBody,
  importJobBody,
  inspection,
  inspectionQuery,
  job,
  jobExport,
  jobsQuery,
  newJobBody,
} from './job.ts';

const inProject = z.object({ project: projectName });
const withId = inProject.extend({
  id: z.coerce
    .number()
    .int()
    .min(1)
    .max(2 ** 31 - 1),
});

/** Jobs and their runs. */
export const jobRoutes = {
  'jobs.list': {
    method: 'GET',
    path: '/projects/{project}/jobs',
    access: { project: 'viewer' },
    summary: 'Jobs of the project, with their last runs',
    params: inProject,
    query: jobsQuery,
    response: listOf(job),
  },
  'jobs.inspect': {
    method: 'GET',
    path: '/projects/{project}/jobs/inspection',
    access: { project: 'viewer' },
    summary: 'What can be told of a program: its type, main class or kernel',
    params: inProject,
    query: inspectionQuery,
    response: inspection,
  },
  'jobs.create': {
    method: 'POST',
    path: '/projects/{project}/jobs',
    access: { project: 'editor' },
    summary: 'Make a job of a file; what is left out is told from the file',
    params: inProject,
    body: newJobBody,
    status: 201,
    response: job,
  },
  'jobs.import': {
    method: 'POST',
    path: '/projects/{project}/jobs/import',
    access: { project: 'editor' },
    summary: 'Make a job of an exported one',
    params: inProject,
    body: importJobBody,
    status: 201,
    response: job,
  },
  'jobs.get': {
    method: 'GET',
    path: '/projects/{project}/jobs/{id}',
    access: { project: 'viewer' },
    summary: 'A job',
    params: withId,
    response: job,
  },
  'jobs.change': {
    method: 'PUT',
    path: '/projects/{project}/jobs/{id}',
    access: { project: 'editor' },
    summary: 'Change it: its owner and owners of the project may; runs that there are keep what they began with',
    params: withId,
    body: changedJobBody,
    response: job,
  },
  'jobs.copy': {
    method: 'POST',
    path: '/projects/{project}/jobs/{id}/copy',
    access: { project: 'editor' },
    summary: 'Make another job like it, which belongs to the caller',
    params: withId,
    body: copyJobBody,
    status: 201,
    response: job,
  },
  'jobs.export': {
    method: 'GET',
    path: '/projects/{project}/jobs/{id}/export',
    access: { project: 'viewer' },
    summary: 'The job as a file that can be imported',
    params: withId,
    response: jobExport,
  },
  'jobs.remove': {
    method: 'DELETE',
    path: '/projects/{project}/jobs/{id}',
    access: { project: 'editor' },
    summary: 'Delete it and stop its runs: its owner and owners of the project may; runs and their logs are kept',
    params: withId,
    response: nothing,
  },
  'jobs.run': {
    method: 'POST',
    path: '/projects/{project}/jobs/{id}/executions',
    access: { project: 'editor' },
    summary: 'Run it',
    params: withId,
    body: runJobBody,
    status: 202,
    response: execution,
  },
  'executions.list': {
    method: 'GET',
    path: '/projects/{project}/executions',
    access: { project: 'viewer' },
    summary: 'Runs, of one job or of all, the newest first',
    params: inProject,
    query: executionsQuery,
    response: listOf(execution),
  },
  'executions.get': {
    method: 'GET',
    path: '/projects/{project}/executions/{id}',
    access: { project: 'viewer' },
    summary: 'A run',
    params: withId,
    response: execution,
  },
  'executions.stop': {
    method: 'POST',
    path: '/projects/{project}/executions/{id}/stop',
    access: { project: 'editor' },
    summary:
      "Stop it: who started it, the job's owner and owners of the project may; one that has ended stays as it is",
    params: withId,
    status: 202,
    response: execution,
  },
  'executions.remove': {
    method: 'DELETE',
    path: '/projects/{project}/executions/{id}',
    access: { project: 'editor' },
    summary: 'Delete a run that has ended, with its log',
    params: withId,
    response: nothing,
  },
  'executions.log': {
    method: 'GET',
    path: '/projects/{project}/executions/{id}/log',
    access: { project: 'viewer' },
    summary: 'Its log, as text; follow=1 streams',
    params: withId,
    query: z.object({ follow: z.enum(['0', '1']).optional() }),
  },
  'executions.openUi': {
    method: 'POST',
    path: '/projects/{project}/executions/{id}/ui',
    access: { project: 'viewer', in: ['active', 'archived'] },
    summary: 'An address that opens its Spark UI, good once',
    params: withId,
    response: openedPage,
  },
  'executions.metrics': {
    method: 'GET',
    path: '/projects/{project}/executions/{id}/metrics',
    access: { project: 'viewer' },
    summary: 'What was measured of its Spark application over time',
    params: withId,
    query: sinceQuery,
    response: metricsOverTime,
  },
  'executions.executors': {
    method: 'GET',
    path: '/projects/{project}/executions/{id}/executors',
    access: { project: 'viewer' },
    summary: 'The executors of its Spark application; when it has ended, as they were seen last',
    params: withId,
    response: sessionExecutors,
  },
  'executions.executorLog': {
    method: 'GET',
    path: '/projects/{project}/executions/{id}/executors/{executor}/log',
    access: { project: 'viewer' },
    summary: "An executor's log, as text: its end, or from a byte on; follow=1 streams",
    params: withId.extend({ executor: z.string().min(1).max(100) }),
    query: executorLogQuery,
  },
} as const satisfies Record<string, RouteShape>;
