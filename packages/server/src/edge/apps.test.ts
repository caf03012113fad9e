import { once } from 'node:events';
import { request as httpRequest } from 'node:http';
import { createHash, randomBytes } from 'node:crypto';
import { connect, type Socket } from 'node:net';
import { describe, expect, it } from 'vitest';
import { fakeClock } from '../lib/clock.fake.ts';
import { startWorld } from './testing.ts';

type Echo = { url: string; headers: Record<string, string> };
const echoOf = (answer: { text: string }) => JSON.parse(answer.text) as Echo;

describe('a ticket', () => {
  it('becomes a cookie of that host and a redirect to its path, once', async () => {
    await using world = await startWorld();
    const server = await world.startServer();
    expect(server.setCookie).toMatch(
      /^emberlab_app=ember_app_[\w-]{43}; Path=\/; Max-Age=\d+; HttpOnly; SameSite=Lax$/,
    );
    const url = await server.issue('/lab/tree/a%20b.ipynb?x=1');
    const opened = await server.open(url);
    expect(opened.status).toBe(303);
    expect(opened.headers).toMatchObject({
      location: '/lab/tree/a%20b.ipynb?x=1',
      'referrer-policy': 'no-referrer',
      'cache-control': 'no-store',
    });
    expect((await server.ask('/lab')).status).toBe(200);
    const again = await server.open(url);
    expect(again.status).toBe(410);
    expect(again.headers).not.toHaveProperty('set-cookie');
    expect(JSON.parse(again.text)).toMatchObject({ error: { code: 'ticket_expired' } });
    expect(server.jupyter.requests.some((request) => request.url?.startsWith('/-/'))).toBe(false);
  });

  it('opens the server that it was made for and no other, and is not used up by trying', async () => {
    await using world = await startWorld();
    const [a, b] = [await world.startServer(), await world.startServer()];
    const url = await a.issue();
    expect((await a.open(url, b.host)).status).toBe(410);
    expect((await a.open(url)).status).toBe(303);
  });

  it('is good for a minute', async () => {
    const controlClock = fakeClock(Date.now());
    await using world = await startWorld({ controlClock });
    const server = await world.startServer();
    const url = await server.issue();
    controlClock.advance(60_001);
    expect((await server.open(url)).status).toBe(410);
  });

  it.each(['', '?ticket=', '?ticket=wrong', `?ticket=${'a'.repeat(300)}`])('is refused as %s', async (query) => {
    await using world = await startWorld();
    const server = await world.startServer();
    expect((await world.ask(server.host, `/-/open${query}`)).status).toBe(410);
  });

  it('is not used up by HEAD, nor by a picture on another site', async () => {
    await using world = await startWorld();
    const server = await world.startServer();
    const { pathname, search } = new URL((await server.issue()).replace(':0/', '/'));
    expect((await world.ask(server.host, pathname + search, { method: 'HEAD' })).status).toBe(405);
    const headers = { 'sec-fetch-site': 'cross-site', 'sec-fetch-mode': 'no-cors', 'sec-fetch-dest': 'image' };
    expect((await world.ask(server.host, pathname + search, { headers })).status).toBe(403);
    const followed = { 'sec-fetch-site': 'same-site', 'sec-fetch-mode': 'navigate', 'sec-fetch-dest': 'document' };
    expect((await world.ask(server.host, pathname + search, { headers: followed })).status).toBe(303);
  });

  it('waits for control', async () => {
    await using world = await startWorld();
    const server = await world.startServer();
    const url = await server.issue();
    await world.stopControl();
    const opened = server.open(url);
    await world.ask('nowhere.example', '/');
    await world.startControl((fresh) => fresh.targets.put(server.target));
    expect((await opened).status).toBe(303);
  });

  it('sets a cookie that is bound to https and the host where there is https', async () => {
    await using world = await startWorld({ https: true });
    const server = await world.startServer();
    expect(server.setCookie).toMatch(/^__Host-emberlab_app=.*; Path=\/;.*HttpOnly; SameSite=Lax; Secure$/);
    expect((await server.ask('/lab')).status).toBe(200);
  });
});

