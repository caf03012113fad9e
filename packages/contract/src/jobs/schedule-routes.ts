import { z } from 'zod';
import type { RouteShape } from '../route-shape.ts';
import { listOf, nothing } from '../schemas/primitives.ts';
import { projectName } from '../schemas/projects.ts';
import {
  backfill,
  backfillBody,
  backfillsQuery,
  chain,
  chainBody,
  scheduleAnswer,
  scheduleBody,
  schedulePreview,
} from './schedule.ts';

const number = z.coerce
  .number()
  .int()
  .min(1)
  .max(2 ** 31 - 1);
const inProject = z.object({ project: projectName });
const ofJob = inProject.extend({ id: number });

/** When jobs run by themselves: by a schedule, for times of the past, after others. */
export const scheduleRoutes = {
  'schedule.get': {
    method: 'GET',
    path: '/projects/{project}/jobs/{id}/schedule',
    access: { project: 'viewer' },
    summary: 'When a job runs by itself, and what has become of its last times',
    params: ofJob,
    response: scheduleAnswer,
  },
  'schedule.set': {
    method: 'PUT',
    path: '/projects/{project}/jobs/{id}/schedule',
    access: { project: 'editor' },
    summary: "Set that: the job's owner and owners of the project may",
    params: ofJob,
    body: scheduleBody,
    response: scheduleAnswer,
  },
  'schedule.remove': {
    method: 'DELETE',
    path: '/projects/{project}/jobs/{id}/schedule',
    access: { project: 'editor' },
    summary: 'Let it not run by itself any more; what runs goes on',
    params: ofJob,
    response: nothing,
  },
  'schedule.preview': {
    method: 'POST',
    path: '/projects/{project}/schedule/preview',
    access: { project: 'viewer', in: ['active', 'archived'] },
    summary: 'The next five runs of a schedule that is not saved, or what is wrong with it',
    params: inProject,
    body: scheduleBody,
    response: schedulePreview,
  },
  'backfills.list': {
    method: 'GET',
    path: '/projects/{project}/jobs/{id}/backfills',
    access: { project: 'viewer' },
    summary: 'Runs for times of the past that were asked for, the newest first',
    params: ofJob,
    query: backfillsQuery,
    response: listOf(backfill),
  },
  'backfills.create': {
    method: 'POST',
    path: '/projects/{project}/jobs/{id}/backfills',
    access: { project: 'editor' },
    summary: 'Have a job run for each time of a range of the past, in their order, one run after the other',
    params: ofJob,
    body: backfillBody,
    status: 202,
    response: backfill,
  },
  'backfills.cancel': {
    method: 'POST',
    path: '/projects/{project}/jobs/{id}/backfills/{backfill}/cancel',
    access: { project: 'editor' },
    summary: 'Make no more of its runs; the one that goes does so to its end',
    params: ofJob.extend({ backfill: number }),
    response: backfill,
  },
  'chains.get': {
    method: 'GET',
    path: '/projects/{project}/jobs/{id}/after',
    access: { project: 'viewer' },
    summary: 'After which jobs it starts by itself, and which start after it',
    params: ofJob,
    response: chain,
  },
  'chains.set': {
    method: 'PUT',
    path: '/projects/{project}/jobs/{id}/after',
    access: { project: 'editor' },
    summary: 'Have it start whenever all of these jobs have succeeded since it was last started so',
    params: ofJob,
    body: chainBody,
    response: chain,
  },
} as const satisfies Record<string, RouteShape>;
