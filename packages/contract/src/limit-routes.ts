import { z } from 'zod';
import type { RouteShape } from './route-shape.ts';
import {
  limitDefaults,
  limitedProject,
  limitedUser,
  limitOverrides,
  limitsQuery,
  projectLimits,
} from './schemas/limits.ts';
import { listOf } from './schemas/primitives.ts';
import { memberEmail, projectName } from './schemas/projects.ts';

const user = z.object({ email: memberEmail });
const project = z.object({ name: projectName });

/** How much users and projects may have at a time. */
export const limitRoutes = {
  'limits.ofProject': {
    method: 'GET',
    path: '/projects/{project}/limits',
    access: { project: 'viewer' },
    summary: "The project's limits and the caller's own, with what is used of them",
    params: z.object({ project: projectName }),
    response: projectLimits,
  },
  'limits.defaults': {
    method: 'GET',
    path: '/admin/limits',
    access: 'admin',
    summary: 'Limits of users and projects for whom nothing else is set',
    response: limitDefaults,
  },
  'limits.setDefaults': {
    method: 'PUT',
    path: '/admin/limits',
    access: 'admin',
    summary: 'Set them; what runs goes on',
    body: limitDefaults,
    response: limitDefaults,
  },
  'limits.users': {
    method: 'GET',
    path: '/admin/limits/users',
    access: 'admin',
    summary: 'Users with their limits and what is used of them, by address',
    query: limitsQuery,
    response: listOf(limitedUser),
  },
  'limits.setUser': {
    method: 'PUT',
    path: '/admin/limits/users/{email}',
    access: 'admin',
    summary: 'Set what differs for one user; what runs goes on',
    params: user,
    body: limitOverrides,
    response: limitedUser,
  },
  'limits.projects': {
    method: 'GET',
    path: '/admin/limits/projects',
    access: 'admin',
    summary: 'Projects with their limits and what is used of them, by name',
    query: limitsQuery,
    response: listOf(limitedProject),
  },
  'limits.setProject': {
    method: 'PUT',
    path: '/admin/limits/projects/{name}',
    access: 'admin',
    summary: 'Set what differs for one project; what runs goes on',
    params: project,
    body: limitOverrides,
    response: limitedProject,
  },
} as const satisfies Record<string, RouteShape>;
