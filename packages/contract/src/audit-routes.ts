import { z } from 'zod';
import type { RouteShape } from './route-shape.ts';
import {
  auditEvent,
  auditExportQuery,
  auditQuery,
  projectAuditExportQuery,
  projectAuditQuery,
} from './schemas/audit.ts';
import { listOf } from './schemas/primitives.ts';
import { projectName } from './schemas/projects.ts';

const inProject = z.object({ project: projectName });

/** Who did what. */
export const auditRoutes = {
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
} as const satisfies Record<string, RouteShape>;
