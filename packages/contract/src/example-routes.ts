import { z } from 'zod';
import type { RouteShape } from './route-shape.ts';
import { example, exampleId, exampleWithNotebook } from './schemas/examples.ts';
import { projectEntry } from './schemas/files.ts';
import { projectName } from './schemas/projects.ts';

const inProject = z.object({ project: projectName });
const one = inProject.extend({ example: exampleId });

/** Notebooks that teach, for the members of a project. */
export const exampleRoutes = {
  'examples.list': {
    method: 'GET',
    path: '/projects/{project}/notebooks/examples',
    access: { project: 'viewer' },
    summary: 'The example notebooks, in the order in which they are best read',
    params: inProject,
    response: z.object({ items: z.array(example) }),
  },
  'examples.get': {
    method: 'GET',
    path: '/projects/{project}/notebooks/examples/{example}',
    access: { project: 'viewer' },
    summary: 'An example with its content',
    params: one,
    response: exampleWithNotebook,
  },
  'examples.copy': {
    method: 'POST',
    path: '/projects/{project}/notebooks/examples/{example}/copies',
    access: { project: 'editor' },
    summary:
      'Copy an example into Jupyter, and the data that it reads into Resources; nothing is overwritten: where its name is taken it gets a number',
    params: one,
    status: 201,
    response: projectEntry,
  },
} as const satisfies Record<string, RouteShape>;
