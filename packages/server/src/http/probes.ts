import type { FastifyInstance } from 'fastify';
import { HttpError } from './errors.ts';

/** Whoever watches over the platform asks here, without a login, whether it lives, and whether it can do what it is asked. `ask` throws where it can't. */
export function registerProbes(app: FastifyInstance, ask: () => Promise<unknown>): void {
  app.get('/healthz', { schema: { hide: true } }, async () => ({ status: 'ok' }));
  app.get('/readyz', { schema: { hide: true } }, async () => {
    try {
      await ask();
    } catch (error) {
      throw new HttpError('unavailable', {
        message: 'The database does not answer. ./emberlab doctor looks at all of it.',
        cause: error,
      });
    }
    return { status: 'ok' };
  });
}