describe('the right to a server', () => {
  it('is the cookie of that very server; an absent id looks the same', async () => {
    await using world = await startWorld();
    const [a, b] = [await world.startServer(), await world.startServer()];
    const page = { accept: 'text/html', 'x-request-id': 'same-in-all' };
    const [absent, foreign, without] = await Promise.all([
      world.ask(`absent.localhost:${world.port}`, '/lab', { headers: { ...page, cookie: a.cookie } }),
      world.ask(b.host, '/lab', { headers: { ...page, cookie: a.cookie } }),
      world.ask(b.host, '/lab', { headers: page }),
    ]);
    expect(absent.status).toBe(404);
    expect(absent.text).toContain('please open it from the dashboard again');
    expect(absent.text).toContain(`href="${world.publicOrigin}/"`);
    expect(foreign.text).toBe(absent.text);
    expect(without.text).toBe(absent.text);
    expect(JSON.parse((await world.ask(b.host, '/api')).text)).toMatchObject({ error: { code: 'not_found' } });
    expect(b.jupyter.requests).toHaveLength(0);
  });

  it('has ended for a page that still asks for data: it is told so in a way that JupyterLab understands', async () => {
    await using world = await startWorld();
    const server = await world.startServer();
    const asks = async (host: string) => {
      const { status, text } = await world.ask(host, '/api/contents', { headers: { 'sec-fetch-dest': 'empty' } });
      return [status, (JSON.parse(text) as { error: { code: string } }).error.code];
    };
    expect(await asks(server.host)).toEqual([424, 'app_not_running']);
    expect(await asks(server.host.replace(/^[^.]+/, 'absent'))).toEqual([424, 'app_not_running']);
  });

  it("is found beside a neighbour's cookie of the same name", async () => {
    await using world = await startWorld();
    const server = await world.startServer();
    const cookie = `emberlab_app=planted; ${server.cookie}; emberlab_app=planted2`;
    expect((await server.ask('/', { headers: { cookie } })).status).toBe(200);
  });

  it.each([
    ['POST', { origin: 'http://evil.example' }, 403],
    ['POST', { origin: 'null' }, 403],
    ['POST', { origin: 'OWN.evil.example' }, 403],
    ['POST', { origin: 'OWN/' }, 403],
    ['POST', { 'sec-fetch-site': 'cross-site' }, 403],
    ['POST', { 'sec-fetch-site': 'same-site', origin: 'OWN' }, 403],
    ['POST', { 'sec-fetch-site': 'none' }, 403],
    ['POST', { 'sec-fetch-site': 'same-site', 'sec-fetch-mode': 'navigate', 'sec-fetch-dest': 'document' }, 403],
    ['OPTIONS', { origin: 'http://evil.example' }, 403],
    ['GET', { origin: 'http://evil.example' }, 403],
    ['GET', { 'sec-fetch-site': 'cross-site', 'sec-fetch-mode': 'no-cors', 'sec-fetch-dest': 'script' }, 403],
    ['GET', { 'sec-fetch-site': 'same-site', 'sec-fetch-mode': 'navigate', 'sec-fetch-dest': 'iframe' }, 403],
    ['GET', { 'sec-fetch-site': 'cross-site', 'sec-fetch-mode': 'navigate', 'sec-fetch-dest': 'document' }, 200],
    ['GET', { 'sec-fetch-site': 'none', 'sec-fetch-mode': 'navigate', 'sec-fetch-dest': 'document' }, 200],
    ['GET', { 'sec-fetch-site': 'same-origin', 'sec-fetch-mode': 'cors', origin: 'OWN' }, 200],
    ['POST', { 'sec-fetch-site': 'same-origin', origin: 'OWN' }, 200],
    ['DELETE', { origin: 'OWN' }, 200],
    ['PUT', {}, 200],
  ])('is not lent to other pages: %s %o → %i', async (method, headers, status) => {
    await using world = await startWorld();
    const server = await world.startServer();
    const own = Object.entries(headers).map(([name, value]) => [name, value.replace('OWN', server.origin)]);
    const answer = await server.ask('/api/contents', { method, headers: Object.fromEntries(own) });
    expect(answer.status).toBe(status);
    expect(answer.text.includes('"cross_site"')).toBe(status === 403);
    expect(server.jupyter.requests).toHaveLength(status === 403 ? 0 : 1);
  });
});

