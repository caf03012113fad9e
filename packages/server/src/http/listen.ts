import { chmod, rm } from 'node:fs/promises';
import type { FastifyInstance } from 'fastify';

/** Listens on a Unix socket that only we can open, in place of one that a former process left. */
export async function listenOnSocket(app: FastifyInstance, socketPath: string): Promise<void> {
  await rm(socketPath, { force: true });
  await app.listen({ path: socketPath });
  await chmod(socketPath, 0o600);
}
