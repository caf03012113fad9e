import { z } from 'zod';
import type { RouteShape } from './route-shape.ts';
import {
  environmentOperation,
  environmentUpload,
  exportQuery,
  newOperation,
  operationsQuery,
  revisionEntry,
} from './schemas/environment-operations.ts';
import { environment, logText } from './schemas/environments.ts';
import { uploadQuery } from './schemas/files.ts';
import { indexSettings, indexSettingsBody, indexTest } from './schemas/index-settings.ts';
import {
  indexLibrary,
  libraries,
  libraryConflicts,
  libraryName,
  librarySearch,
  librarySearchQuery,
} from './schemas/libraries.ts';
import { listOf, opaqueId } from './schemas/primitives.ts';
import { projectName } from './schemas/projects.ts';

const inProject = z.object({ project: projectName });
const ofOperation = inProject.extend({ id: opaqueId });

/** The Python environment of a project, and where the libraries of all projects come from. */
export const environmentRoutes = {
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
    summary: 'Build the next revision from the base set and what was asked for; nothing while a change is being made',
    params: inProject,
    status: 202,
    response: environment,
  },
  'environment.libraries': {
    method: 'GET',
    path: '/projects/{project}/environment/libraries',
    access: { project: 'viewer' },
    summary: 'What is installed, by name',
    params: inProject,
    response: libraries,
  },
  'environment.findUpdates': {
    method: 'POST',
    path: '/projects/{project}/environment/libraries/updates',
    access: { project: 'viewer' },
    summary: 'The same, after looking in the index for newer versions of all; nothing changes',
    params: inProject,
    response: libraries,
  },
  'environment.conflicts': {
    method: 'GET',
    path: '/projects/{project}/environment/conflicts',
    access: { project: 'viewer' },
    summary: 'What libraries need and do not find, and what is not as the lock has it, looked up now',
    params: inProject,
    response: libraryConflicts,
  },
  'environment.search': {
    method: 'GET',
    path: '/projects/{project}/environment/index',
    access: { project: 'viewer' },
    summary: 'Names of libraries in the index, the best match first',
    params: inProject,
    query: librarySearchQuery,
    response: librarySearch,
  },
  'environment.library': {
    method: 'GET',
    path: '/projects/{project}/environment/index/{name}',
    access: { project: 'viewer' },
    summary: 'A library in the index, with the versions that fit the Python in use',
    params: inProject.extend({ name: libraryName }),
    response: indexLibrary,
  },
  'environment.upload': {
    method: 'POST',
    path: '/projects/{project}/environment/uploads',
    access: { project: 'owner' },
    summary:
      'Hand in a wheel, a source archive, a requirements.txt or an environment.yml, as application/octet-stream; nothing is installed yet',
    params: inProject,
    query: uploadQuery,
    status: 201,
    response: environmentUpload,
  },
  'environment.change': {
    method: 'POST',
    path: '/projects/{project}/environment/operations',
    access: { project: 'owner' },
    summary: 'Install, uninstall, update, recreate, restore or repair; changes are made one after the other',
    params: inProject,
    body: newOperation,
    status: 202,
    response: environmentOperation,
  },
  'environment.operations': {
    method: 'GET',
    path: '/projects/{project}/environment/operations',
    access: { project: 'viewer' },
    summary: 'Changes of the environment, the newest first',
    params: inProject,
    query: operationsQuery,
    response: listOf(environmentOperation),
  },
  'environment.operation': {
    method: 'GET',
    path: '/projects/{project}/environment/operations/{id}',
    access: { project: 'viewer' },
    summary: 'One of them',
    params: ofOperation,
    response: environmentOperation,
  },
  'environment.cancel': {
    method: 'DELETE',
    path: '/projects/{project}/environment/operations/{id}',
    access: { project: 'owner' },
    summary: 'Cancel it; what is in use stays so',
    params: ofOperation,
    status: 202,
    response: environmentOperation,
  },
  'environment.operationLog': {
    method: 'GET',
    path: '/projects/{project}/environment/operations/{id}/log',
    access: { project: 'viewer' },
    summary: 'What it printed, as text; follow=1 streams',
    params: ofOperation,
    query: z.object({ follow: z.enum(['0', '1']).optional() }),
  },
  'environment.revisions': {
    method: 'GET',
    path: '/projects/{project}/environment/revisions',
    access: { project: 'viewer' },
    summary: 'Revisions that worked, the newest first',
    params: inProject,
    response: listOf(revisionEntry),
  },
  'environment.export': {
    method: 'GET',
    path: '/projects/{project}/environment/export',
    access: { project: 'viewer' },
    summary: 'The requirements or the lock of a revision, as text',
    params: inProject,
    query: exportQuery,
  },
  'indexSettings.get': {
    method: 'GET',
    path: '/settings/package-index',
    access: 'admin',
    summary: 'Where libraries come from in all projects, and which may not come',
    response: indexSettings,
  },
  'indexSettings.set': {
    method: 'PUT',
    path: '/settings/package-index',
    access: 'admin',
    summary: 'Set that; what is installed stays so',
    body: indexSettingsBody,
    response: indexSettings,
  },
  'indexSettings.test': {
    method: 'POST',
    path: '/settings/package-index/test',
    access: 'admin',
    summary: 'Try such settings without using them',
    body: indexSettingsBody,
    response: indexTest,
  },
} as const satisfies Record<string, RouteShape>;
