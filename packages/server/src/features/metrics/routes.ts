import { timingSafeEqual } from 'node:crypto';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { HttpError } from '../../http/errors.ts';
import { isLoopback } from '../../lib/addresses.ts';
import { digest } from '../../lib/ids.ts';
import type { Metrics } from './registry.ts';

export type MetricsAccess = {
  /** who has it may read; null: there is none, and programs of this machine may */
  readonly token: string | null;
  /** under which the dashboard is reached */
  readonly publicOrigin: string;
};

/** `GET /metrics`, and the measuring of every request. */
export function registerMetrics(app: FastifyInstance, metrics: Metrics, access: MetricsAccess): void {
  app.addHook('onResponse', (request, reply, done) => {
    metrics.observeRequest({
      method: request.method,
      route: request.routeOptions.url ?? 'none',
      status: reply.statusCode,
      seconds: reply.elapsedTime / 1000,
    });
    done();
  });
  app.get('/metrics', { schema: { hide: true } }, async (request, reply) => {
    checkAccess(request, access);
    return reply
      .header('cache-control', 'no-store')
      .type(metrics.contentType)
      .send(await metrics.read());
  });
}

function checkAccess(request: FastifyRequest, { token, publicOrigin }: MetricsAccess): void {
  if (token !== null) {
    const given = /^Bearer (\S+)$/i.exec(request.headers.authorization ?? '')?.[1] ?? '';
    // Digests are of one length, and say nothing about how much of it was right.
    if (timingSafeEqual(Buffer.from(digest(given)), Buffer.from(digest(token)))) return;
    throw new HttpError('not_logged_in', {
      message: 'Please send the token of the setting metrics_token, as Authorization: Bearer.',
    });
  }
  // Where people come from elsewhere, a proxy may stand on this machine, and everybody's requests would seem to come from here.
  if (isLoopback(request.ip) && isThisMachine(publicOrigin)) return;
  throw new HttpError('forbidden', {
    message: 'Metrics are read with a token. Please set metrics_token, and send it as Authorization: Bearer.',
  });
}

function isThisMachine(origin: string): boolean {
  const { hostname } = new URL(origin);
  return hostname === 'localhost' || isLoopback(hostname.replace(/^\[|\]$/g, ''));
}
