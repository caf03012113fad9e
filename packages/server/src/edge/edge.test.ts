import { once } from 'node:events';
import { createServer, type ServerResponse } from 'node:http';
import { connect, type AddressInfo } from 'node:net';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { fakeClock } from '../lib/clock.fake.ts';
import { followFeed } from './feed.ts';
import { createTable } from './table.ts';
import { runEdge } from './edge.ts';
import { serveOn, startWorld } from './testing.ts';

const log = { info: () => undefined, warn: () => undefined, error: () => undefined };

describe('the port', () => {
  const config = {
    publicOrigin: 'http://localhost:1',
    appsOrigin: 'http://{id}.localhost:1',
    tls: null,
    trustedProxies: [],
    paths: { agentSocket: '/nowhere', controlSocket: '/nowhere', edgeSocket: '/nowhere' },
  };

  it('that is taken is named, with what to do', async () => {
    const server = createServer().listen(0, '127.0.0.1');
    await once(server, 'listening');
    const { port } = server.address() as AddressInfo;
    await expect(runEdge({ ...config, host: '127.0.0.1', port }, log)).rejects.toThrow(
      `Port ${port} is taken by another program. Stop that or choose another with --port.`,
    );
    server.close();
  });

  it("on an address that isn't ours is named too", async () => {
    await expect(runEdge({ ...config, host: '192.0.2.1', port: 1234 }, log)).rejects.toThrow(
      '192.0.2.1 is not an address of this machine.',
    );
  });
});

describe('closing', () => {
  it('lets a request finish, and answers those that wait for control', async () => {
    await using world = await startWorld({ graceMs: 5000 });
    const waiting = world.ask(world.publicHost, '/waits');
    await world.ask('nowhere.example', '/');
    const server = await world.startServer();
    const closed = world.edge.close();
    expect((await waiting).status).toBe(503);
    await closed;
    await expect(server.ask('/')).rejects.toThrow('ECONNREFUSED');
  });
});

describe('bad clients', () => {
  it('do not bring it down', async () => {
    await using world = await startWorld();
    const server = await world.startServer();
    const head = `Host: ${server.host}\r\nCookie: ${server.cookie}\r\nOrigin: ${server.origin}\r\n`;
    const handshake =
      'Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n';
    const beginnings = [
      '',
      'GET',
      '\0\x01\x02\xff\r\n\r\n',
      `GET /hold HTTP/1.1\r\n${head}\r\n`,
      `POST /echo HTTP/1.1\r\n${head}Content-Length: 100\r\n\r\nhalf`,
      `POST /echo HTTP/1.1\r\n${head}Transfer-Encoding: chunked\r\n\r\nzz\r\n`,
      `POST /echo HTTP/1.1\r\n${head}Transfer-Encoding: chunked\r\n\r\n5\r\nhe`,
      `GET /api/kernels/k/channels HTTP/1.1\r\n${head}${handshake}\r\n`,
      `GET /api/kernels/k/channels HTTP/1.1\r\n${head}${handshake}\r\ngarbage that is no frame`,
      `POST /api/v1/x HTTP/1.1\r\nHost: ${world.publicHost}\r\nContent-Length: 100\r\n\r\nhalf`,
    ];
    const sockets = Array.from({ length: 100 }, (_, index) => {
      const socket = connect(world.port, '127.0.0.1');
      socket.on('error', () => undefined);
      socket.write(beginnings[index % beginnings.length] ?? '', 'latin1');
      return socket;
    });
    for (let round = 0; round < 20; round++) expect((await server.ask('/')).status).toBe(200);
    for (const [index, socket] of sockets.entries()) {
      if (index % 2 === 0) socket.resetAndDestroy();
      else socket.destroy();
    }
    while (world.edge.connections() > 0) await server.ask('/');
    expect((await server.ask('/')).status).toBe(200);
  });

  it('that owe a body and send nothing are cut off', async () => {
    const clock = fakeClock(Date.now());
    await using world = await startWorld({ clock });
    const server = await world.startServer();
    const socket = connect(world.port, '127.0.0.1');
    const head = `Host: ${server.host}\r\nCookie: ${server.cookie}\r\n`;
    socket.write(`POST /echo HTTP/1.1\r\n${head}Content-Length: 100\r\n\r\nhalf`);
    // the echo of the half shows that the rest is being waited for
    await once(socket, 'data');
    const closed = once(socket, 'close');
    clock.advance(60_000);
    expect((await server.ask('/')).status).toBe(200);
    clock.advance(60_000);
    await closed;
  });
});

describe('the feed', () => {
  it('is opened again when it breaks, is silent, or talks nonsense; the table stays meanwhile', async () => {
    await using world = await startWorld();
    const clock = fakeClock();
    const socketPath = join(world.folder, 'feed.sock');
    let reached = Promise.withResolvers<ServerResponse>();
    const control = await serveOn(socketPath, (_request, response) => {
      response.flushHeaders();
      reached.resolve(response);
    });
    const table = createTable();
    const feed = followFeed({ socketPath, table, clock, log, onLoss: () => undefined });
    const snapshot = (id: string) => {
      const target = { id, socketPath: '/x', headers: {}, viaControl: false };
      return `${JSON.stringify({ type: 'snapshot', targets: [target], grants: [] })}\n`;
    };
    const endings: ((response: ServerResponse) => void)[] = [
      (response) => response.destroy(),
      (response) => response.end(),
      () => clock.advance(15_000),
      (response) => response.write('nonsense\n'),
    ];
    for (const [round, end] of endings.entries()) {
      const response = await reached.promise;
      const text = snapshot(`t${round}`);
      response.write(text.slice(0, 20));
      response.write(text.slice(20));
      expect(await feed.until(() => table.target(`t${round}`) !== undefined, 1000)).toBe(true);
      expect(table.target(`t${round - 1}`)).toBeUndefined();
      reached = Promise.withResolvers();
      const before = clock.waiting();
      const closed = once(response, 'close');
      end(response);
      await closed;
      // its own timer for the next try replaces the one for silence
      while (clock.waiting() !== before) await new Promise(setImmediate);
      expect(table.target(`t${round}`)).toBeDefined();
      for (let turn = 0; turn < 50; turn++) await new Promise(setImmediate);
      clock.advance(50);
    }
    feed.close();
    await control.close();
    expect(clock.waiting()).toBe(0);
  });
});

describe('the socket of the feed', () => {
  it('answers nothing else', async () => {
    await using world = await startWorld();
    const ask = (method: string, path: string, body = '') =>
      new Promise<number>((resolve, reject) => {
        import('node:http').then(({ request }) => {
          const sent = request({ socketPath: world.paths.edgeSocket, method, path, agent: false });
          sent.once('error', reject);
          sent.once('response', (response) => {
            response.resume();
            resolve(response.statusCode ?? 0);
          });
          sent.end(body);
        }, reject);
      });
    expect(await ask('GET', '/')).toBe(404);
    expect(await ask('POST', '/redeem', '{')).toBe(400);
    expect(await ask('POST', '/redeem', '{"ticket":1}')).toBe(400);
    expect(await ask('POST', '/redeem', '{"ticket":"a","targetId":"b"}')).toBe(410);
    expect(await ask('POST', '/seen', '{"targetIds":["x"]}')).toBe(204);
    expect(world.seen).toEqual(['x']);
  });
});
