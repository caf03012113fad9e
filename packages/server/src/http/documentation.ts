import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import staticFiles from '@fastify/static';
import type { FastifyInstance } from 'fastify';
import { z } from 'zod';
import { securityHeaders } from './security-headers.ts';

/** Beside the pages: the hashes of the scripts that stand in them, written by the build of the site. */
const policyFile = z.object({ scripts: z.array(z.string().regex(/^'sha256-[A-Za-z0-9+/]+=*'$/)) });

/** Names that change with what is in the file. */
const forEver = /\/(_assets|pictures)\/|\/pagefind\/(fragment|index)\//;

/**
 * Serves the documentation below `/docs`, to everybody: nothing in it is of one installation. Without a built site there is nothing, as in most tests.
 */
export async function serveDocumentation(app: FastifyInstance, folder: string): Promise<void> {
  if (!existsSync(join(folder, 'policy.json'))) return;
  const { scripts } = policyFile.parse(JSON.parse(readFileSync(join(folder, 'policy.json'), 'utf8')));
  // Search runs a module of WebAssembly.
  const headers = securityHeaders([...scripts, "'wasm-unsafe-eval'"]);
  const absent = readFileSync(join(folder, '404.html'), 'utf8');

  app.get('/docs', { schema: { hide: true } }, (_request, reply) => reply.redirect('/docs/', 308));
  await app.register(
    async (docs) => {
      docs.addHook('onRequest', (_request, reply, done) => {
        reply.headers(headers);
        done();
      });
      docs.setNotFoundHandler((_request, reply) =>
        reply.status(404).header('cache-control', 'no-cache').type('text/html; charset=utf-8').send(absent),
      );
      await docs.register(staticFiles, {
        root: folder,
        decorateReply: false,
        redirect: true,
        dotfiles: 'ignore',
        preCompressed: true,
        cacheControl: false,
        schemaHide: true,
        setHeaders: (reply, path) =>
          void reply.header('cache-control', forEver.test(path) ? 'public, max-age=31536000, immutable' : 'no-cache'),
      });
    },
    { prefix: '/docs/' },
  );
}
