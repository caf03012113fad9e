import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { rename } from 'node:fs/promises';
import { connect as connectPlain } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { connect, type ConnectionOptions, type TLSSocket } from 'node:tls';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { WebSocket } from 'ws';
import { fakeClock } from '../lib/clock.fake.ts';
import { makeCertificate, type TestCertificate } from '../testing/certificate.ts';
import { readCertificate } from './certificate.ts';
import { serveOn, startWorld, upgradeStatus, type World } from './testing.ts';

describe('TLS at the edge', () => {
  let folder: string;
  let tls: TestCertificate;
  let other: TestCertificate;
  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'edge-tls-'));
    tls = await makeCertificate(folder);
    other = await makeCertificate(folder, { name: 'other' });
  });
  afterAll(() => rmSync(folder, { recursive: true }));

  /** A new connection, with whatever certificate there is. */
  async function connection(world: World, more: ConnectionOptions = {}): Promise<TLSSocket> {
    const socket = connect({
      port: world.port,
      host: '127.0.0.1',
      servername: 'localhost',
      ca: [tls.pem, other.pem],
      ...more,
    });
    await once(socket, 'secureConnect');
    return socket;
  }

  it('serves the dashboard and servers, with cookies that are bound to their host and to https', async () => {
    await using world = await startWorld({ tls });
    const control = await serveOn(world.paths.controlSocket, (request, response) =>
      response.end(JSON.stringify(request.headers)),
    );
    const dashboard = await world.ask(world.publicHost, '/');
    expect(JSON.parse(dashboard.text)).toMatchObject({ 'x-forwarded-proto': 'https', host: world.publicHost });
    const server = await world.startServer();
    expect(server.setCookie).toMatch(
      /^__Host-emberlab_app=ember_app_[\w-]+; Path=\/; Max-Age=\d+; HttpOnly; SameSite=Lax; Secure$/,
    );
    expect((await server.ask('/lab')).status).toBe(200);
    await control.close();
  });

  it('carries a WebSocket, and refuses it before the upgrade without the right cookie or from another page', async () => {
    await using world = await startWorld({ tls });
    const server = await world.startServer();
    const socket = server.webSocket();
    await once(socket, 'open');
    socket.send('hello');
    const [echo] = (await once(socket, 'message')) as [Buffer];
    expect(echo.toString()).toBe('hello');
    socket.terminate();
    const reached = server.jupyter.requests.length;
    expect(await upgradeStatus(server.webSocket('/x', { cookie: '' }))).toBe(404);
    expect(await upgradeStatus(server.webSocket('/x', { cookie: server.cookie.replace('__Host-', '') }))).toBe(404);
    for (const origin of [
      'https://evil.example',
      server.origin.replace('https', 'http'),
      `${server.origin}.evil.example`,
    ]) {
      expect(await upgradeStatus(server.webSocket('/x', { origin }))).toBe(403);
    }
    expect(server.jupyter.requests).toHaveLength(reached);
  });

  it('sends whoever comes without TLS to the address with it, and answers nothing else', async () => {
    await using world = await startWorld({ tls });
    const server = await world.startServer();
    const plain = (host: string, path: string, method = 'GET') => world.ask(host, path, { method, plain: true });
    expect(await plain(world.publicHost, '/projects?x=1')).toMatchObject({
      status: 308,
      headers: { location: `${world.publicOrigin}/projects?x=1` },
      text: '',
    });
    expect((await plain(server.host, '/lab')).headers.location).toBe(`${server.origin}/lab`);
    expect((await plain(world.publicHost, '/api/v1/auth/login', 'POST')).status).toBe(400);
    const { host, cookie } = server;
    const socket = new WebSocket(`ws://127.0.0.1:${world.port}/x`, {
      headers: { host, cookie, origin: server.origin },
    });
    expect(await upgradeStatus(socket)).toBe(400);
    expect(server.jupyter.requests).toHaveLength(0);
  });

  it('lets programs of this machine use the gateway without it, and nothing beside', async () => {
    await using world = await startWorld({ tls });
    const control = await serveOn(world.paths.controlSocket, (request, response) => response.end(request.url));
    const host = `127.0.0.1:${world.port}`;
    expect(await world.ask(host, '/livy/demo/sessions', { plain: true })).toMatchObject({
      status: 200,
      text: '/livy/demo/sessions',
    });
    for (const path of ['/api/v1/me', '/livyx', '/', '//livy/']) {
      expect((await world.ask(host, path, { plain: true })).status).toBe(308);
    }
    await control.close();
  });

  it('speaks no version of TLS that is known to be weak', async () => {
    await using world = await startWorld({ tls });
    const old = { minVersion: 'TLSv1', maxVersion: 'TLSv1.1', ciphers: 'DEFAULT@SECLEVEL=0' } as const;
    await expect(connection(world, old)).rejects.toThrow('alert protocol version');
    const socket = await connection(world);
    expect(socket.getProtocol()).toBe('TLSv1.3');
    socket.destroy();
  });

  it('takes over a renewed certificate for new connections, leaves the open ones, and keeps what it has when the new one is wrong', async () => {
    const clock = fakeClock();
    const lines: [string, string][] = [];
    const say = (level: string) => (_details: unknown, message: string) => void lines.push([level, message]);
    const own = await makeCertificate(folder, { name: 'renewed' });
    await using world = await startWorld({
      tls: own,
      clock,
      controlClock: clock,
      log: { info: say('info'), warn: say('warn'), error: say('error') },
    });
    using sockets = new DisposableStack();
    const serialOf = async () => {
      const ca = [own.pem, other.pem];
      const socket = connect({ port: world.port, host: '127.0.0.1', servername: 'localhost', ca });
      sockets.defer(() => socket.destroy());
      await once(socket, 'secureConnect');
      const { serialNumber } = socket.getPeerCertificate();
      return { socket, serialNumber };
    };
    const first = await serialOf();
    expect(first.serialNumber).toBe(own.serial);
    /** Lets it look until it has said something new. */
    const untilSaid = (message: string) =>
      expect
        .poll(() => {
          clock.advance(10_000);
          return lines.map(([, text]) => text);
        })
        .toContain(message);

    writeFileSync(own.cert, 'half of a certif');
    await untilSaid('the new certificate cannot be used; going on with the one before');
    const second = await serialOf();
    expect(second.serialNumber).toBe(own.serial);

    await rename(other.key, own.key);
    await rename(other.cert, own.cert);
    await untilSaid('the certificate has been renewed');
    const third = await serialOf();
    expect(third.serialNumber).toBe(other.serial);
    first.socket.write(`GET / HTTP/1.1\r\nHost: nowhere.example\r\nConnection: close\r\n\r\n`);
    const [answer] = (await once(first.socket, 'data')) as [Buffer];
    expect(answer.toString()).toMatch(/^HTTP\/1\.1 \d{3}/);
  });

  it('is not brought down by what is neither TLS nor HTTP', async () => {
    await using world = await startWorld({ tls });
    const beginnings = [
      Buffer.from([22]),
      Buffer.from([22, 3, 1, 0, 200, 9, 9]),
      Buffer.from('\0\0\0'),
      Buffer.from('GET'),
    ];
    for (let round = 0; round < 20; round++) {
      const sockets = beginnings.map((begin) => {
        const socket = connectPlain(world.port, '127.0.0.1');
        socket.on('error', () => undefined);
        socket.write(begin);
        return socket;
      });
      await Promise.all(sockets.map((socket) => once(socket, 'connect')));
      for (const socket of sockets) socket.resetAndDestroy();
    }
    expect((await world.ask('nowhere.example', '/', { plain: true })).status).toBe(404);
    expect((await (await world.startServer()).ask('/lab')).status).toBe(200);
  });

  it('binds browsers to https at names of others than this machine', async () => {
    await using world = await startWorld({ https: true });
    const server = await world.startServer();
    expect((await server.ask('/lab')).headers['strict-transport-security']).toBe('max-age=31536000');
    expect((await world.ask(server.host, '/lab')).headers['strict-transport-security']).toBe('max-age=31536000');
    expect((await world.ask('nowhere.example', '/')).headers).not.toHaveProperty('strict-transport-security');
    await using local = await startWorld({ tls: await makeCertificate(folder, { name: 'local' }) });
    const { headers } = await (await local.startServer()).ask('/lab');
    expect(headers).not.toHaveProperty('strict-transport-security');
  });
});

describe('certificate files', () => {
  let folder: string;
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'edge-certificate-'));
  });
  afterAll(() => rmSync(folder, { recursive: true }));

  it('are named, with what is wrong with them', async () => {
    const one = await makeCertificate(folder, { name: 'one' });
    const two = await makeCertificate(folder, { name: 'two' });
    const text = join(folder, 'text');
    writeFileSync(text, 'hello');
    const absent = join(folder, 'absent');
    await expect(readCertificate({ cert: absent, key: one.key })).rejects.toThrow(
      `The certificate ${absent} can't be read: it is not there.`,
    );
    await expect(readCertificate({ cert: text, key: one.key })).rejects.toThrow(`${text} is no certificate in PEM`);
    await expect(readCertificate({ cert: one.cert, key: text })).rejects.toThrow(`${text} is no private key in PEM`);
    await expect(readCertificate({ cert: one.cert, key: two.key })).rejects.toThrow(
      `The private key ${two.key} doesn't belong to the certificate ${one.cert}.`,
    );
  });
});