describe('forwarding to a server', () => {
  it('sets its token and drops our cookies and every claim of identity', async () => {
    await using world = await startWorld();
    const server = await world.startServer();
    const answer = await server.ask('/api/status?token=x', {
      headers: {
        cookie: `_xsrf=2|abc; ${server.cookie}; __Host-emberlab=s; emberlab=s; username-localhost=u`,
        origin: server.origin,
        referer: `${server.origin}/lab`,
        authorization: 'token of-the-client',
        forwarded: 'for=1',
        'x-forwarded-for': '1',
        'x-forwarded-user': 'root',
        'x-emberlab-user': 'root',
        'remote-user': 'root',
        'x-remote-user': 'root',
        connection: 'close, authorization, host',
      },
    });
    const { headers, url } = echoOf(answer);
    expect(url).toBe('/api/status?token=x');
    expect(headers).toMatchObject({
      host: 'localhost',
      origin: 'http://localhost',
      referer: 'http://localhost/lab',
      authorization: 'token of-jupyter',
      cookie: '_xsrf=2|abc; username-localhost=u',
    });
    expect(Object.keys(headers).filter((name) => /forwarded|emberlab|remote/.test(name))).toEqual([]);
    const foreign = echoOf(await server.ask('/', { headers: { referer: world.publicOrigin } }));
    expect(foreign.headers).not.toHaveProperty('referer');
    expect(foreign.headers).not.toHaveProperty('cookie');
  });

  it('adds its rules to the answer, and lets no cookie out of the host or over ours', async () => {
    await using world = await startWorld();
    const { headers } = await (await world.startServer()).ask('/');
    expect(headers).toMatchObject({
      'set-cookie': ['_xsrf=2|abc; Path=/'],
      'x-content-type-options': 'nosniff',
      'referrer-policy': 'same-origin',
      'content-security-policy': "frame-ancestors 'self'; report-uri /api/security/csp-report, frame-ancestors 'self'",
    });
  });

  it('keeps the public host for what control hosts', async () => {
    await using world = await startWorld();
    const server = await world.startServer({ viaControl: true });
    const { headers } = echoOf(await server.ask('/jobs/', { headers: { origin: server.origin } }));
    expect(headers).toMatchObject({ host: server.host, origin: server.origin, 'x-forwarded-host': server.host });
  });

  it.each([
    ['http://localhost/lab?a=1', '/lab?a=1'],
    ['http://127.0.0.1:8888/lab', '/lab'],
    ['http://localhost//evil.example/', '/'],
    ['/lab', '/lab'],
    ['../tree', '../tree'],
  ])('turns a redirect to %s into %s', async (to, expected) => {
    await using world = await startWorld();
    const server = await world.startServer();
    const answer = await server.ask(`/redirect?to=${encodeURIComponent(to)}`);
    expect(answer.headers.location).toBe(expected);
  });

  it.each(['/a%2Fb', '//double//x', '/a/../b', '/.%2e/b', '/a\\b', '/a%5cb', '/%00', '/a?b=/-/', '/x/-/y', '/-a'])(
    'passes the path %s on as it came',
    async (path) => {
      await using world = await startWorld();
      const server = await world.startServer();
      const bytes = Buffer.from(path).toString('latin1');
      expect(echoOf(await server.ask(bytes)).url).toBe(JSON.parse(JSON.stringify(bytes)));
    },
  );

  it.each([
    '/-',
    '/-/',
    '/-/other',
    '//-/x',
    '/./-/x',
    '/a/../-/x',
    '/%2d/x',
    '/%252d/x',
    '/-%2fx',
    '\\-\\x',
    '/-\\x',
    '/%2e/-/x',
  ])('keeps %s to itself', async (path) => {
    await using world = await startWorld();
    const server = await world.startServer();
    const socket = connect(world.port, '127.0.0.1');
    socket.write(`GET ${path} HTTP/1.1\r\nHost: ${server.host}\r\nCookie: ${server.cookie}\r\n\r\n`);
    const [first] = (await once(socket, 'data')) as [Buffer];
    socket.destroy();
    expect(String(first)).toMatch(/^HTTP\/1.1 40[04] /);
    expect(server.jupyter.requests).toHaveLength(0);
  });

  it('carries 20 MB there and back unchanged, with a length and in chunks', async () => {
    await using world = await startWorld();
    const server = await world.startServer();
    const body = randomBytes(20 * 1024 * 1024);
    const sum = (bytes: Buffer) => createHash('sha256').update(bytes).digest('hex');
    const answer = await server.ask('/echo', { method: 'POST', body });
    expect(sum(answer.body)).toBe(sum(body));
    const chunked = await server.ask('/echo', { method: 'POST', body, headers: { 'transfer-encoding': 'chunked' } });
    expect(sum(chunked.body)).toBe(sum(body));
  });

  it('holds a sender back while the other side does not read', async () => {
    await using world = await startWorld();
    const server = await world.startServer();
    const headers = { host: server.host, cookie: server.cookie, 'transfer-encoding': 'chunked' };
    const request = httpRequest({ port: world.port, path: '/unread', method: 'POST', headers, agent: false });
    request.on('error', () => undefined);
    const size = 100 * 1024 * 1024;
    request.write(Buffer.alloc(size));
    // as many turns as would have carried all of it through
    for (let round = 0; round < 50; round++)
      await server.ask('/echo', { method: 'POST', body: Buffer.alloc(size / 50) });
    expect(request.writableLength).toBeGreaterThan(size / 2);
    request.destroy();
  });

  it('answers 502 for a dead server at once, and keeps nothing however often', async () => {
    await using world = await startWorld();
    const server = await world.startServer();
    await server.jupyter.close();
    const page = await server.ask('/lab', { headers: { accept: 'text/html' } });
    expect(page.status).toBe(502);
    expect(page.text).toContain('does not answer');
    const before = process.getActiveResourcesInfo().length;
    const started = performance.now();
    for (let round = 0; round < 200; round++) {
      expect((await server.ask('/api', round % 2 === 0 ? {} : { method: 'POST', body: 'x' })).status).toBe(502);
    }
    expect((performance.now() - started) / 200).toBeLessThan(100);
    expect(process.getActiveResourcesInfo().length).toBeLessThanOrEqual(before + 2);
    expect(world.edge.connections()).toBe(0);
  });

  it('waits for what control hosts', async () => {
    await using world = await startWorld();
    const server = await world.startServer({ viaControl: true });
    const { server: http } = server.jupyter;
    await server.jupyter.close();
    const waiting = server.ask('/jobs/');
    await world.ask('nowhere.example', '/');
    http.listen(server.target.socketPath);
    expect((await waiting).status).toBe(200);
  });

  it('tells control which servers have traffic', async () => {
    const clock = fakeClock(Date.now());
    await using world = await startWorld({ clock });
    const [busy, idle] = [await world.startServer(), await world.startServer()];
    await busy.ask('/');
    clock.advance(5000);
    await world.untilSeen(busy.id);
    expect(world.seen).not.toContain(idle.id);
  });
});

