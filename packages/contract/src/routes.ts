import { z } from 'zod';
import { accountRoutes } from './account-routes.ts';
import { configurationShape } from './configuration/shape.ts';
import {
  auditEvent,
  auditExportQuery,
  auditQuery,
  projectAuditExportQuery,
  projectAuditQuery,
} from './schemas/audit.ts';
import { batch } from './schemas/batches.ts';
import {
  checkedConfiguration,
  configuration,
  configurationDefaults,
  configurationDefaultsBody,
  sparkPlace,
} from './schemas/configuration.ts';
import { environment, logText } from './schemas/environments.ts';
import { projectEntry, projectEntryQuery, projectFolderQuery, uploadQuery } from './schemas/files.ts';
import { livySettings, livySettingsBody, livyTest } from './schemas/livy.ts';
import { notebookRun, notebookRunsQuery, recentNotebook, recentNotebooksQuery } from './schemas/notebooks.ts';
import type { RouteShape } from './route-shape.ts';
import { listOf, opaqueId } from './schemas/primitives.ts';
import { projectRoutes } from './project-routes.ts';
import { projectName } from './schemas/projects.ts';
import { openedPage, openServerBody, server, extendServerBody, startServerBody, serverRun } from './schemas/servers.ts';
import { executorLogQuery, sessionExecutors, metricsOverTime, sinceQuery } from './schemas/session-metrics.ts';
import { session } from './schemas/sessions.ts';
import { system } from './schemas/system.ts';

const define = <const T extends Record<string, RouteShape>>(table: T): T => table;

const inProject = z.object({ project: projectName });
const inSession = inProject.extend({
  id: z.coerce
    .number()
    .int()
    .min(0)
    .max(2 ** 31),
});
const follow = z.object({ follow: z.enum(['0', '1']).optional() });

/**
 * Every route of the API, once: the server registers handlers by these names and checks access by `access`, the client is typed by them, and
 * OpenAPI is made from them.
 */
