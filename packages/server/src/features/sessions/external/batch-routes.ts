import { goneSignal } from '../livy/context.ts';
import { sendJson } from '../livy/plugin.ts';
import { sendLogPage } from './log-routes.ts';
import type { ExternalBatch } from './model.ts';
import { presentForLivy } from './present.ts';
import type { Below, RouteParts } from './route-parts.ts';

/** Livy's routes below a batch that runs on a project's Livy. */
export function batchRoutes({ service, asking }: RouteParts): Below<ExternalBatch> {
  return {
    async 'GET '(batch, _request, reply) {
      const { external, log } = await asking.look(batch, goneSignal(reply));
      return sendJson(reply, 200, presentForLivy(external, log));
    },

    async 'GET /state'(batch, _request, reply) {
      const { external } = await asking.look(batch, goneSignal(reply));
      return sendJson(reply, 200, { id: external.id, state: external.state });
    },

    'GET /log': (batch, request, reply) => sendLogPage(asking, batch, request, reply),

    async 'DELETE '(batch, _request, reply) {
      await service.end(batch, 'deleted');
      return sendJson(reply, 200, { msg: 'deleted' });
    },
  };
}
