import { once } from 'node:events';
import { createServer, type Socket } from 'node:net';
import type { AddressInfo } from 'node:net';
import { expect, test } from 'vitest';
import { fakeClock } from '../../../lib/clock.fake.ts';
import { compileReach, reachAll } from '../../../lib/reach.ts';
import { createLivyClient } from './client.ts';
import { fakeLivy } from './testing/fake-livy.ts';

const limits = { livyConnectMs: 5000, livyAnswerMs: 60_000 };
const clientWith = (clock = fakeClock()) => createLivyClient({ clock, limits });
const version = { method: 'GET', path: '/version' } as const;

test('a name is checked by what it stands for, and that is what is connected to', async () => {
  await using livy = await fakeLivy();
  const url = livy.url.replace('127.0.0.1', 'localhost');
  const client = clientWith();
  const ask = (rule: string) => client.call({ url, authorization: null, reach: compileReach([rule]) }, version);
  expect((await ask('127.0.0.0/8')).status).toBe(200);
  expect((await ask('localhost')).status).toBe(200);
  await expect(ask('10.0.0.0/8')).rejects.toMatchObject({
    sent: 'no',
    message: expect.stringContaining('are not allowed here'),
  });
  await expect(ask('localhost:1')).rejects.toMatchObject({ sent: 'no' });
  expect(livy.heard()).toHaveLength(2);
});

test('every request has a connection of its own', async () => {
  await using livy = await fakeLivy();
  const ports = new Set<number | undefined>();
  livy.state.intercept = (_asked, response) => {
    ports.add(response.socket?.remotePort);
    return false;
  };
  const client = clientWith();
  for (let n = 0; n < 3; n++) await client.call({ url: livy.url, authorization: null, reach: reachAll }, version);
  expect(ports.size).toBe(3);
});

test('a connection that does not come about is given up: nothing was sent', async () => {
  // It accepts, and never says a word of TLS.
  const sockets: Socket[] = [];
  const server = createServer((socket) => sockets.push(socket.on('error', () => undefined)));
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const clock = fakeClock();
  const accepted = once(server, 'connection');
  const asked = clientWith(clock).call(
    { url: `https://127.0.0.1:${port}`, authorization: null, reach: reachAll },
    version,
  );
  const failed = asked.catch((error: unknown) => error);
  await accepted;
  clock.advance(5001);
  expect(await failed).toMatchObject({ sent: 'no', message: `127.0.0.1:${port} does not answer` });
  for (const socket of sockets) socket.destroy();
  server.close();
  expect(clock.waiting()).toBe(0);
});

test('what is no answer of HTTP is told from silence', async () => {
  const server = createServer((socket) => socket.end('SSH-2.0-OpenSSH\r\n'));
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const client = clientWith();
  await expect(
    client.call({ url: `http://127.0.0.1:${port}`, authorization: null, reach: reachAll }, version),
  ).rejects.toMatchObject({
    sent: 'maybe',
    message: `127.0.0.1:${port} does not speak http; please try https://`,
  });
  server.close();
});