export const routes = define({
  ...accountRoutes,
  'system.get': {
    method: 'GET',
    path: '/system',
    access: 'user',
    summary: 'Version and notices of the platform',
    response: system,
  },
  ...projectRoutes,
  'environment.get': {
    method: 'GET',
    path: '/projects/{project}/environment',
    access: { project: 'viewer' },
    summary: 'The Python environment',
    params: inProject,
    response: environment,
  },
  'environment.log': {
    method: 'GET',
    path: '/projects/{project}/environment/log',
    access: { project: 'viewer' },
    summary: 'What the last build printed',
    params: inProject,
    response: logText,
  },
  'environment.rebuild': {
    method: 'POST',
    path: '/projects/{project}/environment/rebuild',
    access: { project: 'owner' },
    summary: 'Build the next revision from the base set',
    params: inProject,
    status: 202,
    response: environment,
  },
  'configuration.defaults': {
    method: 'GET',
    path: '/projects/{project}/configuration/defaults',
    access: { project: 'viewer' },
    summary: 'What Jupyter servers and jobs of the project begin with',
    params: inProject,
    response: configurationDefaults,
  },
  'configuration.saveDefaults': {
    method: 'PUT',
    path: '/projects/{project}/configuration/defaults',
    access: { project: 'owner' },
    summary: 'Set that',
    params: inProject,
    body: configurationDefaultsBody,
    response: configurationDefaults,
  },
  'configuration.place': {
    method: 'GET',
    path: '/projects/{project}/configuration/place',
    access: { project: 'viewer' },
    summary: 'Where Spark applications of the project run',
    params: inProject,
    response: sparkPlace,
  },
  'configuration.check': {
    method: 'POST',
    path: '/projects/{project}/configuration/check',
    access: { project: 'editor' },
    summary: 'What is wrong with a configuration, and what Spark would get; nothing is saved',
    params: inProject,
    body: configurationShape,
    response: checkedConfiguration,
  },
  'files.list': {
    method: 'GET',
    path: '/projects/{project}/files',
    access: { project: 'viewer' },
    summary: 'What is in a folder of the project, folders first',
    params: inProject,
    query: projectFolderQuery,
    response: listOf(projectEntry),
  },
  'files.entry': {
    method: 'GET',
    path: '/projects/{project}/files/entry',
    access: { project: 'viewer' },
    summary: 'What lies at a path of the project: a file or a folder',
    params: inProject,
    query: projectEntryQuery,
    response: projectEntry,
  },
  'files.upload': {
    method: 'POST',
    path: '/projects/{project}/files',
    access: { project: 'editor' },
    summary: 'Put a file into Resources: the body is its content, as application/octet-stream; nothing is overwritten',
    params: inProject,
    query: uploadQuery,
    status: 201,
    response: projectEntry,
  },
  'jupyter.configuration': {
    method: 'GET',
    path: '/projects/{project}/jupyter/configuration',
    access: { project: 'editor' },
    summary: "The caller's configuration for Jupyter; the project's defaults unless they have said otherwise",
    params: inProject,
    response: configurationShape,
  },
  'jupyter.saveConfiguration': {
    method: 'PUT',
    path: '/projects/{project}/jupyter/configuration',
    access: { project: 'editor' },
    summary: 'Save it',
    params: inProject,
    body: configuration,
    response: configurationShape,
  },
  'jupyter.resetConfiguration': {
    method: 'DELETE',
    path: '/projects/{project}/jupyter/configuration',
    access: { project: 'editor' },
    summary: "Go back to the project's defaults, and follow them",
    params: inProject,
    response: configurationShape,
  },
  'jupyter.server': {
    method: 'GET',
    path: '/projects/{project}/jupyter/server',
    access: { project: 'editor' },
    summary: "The caller's Jupyter server",
    params: inProject,
    response: server,
  },
  'jupyter.start': {
    method: 'POST',
    path: '/projects/{project}/jupyter/server',
    access: { project: 'editor' },
    summary:
      'Start it, as saved, with a configuration, or with that of a notebook; one that runs already is answered as it is',
    params: inProject,
    body: startServerBody,
    status: 202,
    response: server,
  },
  'jupyter.stop': {
    method: 'DELETE',
    path: '/projects/{project}/jupyter/server',
    access: { project: 'editor' },
    summary: 'Stop it, its kernels and their Spark sessions',
    params: inProject,
    status: 202,
    response: server,
  },
  'jupyter.extend': {
    method: 'POST',
    path: '/projects/{project}/jupyter/server/extend',
    access: { project: 'editor' },
    summary: 'Let it run longer',
    params: inProject,
    body: extendServerBody,
    response: server,
  },
  'jupyter.open': {
    method: 'POST',
    path: '/projects/{project}/jupyter/server/open',
    access: { project: 'editor' },
    summary: 'An address that opens JupyterLab, good once',
    params: inProject,
    body: openServerBody,
    response: openedPage,
  },
  'jupyter.runs': {
    method: 'GET',
    path: '/projects/{project}/jupyter/server/runs',
    access: { project: 'editor' },
    summary: "The runs of the caller's server whose logs are kept, the newest first",
    params: inProject,
    response: listOf(serverRun),
  },
  'jupyter.log': {
    method: 'GET',
    path: '/projects/{project}/jupyter/server/log',
    access: { project: 'editor' },
    summary: 'The log of the last run, or of another, as text; follow=1 streams',
    params: inProject,
    query: follow.extend({ run: opaqueId.optional() }),
  },
  'notebooks.recent': {
    method: 'GET',
    path: '/projects/{project}/notebooks/recent',
    access: { project: 'viewer' },
    summary: 'Notebooks by their last runs, the newest first',
    params: inProject,
    query: recentNotebooksQuery,
    response: listOf(recentNotebook),
  },
  'notebooks.runs': {
    method: 'GET',
    path: '/projects/{project}/notebooks/runs',
    access: { project: 'viewer' },
    summary: 'The runs of a notebook, the newest first',
    params: inProject,
    query: notebookRunsQuery,
    response: listOf(notebookRun),
  },
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
    query: follow,
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
    query: follow,
  },
  'audit.list': {
    method: 'GET',
    path: '/audit',
    access: 'admin',
    summary: 'Who did what, the newest first',
    query: auditQuery,
    response: listOf(auditEvent),
  },
  'audit.export': {
    method: 'GET',
    path: '/audit/export',
    access: 'admin',
    summary: 'The same as JSON lines, all of it, the oldest first',
    query: auditExportQuery,
  },
  'audit.ofProject': {
    method: 'GET',
    path: '/projects/{project}/audit',
    access: { project: 'owner' },
    summary: 'Who did what in the project, the newest first',
    params: inProject,
    query: projectAuditQuery,
    response: listOf(auditEvent),
  },
  'audit.exportOfProject': {
    method: 'GET',
    path: '/projects/{project}/audit/export',
    access: { project: 'owner' },
    summary: 'The same as JSON lines, all of it, the oldest first',
    params: inProject,
    query: projectAuditExportQuery,
  },
});

export type Routes = typeof routes;
export type RouteName = keyof Routes;
