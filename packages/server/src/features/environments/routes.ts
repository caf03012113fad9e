import { HttpError } from '../../http/errors.ts';
import type { Router } from '../../http/router.ts';
import { followLog } from '../../lib/log-file.ts';
import type { IndexService } from './index/service.ts';
import type { IndexSettingsStore } from './index/settings.ts';
import type { LibraryService } from './libraries.ts';
import type { OperationService } from './operations/service.ts';
import type { EnvironmentService } from './service.ts';
import type { Uploads } from './uploads.ts';

const maxLogBytes = 4 * 1024 ** 2;
/** how often is asked whether a log has ended, ms */
const lookEveryMs = 500;

/** The Python environment of a project, and where libraries come from. */
export function registerEnvironmentRoutes(
  router: Router,
  parts: {
    service: EnvironmentService;
    operations: OperationService;
    libraries: LibraryService;
    uploads: Uploads;
    settings: IndexSettingsStore;
    index: IndexService;
  },
): void {
  const { service, operations, libraries, uploads, settings, index } = parts;
  router.handle('environment.get', ({ membership }) => service.get(membership.project.id));
  router.handle('environment.log', ({ membership }) => service.log(membership.project.id));
  router.handle('environment.rebuild', ({ membership, actor }) =>
    service.rebuild(membership.project.id, actor.user.email),
  );
  router.handle('environment.libraries', ({ membership }) => libraries.list(membership.project.id));
  router.handle('environment.findUpdates', ({ membership }) => libraries.findUpdates(membership.project.id));
  router.handle('environment.conflicts', ({ membership }) => libraries.conflicts(membership.project.id));
  router.handle('environment.search', ({ membership, query }) => libraries.search(membership.project.id, query.q));
  router.handle('environment.library', ({ membership, params }) =>
    libraries.inIndex(membership.project.id, params.name),
  );
  router.handle('environment.upload', ({ membership, query, request }) => {
    if (request.headers['content-type'] !== 'application/octet-stream')
      throw new HttpError('bad_request', { message: 'Please send the file as application/octet-stream.' });
    return uploads.keep(membership.project.id, query.name, request.raw);
  });
  router.handle('environment.change', ({ membership, body, actor }) =>
    operations.change(membership.project.id, body, actor.user.email),
  );
  router.handle('environment.operations', ({ membership, query }) => operations.list(membership.project.id, query));
  router.handle('environment.operation', ({ membership, params }) => operations.get(membership.project.id, params.id));
  router.handle('environment.cancel', ({ membership, params }) => operations.cancel(membership.project.id, params.id));
  router.handle('environment.operationLog', async ({ membership, params, query, reply, streamEnded }) => {
    const { path, ended } = await operations.logOf(membership.project.id, params.id);
    void reply.type('text/plain; charset=utf-8').header('x-content-type-options', 'nosniff');
    if (path === null) return reply.send('');
    let over = await ended();
    const look = setInterval(() => {
      ended().then(
        (now) => (over = now),
        () => (over = true),
      );
    }, lookEveryMs);
    streamEnded.addEventListener('abort', () => clearInterval(look));
    const log = followLog(path, {
      follow: query.follow === '1',
      maxBytes: maxLogBytes,
      signal: streamEnded,
      ended: () => over,
    });
    log.once('close', () => clearInterval(look));
    return reply.send(log);
  });
  router.handle('environment.revisions', async ({ membership }) => ({
    items: await operations.revisions(membership.project.id),
    next: null,
  }));
  router.handle('environment.export', async ({ membership, query, reply }) => {
    const text = await libraries.export(membership.project.id, query);
    const name = query.format === 'lock' ? 'requirements.lock.txt' : 'requirements.txt';
    return reply
      .type('text/plain; charset=utf-8')
      .header('content-disposition', `attachment; filename="${name}"`)
      .send(text);
  });
  router.handle('indexSettings.get', () => settings.shown());
  router.handle('indexSettings.set', async ({ body }) => {
    await settings.set(body);
    index.reset();
    return settings.shown();
  });
  router.handle('indexSettings.test', ({ body }) => index.test(body));
}
