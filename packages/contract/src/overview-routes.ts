import { z } from 'zod';
import type { RouteShape } from './route-shape.ts';
import {
  health,
  machineHistory,
  machineQuery,
  projectOverviews,
  projectsQuery,
  runningKind,
  runningList,
  runningQuery,
  settingsInEffect,
  stopAllBody,
  stopBody,
  stoppedList,
} from './schemas/overview.ts';

/** What administrators see of the whole platform, and how they stop things. */
export const overviewRoutes = {
  'admin.running': {
    method: 'GET',
    path: '/admin/running',
    access: 'admin',
    summary: 'What runs, for whomever, with the memory and cores that it takes',
    query: runningQuery,
    response: runningList,
  },
  'admin.stop': {
    method: 'POST',
    path: '/admin/running/{kind}/{id}/stop',
    access: 'admin',
    summary: 'Stop one of them; whose it is reads the reason',
    params: z.object({ kind: runningKind, id: z.string().regex(/^[a-z0-9]{1,40}$/, 'An id has letters and digits.') }),
    body: stopBody,
    status: 202,
    response: stoppedList,
  },
  'admin.stopAll': {
    method: 'POST',
    path: '/admin/running/stop',
    access: 'admin',
    summary: 'Stop all that runs for a user, or in a project; answers what that was',
    body: stopAllBody,
    status: 202,
    response: stoppedList,
  },
  'admin.machine': {
    method: 'GET',
    path: '/admin/machine',
    access: 'admin',
    summary: 'Memory, cores and disk of the machine, now and over the last hours',
    query: machineQuery,
    response: machineHistory,
  },
  'admin.health': {
    method: 'GET',
    path: '/admin/health',
    access: 'admin',
    summary: 'How each part of the platform is, and what to do about it',
    response: health,
  },
  'admin.projects': {
    method: 'GET',
    path: '/admin/projects',
    access: 'admin',
    summary: 'Projects, whoever their members are, with what runs in them',
    query: projectsQuery,
    response: projectOverviews,
  },
  'admin.settings': {
    method: 'GET',
    path: '/admin/settings',
    access: 'admin',
    summary: 'Every setting as it counts now, and where it comes from; of secrets only whether they are set',
    response: settingsInEffect,
  },
  'admin.events': {
    method: 'GET',
    path: '/admin/events',
    access: 'admin',
    summary: 'What runs and how the machine does, now and whenever that changes: server-sent events',
  },
} as const satisfies Record<string, RouteShape>;
