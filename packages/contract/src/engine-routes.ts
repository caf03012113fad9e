import { z } from 'zod';
import type { RouteShape } from './route-shape.ts';
import { engine, engineCapacity, engineName, engineProjects } from './schemas/engines.ts';
import { listOf } from './schemas/primitives.ts';
import { projectName } from './schemas/projects.ts';

const named = z.object({ engine: engineName });

/** What Spark applications run on, and which projects may use which. */
export const engineRoutes = {
  'engines.capacity': {
    method: 'GET',
    path: '/projects/{project}/engines/{engine}/capacity',
    access: { project: 'viewer' },
    summary: 'What the cluster behind an engine has, and what of it is taken',
    params: named.extend({ project: projectName }),
    response: engineCapacity,
  },
  'engines.list': {
    method: 'GET',
    path: '/admin/engines',
    access: 'admin',
    summary: 'Engines with what their clusters have, and the projects that may use them',
    response: listOf(engine),
  },
  'engines.setProjects': {
    method: 'PUT',
    path: '/admin/engines/{engine}/projects',
    access: 'admin',
    summary: 'Say which projects may use an engine; what runs goes on',
    params: named,
    body: engineProjects,
    response: engine,
  },
} as const satisfies Record<string, RouteShape>;
