import { z } from 'zod';
import { configurationShape } from './configuration/shape.ts';
import type { RouteShape } from './route-shape.ts';
import { configuration } from './schemas/configuration.ts';
import { notebookRun, notebookRunsQuery, recentNotebook, recentNotebooksQuery } from './schemas/notebooks.ts';
import { followQuery, listOf, opaqueId } from './schemas/primitives.ts';
import { projectName } from './schemas/projects.ts';
import { extendServerBody, openedPage, openServerBody, server, serverRun, startServerBody } from './schemas/servers.ts';

const inProject = z.object({ project: projectName });

/** The caller's Jupyter server in a project, and the notebooks that ran there. */
export const jupyterRoutes = {
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
    query: followQuery.extend({ run: opaqueId.optional() }),
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
} as const satisfies Record<string, RouteShape>;
