import { z } from 'zod';
import { configurationShape } from './configuration/shape.ts';
import type { RouteShape } from './route-shape.ts';
import {
  checkedConfiguration,
  configurationDefaults,
  configurationDefaultsBody,
  configurationPlace,
  configurationUse,
} from './schemas/configuration.ts';
import { projectName } from './schemas/projects.ts';

const inProject = z.object({ project: projectName });

/** What the Jupyter servers and jobs of a project begin with. */
export const configurationRoutes = {
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
    summary: 'Where Spark applications of the project run, and the profiles that its Jupyter servers may have',
    params: inProject,
    response: configurationPlace,
  },
  'configuration.check': {
    method: 'POST',
    path: '/projects/{project}/configuration/check',
    access: { project: 'editor' },
    summary: 'What is wrong with a configuration, and what Spark would get; nothing is saved',
    params: inProject,
    query: z.object({ for: configurationUse.default('jupyter') }),
    body: configurationShape,
    response: checkedConfiguration,
  },
} as const satisfies Record<string, RouteShape>;
