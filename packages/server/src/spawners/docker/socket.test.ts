import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { createServer, connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { takeSocket } from './socket.ts';

/** A folder of a server and one of ours, with a socket that is somebody else's. */
async function places() {
  const folder = await mkdtemp(join(tmpdir(), 'ember-'));
  await mkdir(join(folder, 'theirs'));
  const listen = async (path: string) => {
    const server = createServer((one) => one.end('hello')).listen(path);
    await once(server, 'listening');
    return server;
  };
  const other = await listen(join(folder, 'other.sock'));
  return {
    folder,
    made: join(folder, 'theirs', 'jupyter.sock'),
    taken: join(folder, 'taken.sock'),
    listen,
    async [Symbol.asyncDispose]() {
      other.close();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

it('gives the socket a name that leads to it, whatever takes its first place then', async () => {
  await using it = await places();
  expect(await takeSocket(it.made, it.taken)).toBe(false);
  const server = await it.listen(it.made);
  expect(await takeSocket(it.made, it.taken)).toBe(true);
  await rm(it.made);
  await symlink(join(it.folder, 'other.sock'), it.made);
  expect(await takeSocket(it.made, it.taken)).toBe(true);
  const [said] = (await once(connect(it.taken), 'data')) as [Buffer];
  expect(said.toString()).toBe('hello');
  server.close();
});

it.each([
  ['a link to a socket', (made: string, folder: string) => symlink(join(folder, 'other.sock'), made)],
  ['a file', (made: string) => writeFile(made, 'x')],
  ['a folder', (made: string) => mkdir(made)],
])('gives none to %s', async (_what, make) => {
  await using it = await places();
  await make(it.made, it.folder);
  expect(await takeSocket(it.made, it.taken)).toBe(false);
  expect(existsSync(it.taken)).toBe(false);
});
