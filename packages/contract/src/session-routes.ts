import { z } from 'zod';
import type { RouteShape } from './route-shape.ts';
import { batch } from './schemas/batches.ts';
import { livySettings, livySettingsBody, livyTest } from './schemas/livy.ts';
import { followQuery, listOf } from './schemas/primitives.ts';
import { projectName } from './schemas/projects.ts';
import { openedPage } from './schemas/servers.ts';
import { executorLogQuery, metricsOverTime, sessionExecutors, sinceQuery } from './schemas/session-metrics.ts';
import { session } from './schemas/sessions.ts';

const inProject = z.object({ project: projectName });
const inSession = inProject.extend({
  id: z.coerce
    .number()
    .int()
    .min(0)
    .max(2 ** 31 - 1),
});

/** Spark applications of a project: sessions, batches, and the Livy that they run on. */
export const sessionRoutes = {
  'sessions.list': {
    method: 'GET',
    path: '/projects/{project}/sessions',
    access: { project: 'viewer' },
    summary: "Spark applications: the caller's; all of the project for owners",
    params: inProject,
    response: listOf(session),
  },
  'sessions.get': {
    method: 'GET',
    path: '/projects/{project}/sessions/{id}',
    access: { project: 'viewer' },
    summary: 'One of them',
    params: inSession,
    response: session,
  },
  'sessions.stop': {
    method: 'DELETE',
    path: '/projects/{project}/sessions/{id}',
    access: { project: 'editor' },
    summary: 'Stop it',
    params: inSession,
    status: 202,
    response: session,
  },
  'sessions.log': {
    method: 'GET',
    path: '/projects/{project}/sessions/{id}/log',
    access: { project: 'viewer' },
    summary: "The driver's log, as text; follow=1 streams",
    params: inSession,
    query: followQuery,
  },
  'sessions.openUi': {
    method: 'POST',
    path: '/projects/{project}/sessions/{id}/ui',
    access: { project: 'viewer', in: ['active', 'archived'] },
    summary: 'An address that opens the Spark UI, good once',
    params: inSession,
    response: openedPage,
  },
  'sessions.metrics': {
    method: 'GET',
    path: '/projects/{project}/sessions/{id}/metrics',
    access: { project: 'viewer' },
    summary: 'What was measured of it over time: tasks, memory, shuffle, input',
    params: inSession,
    query: sinceQuery,
    response: metricsOverTime,
  },
  'sessions.executors': {
    method: 'GET',
    path: '/projects/{project}/sessions/{id}/executors',
    access: { project: 'viewer' },
    summary: 'Its executors, those that are gone as well, while it runs',
    params: inSession,
    response: sessionExecutors,
  },
  'sessions.executorLog': {
    method: 'GET',
    path: '/projects/{project}/sessions/{id}/executors/{executor}/log',
    access: { project: 'viewer' },
    summary: "An executor's log, as text: its end, or from a byte on; follow=1 streams",
    params: inSession.extend({ executor: z.string().min(1).max(100) }),
    query: executorLogQuery,
  },
  'livy.get': {
    method: 'GET',
    path: '/projects/{project}/livy',
    access: { project: 'viewer' },
    summary: 'The Livy that sessions of the project run on, if not on Emberlab itself',
    params: inProject,
    response: livySettings,
  },
  'livy.set': {
    method: 'PUT',
    path: '/projects/{project}/livy',
    access: { project: 'owner' },
    summary: 'Let new sessions run on a Livy',
    params: inProject,
    body: livySettingsBody,
    response: livySettings,
  },
  'livy.remove': {
    method: 'DELETE',
    path: '/projects/{project}/livy',
    access: { project: 'owner' },
    summary: 'Let new sessions run on Emberlab itself again',
    params: inProject,
    response: livySettings,
  },
  'livy.test': {
    method: 'POST',
    path: '/projects/{project}/livy/test',
    access: { project: 'owner' },
    summary: 'Try a Livy without using it',
    params: inProject,
    body: livySettingsBody,
    response: livyTest,
  },
  'batches.list': {
    method: 'GET',
    path: '/projects/{project}/batches',
    access: { project: 'viewer' },
    summary: "Batches: the caller's; all of the project for owners",
    params: inProject,
    response: listOf(batch),
  },
  'batches.get': {
    method: 'GET',
    path: '/projects/{project}/batches/{id}',
    access: { project: 'viewer' },
    summary: 'One of them',
    params: inSession,
    response: batch,
  },
  'batches.stop': {
    method: 'DELETE',
    path: '/projects/{project}/batches/{id}',
    access: { project: 'editor' },
    summary: 'Stop it',
    params: inSession,
    status: 202,
    response: batch,
  },
  'batches.log': {
    method: 'GET',
    path: '/projects/{project}/batches/{id}/log',
    access: { project: 'viewer' },
    summary: 'Its log, as text; follow=1 streams',
    params: inSession,
    query: followQuery,
  },
} as const satisfies Record<string, RouteShape>;
