import { HttpError } from '../../http/errors.ts';
import type { Actor, Membership, Router } from '../../http/router.ts';
import { sendText } from '../../http/text-stream.ts';
import { followLog } from '../../lib/log-file.ts';
import type { ServerService, Whose } from './service.ts';

/** How much of a log is sent to begin with, bytes. */
const logBytes = 1024 * 1024;

/** The caller's Jupyter server. */
export function registerServerRoutes(router: Router, service: ServerService): void {
  const whose = (caller: { actor: Actor; membership: Membership }): Whose => ({
    projectId: caller.membership.project.id,
    userId: caller.actor.user.id,
  });

  router.handle('jupyter.server', (call) => service.get(whose(call)));
  router.handle('jupyter.start', (call) =>
    call.body.notebook === undefined
      ? service.start(whose(call), call.body.configuration)
      : service.startFor(whose(call), call.body.notebook),
  );
  router.handle('jupyter.stop', (call) => service.stop(whose(call)));
  router.handle('jupyter.extend', (call) => service.extend(whose(call), call.body.hours));
  router.handle('jupyter.open', (call) =>
    service.open(whose(call), {
      loginDigest: call.actor.loginDigest,
      tokenId: call.actor.tokenId,
      path: call.body.path,
    }),
  );

  router.handle('jupyter.runs', async (call) => ({ items: await service.runs(whose(call)), next: null }));

  router.handle('jupyter.log', async (call) => {
    const { query, reply, streamEnded: signal } = call;
    const log = await service.log(whose(call), query.run);
    if (log === null) {
      const message =
        query.run === undefined ? 'There has been no Jupyter server yet.' : 'There is no such run of yours.';
      throw new HttpError('not_found', { message });
    }
    const { file, ended } = log;
    const follow = query.follow === '1';
    return sendText(reply, followLog(file, { follow, maxBytes: logBytes, signal, ended }), { follow });
  });
}
