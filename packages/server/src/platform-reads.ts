import { routes, type RouteName } from '@emberlab/contract';
import type { FastifyInstance } from 'fastify';
import { HttpError } from './http/errors.ts';

/**
 * What a control plane may answer that doesn't lead: reads of rows and files. Whatever rests on what the leading one knows in memory (drivers, servers, builds), and all that changes something, is that one's. Streams of
 * projects' events are told what it knows (see `platform-events.ts`).
 */
const readRoutes: ReadonlySet<RouteName> = new Set([
  'me.get',
  'me.signIn',
  'me.tour',
  'me.logins',
  'me.tokens',
  'serviceAccounts.list',
  'serviceAccounts.tokens',
  'system.get',
  'projects.list',
  'projects.get',
  'projects.members',
  'projects.invitations',
  'projects.events',
  'announcements.current',
  'announcements.list',
  'alerts.receivers',
  'alerts.rules',
  'alerts.jobRules',
  'alerts.deliveries',
  'people.list',
  'configuration.defaults',
  'files.list',
  'files.search',
  'files.entry',
  'files.content',
  'files.archive',
  'examples.list',
  'examples.get',
  'jobs.list',
  'jobs.get',
  'jobs.export',
  'schedule.get',
  'backfills.list',
  'chains.get',
  'jupyter.configuration',
  'notebooks.recent',
  'notebooks.runs',
  'audit.list',
  'audit.export',
  'audit.ofProject',
  'audit.exportOfProject',
] satisfies RouteName[]);

/** Their paths, as edges look for them. */
export const readPaths = [...readRoutes].map((name) => `/api/v1${routes[name].path}`);

/** Lets an app answer these alone. The rest is refused as by a control plane that isn't there, and an edge asks the one that leads. */
export function answerReadsAlone(app: FastifyInstance): void {
  app.addHook('onRequest', async (request) => {
    const name = request.routeOptions.schema?.['operationId' as never] as RouteName | undefined;
    if (name === undefined || !readRoutes.has(name)) throw new HttpError('unavailable');
  });
}
