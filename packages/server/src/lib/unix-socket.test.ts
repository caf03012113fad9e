import { mkdtemp, rm, stat, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import Fastify from 'fastify';
import { expect, test } from 'vitest';
import { listenOnSocket } from './unix-socket.ts';

/** A folder for one test, with servers that end with it. */
async function world() {
  const folder = await mkdtemp(join(tmpdir(), 'ember-'));
  const ends: (() => Promise<unknown>)[] = [];
  return {
    path: join(folder, 'a.sock'),
    server() {
      const server = createServer((_request, response) => response.end('here'));
      ends.push(() => new Promise<void>((resolve) => void server.close(() => resolve())));
      return server;
    },
    app() {
      const app = Fastify({ forceCloseConnections: true });
      ends.push(() => app.close());
      return app;
    },
    async [Symbol.asyncDispose]() {
      for (const end of ends) await end();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

const modeOf = async (path: string) => (await stat(path)).mode & 0o777;

test('a socket is private unless another mode is given', async () => {
  await using here = await world();
  await listenOnSocket(here.server(), here.path);
  expect(await modeOf(here.path)).toBe(0o600);
  await listenOnSocket(here.server(), `${here.path}2`, 0o666);
  expect(await modeOf(`${here.path}2`)).toBe(0o666);
});

test('what a killed process left is replaced, and never one that is served', async () => {
  await using here = await world();
  await writeFile(here.path, '');
  await listenOnSocket(here.server(), here.path);
  const second = here.server();
  await expect(listenOnSocket(second, here.path)).rejects.toThrow(`Another Emberlab serves ${here.path}.`);
  expect(second.listening).toBe(false);
});

test('the same holds for an app that listens by itself', async () => {
  await using here = await world();
  await writeFile(here.path, '');
  const app = here.app();
  await listenOnSocket((path) => app.listen({ path }), here.path);
  expect([app.server.listening, await modeOf(here.path)]).toEqual([true, 0o600]);
  const second = here.app();
  const refused = listenOnSocket((path) => second.listen({ path }), here.path);
  await expect(refused).rejects.toThrow(`Another Emberlab serves ${here.path}.`);
});

test('other errors stay what they are', async () => {
  await using here = await world();
  await expect(listenOnSocket(here.server(), join(here.path, 'no/folder'))).rejects.toThrow('listen EACCES');
});
