import type { Router } from '../../http/router.ts';
import type { Actor, Membership } from '../../http/router.ts';
import type { Viewer } from '../../http/project-events.ts';
import type { JobService } from './service.ts';

export const viewerOf = (actor: Actor, { role }: Membership): Viewer => ({ userId: actor.user.id, role });

/** The API's routes for jobs. */
export function registerJobRoutes(router: Router, service: JobService): void {
  router.handle('jobs.list', async ({ query, actor, membership }) => {
    const { running, cursor, owner, ...asked } = query;
    return service.list(membership.project.id, viewerOf(actor, membership), {
      ...asked,
      owner: owner === 'me' ? actor.user.email : owner?.toLowerCase(),
      running: running === '1',
      offset: Number(cursor ?? 0),
    });
  });

  router.handle('jobs.inspect', async ({ query, membership }) => service.inspect(membership.project.id, query.program));

  router.handle('jobs.create', async ({ body, actor, membership, reply }) => {
    const job = await service.create(membership.project.id, viewerOf(actor, membership), body);
    void reply.header('location', `/api/v1/projects/${membership.project.name}/jobs/${job.id}`);
    return job;
  });

  router.handle('jobs.import', async ({ body: { file, name }, actor, membership, reply }) => {
    const viewer = viewerOf(actor, membership);
    const job = await service.import(membership.project.id, viewer, file, name ?? file.job.name);
    void reply.header('location', `/api/v1/projects/${membership.project.name}/jobs/${job.id}`);
    return job;
  });

  router.handle('jobs.get', async ({ params, actor, membership }) =>
    service.get(membership.project.id, viewerOf(actor, membership), params.id),
  );

  router.handle('jobs.change', async ({ params, body, actor, membership }) =>
    service.change(membership.project.id, viewerOf(actor, membership), params.id, body),
  );

  router.handle('jobs.copy', async ({ params, body, actor, membership, reply }) => {
    const job = await service.copy(membership.project.id, viewerOf(actor, membership), params.id, body.name);
    void reply.header('location', `/api/v1/projects/${membership.project.name}/jobs/${job.id}`);
    return job;
  });

  router.handle('jobs.export', async ({ params, actor, membership }) =>
    service.export(membership.project.id, viewerOf(actor, membership), params.id),
  );

  router.handle('jobs.remove', async ({ params, actor, membership }) => {
    await service.remove(membership.project.id, viewerOf(actor, membership), params.id);
    return {};
  });
}