describe('connections to a server', () => {
  it('are shared by reads, and by nothing else', async () => {
    await using world = await startWorld();
    const server = await world.startServer();
    const connectionsOf = async (method: string, body = '') => {
      const before = server.jupyter.requests.length;
      const headers = { 'content-length': String(body.length) };
      for (let turn = 0; turn < 3; turn++) await server.ask('/api', { method, headers, body });
      return new Set(server.jupyter.requests.slice(before).map((request) => request.socket)).size;
    };
    expect(await connectionsOf('GET')).toBe(1);
    expect(await connectionsOf('DELETE')).toBe(3);
    expect(await connectionsOf('POST', 'x')).toBe(3);
    expect(await connectionsOf('GET', 'x')).toBe(3);
  });

  it('that a server closes as the next read comes cost that read nothing', async () => {
    await using world = await startWorld();
    const server = await world.startServer();
    const used = new Set<Socket>();
    server.jupyter.server.prependListener('request', (request) => {
      if (used.has(request.socket)) request.socket.destroy();
      used.add(request.socket);
    });
    expect((await server.ask('/api')).status).toBe(200);
    expect((await server.ask('/api')).status).toBe(200);
    expect(used.size).toBe(2);
  });

  it('that break before any answer came are not tried again', async () => {
    await using world = await startWorld();
    const server = await world.startServer();
    let asked = 0;
    server.jupyter.server.prependListener('request', (request) => {
      asked += 1;
      request.socket.destroy();
    });
    expect((await server.ask('/api')).status).toBe(502);
    expect(asked).toBe(1);
  });
});
