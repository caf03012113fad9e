import type { MetricsOverTime } from '@emberlab/contract';
import type { Engine } from '../../../engines/engine.ts';
import type { Router } from '../../../http/router.ts';
import { HttpError } from '../../../http/errors.ts';
import { sendText } from '../../../http/text-stream.ts';
import type { ExternalSessions } from '../external/external.ts';
import { maxLogBytes, watchEnd } from '../log-answer.ts';
import { viewerOf } from '../policy.ts';
import type { Service } from '../service.ts';
import { isLive } from '../state.ts';
import { openDriverLog } from './driver-log.ts';
import type { Metrics } from './service.ts';

const elsewhere =
  'Emberlab measures nothing of this application, which runs on the project’s own Livy. The Spark UI there shows its executors and tasks.';

/** The API's routes of metrics and executors. */
export function registerMetricsRoutes(
  router: Router,
  parts: { service: Service; metrics: Metrics; engine: Engine; external: ExternalSessions },
): void {
  const { service, metrics, engine, external } = parts;

  router.handle('sessions.metrics', async ({ params, query, actor, membership }) => {
    const viewer = viewerOf(actor, membership);
    const there = await external.find(membership.project.id, viewer, params.id);
    if (there !== null) return { points: [], statements: [], note: elsewhere } satisfies MetricsOverTime;
    const session = await service.findVisible(membership.project.id, viewer, params.id);
    return metrics.overTime(session, query.since === undefined ? 0 : Date.parse(query.since));
  });

  router.handle('sessions.executors', async ({ params, actor, membership }) => {
    const viewer = viewerOf(actor, membership);
    const there = await external.find(membership.project.id, viewer, params.id);
    if (there !== null) return { items: [], note: elsewhere };
    return metrics.executors(await service.findVisible(membership.project.id, viewer, params.id));
  });

  router.handle('sessions.executorLog', async ({ params, query, actor, membership, reply, streamEnded: signal }) => {
    const viewer = viewerOf(actor, membership);
    const there = await external.find(membership.project.id, viewer, params.id);
    if (there !== null) throw new HttpError('log_unavailable', { message: elsewhere });
    const session = await service.findVisible(membership.project.id, viewer, params.id);
    const stream = query.stream ?? 'stderr';
    const follow = query.follow === '1';
    const wish = { from: query.from ?? null, size: query.size ?? maxLogBytes, follow };
    const ended = watchEnd({
      signal,
      onChange: (listener) => service.onChange(session.id, listener),
      isLive: async () => isLive((await service.findById(session.id))?.state ?? 'dead'),
    });
    const options = { wish, signal, ended };
    const log =
      params.executor === 'driver'
        ? await openDriverLog(engine.logs(session.id)[stream], options)
        : await metrics.executorLog(session, { executor: params.executor, stream, ...options });
    reply.header('emberlab-log-from', log.from).header('emberlab-log-bytes', log.total);
    return sendText(reply, log.text, { follow });
  });
}
