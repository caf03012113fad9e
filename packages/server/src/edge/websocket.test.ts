import { once } from 'node:events';
import { randomBytes } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { fakeClock } from '../lib/clock.fake.ts';
import { startWorld, upgradeStatus } from './testing.ts';

describe('a WebSocket', () => {
  it('carries 5 MB each way, with its subprotocol and our headers', async () => {
    await using world = await startWorld();
    const server = await world.startServer();
    const socket = server.webSocket('/api/kernels/k/channels', {}, ['v1.kernel.websocket.jupyter.org']);
    await once(socket, 'open');
    expect(socket.protocol).toBe('v1.kernel.websocket.jupyter.org');
    const message = randomBytes(5 * 1024 * 1024);
    const echoed = once(socket, 'message');
    socket.send(message);
    const [data, binary] = (await echoed) as [Buffer, boolean];
    expect(binary).toBe(true);
    expect(data.equals(message)).toBe(true);
    expect(server.jupyter.requests[0]?.headers).toMatchObject({
      host: 'localhost',
      origin: 'http://localhost',
      authorization: 'token of-jupyter',
    });
    expect(server.jupyter.requests[0]?.headers).not.toHaveProperty('cookie');
    socket.close(1000, 'done');
    expect((await once(socket, 'close'))[0]).toBe(1000);
  });

  it('is carried to a server that has an address, as requests are', async () => {
    await using world = await startWorld();
    const server = await world.startServer({ tcp: true });
    expect(server.target.socketPath).toMatch(/^tcp:/);
    expect((await server.ask('/lab')).status).toBe(200);
    expect((await server.ask('/echo', { method: 'POST', body: 'text' })).text).toBe('text');
    const socket = server.webSocket('/greeting');
    const [data] = (await once(socket, 'message')) as [Buffer];
    expect(data.toString()).toBe('welcome');
    socket.terminate();
    await server.jupyter.close();
    expect((await server.ask('/lab')).status).toBe(502);
  });

  it('hears what the server says in one breath with its answer', async () => {
    await using world = await startWorld();
    const server = await world.startServer();
    for (let round = 0; round < 20; round += 1) {
      const socket = server.webSocket('/greeting');
      const [data] = (await once(socket, 'message', { signal: AbortSignal.timeout(5000) })) as [Buffer];
      expect(data.toString()).toBe('welcome');
      socket.terminate();
    }
  });

  it.each([
    [{ origin: 'http://evil.example' }, 403],
    [{ origin: '' }, 403],
    [{ 'sec-fetch-site': 'cross-site' }, 403],
    [{ 'sec-fetch-site': 'same-site' }, 403],
    [{ 'sec-fetch-site': 'none' }, 403],
    [{ 'sec-fetch-site': 'same-origin' }, 101],
    [{ cookie: '' }, 404],
    [{ cookie: 'emberlab_app=wrong' }, 404],
    [{ host: 'evil.example' }, 400],
  ])('with %o is answered %i', async (headers, status) => {
    await using world = await startWorld();
    const server = await world.startServer();
    expect(await upgradeStatus(server.webSocket('/api/kernels/k/channels', headers))).toBe(status);
    expect(server.jupyter.requests).toHaveLength(status === 101 ? 1 : 0);
  });

  it('needs an origin', async () => {
    await using world = await startWorld();
    const server = await world.startServer();
    const webSocketHeaders = {
      connection: 'Upgrade',
      upgrade: 'websocket',
      'sec-websocket-version': '13',
      'sec-websocket-key': 'AAAAAAAAAAAAAAAAAAAAAA==',
    };
    expect((await server.ask('/api/kernels/k/channels', { headers: webSocketHeaders })).status).toBe(403);
  });

  it("of another server's cookie is refused", async () => {
    await using world = await startWorld();
    const [a, b] = [await world.startServer(), await world.startServer()];
    expect(await upgradeStatus(b.webSocket('/api/kernels/k/channels', { cookie: a.cookie }))).toBe(404);
  });

  it('that the server refuses is refused with its answer', async () => {
    await using world = await startWorld();
    const server = await world.startServer();
    expect(await upgradeStatus(server.webSocket('/api/kernels/absent/channels'))).toBe(404);
  });

  it('below /-/ is refused', async () => {
    await using world = await startWorld();
    const server = await world.startServer();
    expect(await upgradeStatus(server.webSocket('/-/open'))).toBe(404);
  });

  it('to a dead server is refused at once, and nothing is kept however often', async () => {
    await using world = await startWorld();
    const server = await world.startServer();
    await server.jupyter.close();
    expect(await upgradeStatus(server.webSocket())).toBe(502);
    const before = process.getActiveResourcesInfo().length;
    for (let round = 0; round < 200; round++) expect(await upgradeStatus(server.webSocket())).toBe(502);
    expect(process.getActiveResourcesInfo().length).toBeLessThanOrEqual(before + 2);
    expect(world.edge.connections()).toBe(0);
  });

  it('ends when the server dies, and the server hears of it when the client goes', async () => {
    await using world = await startWorld();
    const server = await world.startServer();
    const [first, second] = [server.webSocket(), server.webSocket()];
    await Promise.all([once(first, 'open'), once(second, 'open')]);
    const left = Promise.race([...server.jupyter.sockets.clients].map((client) => once(client, 'close')));
    first.terminate();
    await left;
    expect(server.jupyter.sockets.clients.size).toBe(1);
    const closed = once(second, 'close');
    await server.jupyter.close();
    expect((await closed)[0]).toBe(1006);
  });

  it('is told 1012 when the edge goes, after which JupyterLab connects again', async () => {
    await using world = await startWorld();
    const server = await world.startServer();
    const socket = server.webSocket();
    await once(socket, 'open');
    const closed = once(socket, 'close');
    await world.edge.close();
    expect((await closed)[0]).toBe(1012);
  });

  it('counts as traffic by its messages, not by its pongs', async () => {
    const clock = fakeClock(Date.now());
    await using world = await startWorld({ clock });
    const [talking, quiet] = [await world.startServer(), await world.startServer()];
    const [spoken, silent] = [talking.webSocket(), quiet.webSocket()];
    await Promise.all([once(spoken, 'open'), once(silent, 'open')]);
    const ponged = [...quiet.jupyter.sockets.clients].map((client) => {
      client.ping();
      return once(client, 'pong');
    });
    await Promise.all(ponged);
    const echoed = once(spoken, 'message');
    spoken.send('hello');
    await echoed;
    clock.advance(5000);
    await world.untilSeen(talking.id);
    expect(world.seen).not.toContain(quiet.id);
    spoken.terminate();
    silent.terminate();
  });
});
