import { join } from 'node:path';
import type { AuditEvent } from '@emberlab/contract';
import { describe, expect, it } from 'vitest';
import { WebSocket } from 'ws';
import { newId } from '../lib/ids.ts';
import { startStack } from '../testing/stack.ts';
import { serveOn, upgradeStatus } from './testing.ts';

type Stack = Awaited<ReturnType<typeof startStack>>;
const password = 'correct horse battery';

/** Ada, an administrator, logged in. */
async function logIn(stack: Stack): Promise<{ id: string; cookie: string; setCookie: string }> {
  const made = await stack.kit.users.service.create({ email: 'ada@example.org', name: 'Ada', password, admin: true });
  const answer = await stack.ask(stack.host, '/api/v1/auth/login', {
    method: 'POST',
    body: { email: 'ada@example.org', password },
    headers: { origin: stack.origin, 'sec-fetch-site': 'same-origin' },
  });
  const setCookie = answer.headers['set-cookie']?.[0] ?? '';
  return { id: made.id, cookie: setCookie.split(';')[0] ?? '', setCookie };
}

const events = async (stack: Stack): Promise<AuditEvent[]> =>
  (await stack.kit.audit.service.list({}, { limit: 200 })).items.toReversed();

describe('cookies', () => {
  it('are bound to their host and to https where there is https, and a neighbour cannot replace a session', async () => {
    await using stack = await startStack({ https: true });
    await stack.serve();
    const { cookie, setCookie } = await logIn(stack);
    const page = await stack.ask(stack.host, '/');
    expect(page.headers).not.toHaveProperty('strict-transport-security');
    expect(page.headers['content-security-policy']).toMatch(/script-src 'self';.*frame-ancestors 'none'/);
    expect(setCookie).toMatch(/^__Host-emberlab=/);
    expect(setCookie).toMatch(/; Path=\/; HttpOnly; Secure; SameSite=Lax$/);
    expect(setCookie).not.toMatch(/domain/i);
    const me = async (sent: string) =>
      (await stack.ask(stack.host, '/api/v1/me', { headers: { cookie: sent } })).status;
    expect(await me(cookie)).toBe(200);
    // What a page of a neighbour can plant has another name.
    expect(await me(cookie.replace('__Host-', ''))).toBe(401);
    expect(await me(`emberlab=planted; ${cookie}`)).toBe(200);
  });
});

describe('a change needs proof that our own page asked', () => {
  const foreign = (origin: string) =>
    [
      { origin: 'https://evil.example' },
      { origin: 'null' },
      { origin: `${origin}.evil.example` },
      { origin: `${origin}/` },
      { origin: origin.replace(/\d+$/, '1') },
      { origin: origin.replace('localhost', 'x.localhost') },
      { origin: origin.toUpperCase() },
      { origin, 'sec-fetch-site': 'same-site' },
      { origin, 'sec-fetch-site': 'cross-site' },
      { origin, 'sec-fetch-site': 'none' },
      { origin, 'sec-fetch-site': 'same-origin-x' },
      { 'sec-fetch-site': ['same-origin', 'cross-site'] },
      { 'sec-fetch-site': 'cross-site', 'sec-fetch-mode': 'navigate' },
    ] as Record<string, string | string[]>[];

  it('on Origin and Sec-Fetch-Site, compared whole, and never on Sec-Fetch-Mode', async () => {
    await using stack = await startStack();
    await stack.serve();
    const { cookie } = await logIn(stack);
    const create = (name: string, headers: Record<string, string | string[]>) =>
      stack.ask(stack.host, '/api/v1/projects', { method: 'POST', body: { name }, headers: { cookie, ...headers } });
    for (const headers of foreign(stack.origin)) {
      const { status, text } = await create('stolen', headers);
      expect([headers, status, text]).toEqual([headers, 403, expect.stringContaining('cross_site') as string]);
    }
    expect((await create('own', { origin: stack.origin, 'sec-fetch-site': 'same-origin' })).status).toBe(201);
    expect(await stack.kit.db.selectFrom('projects').select('name').execute()).toEqual([{ name: 'own' }]);
  });

  it('and a WebSocket is refused before the upgrade without the right cookie and origin', async () => {
    await using stack = await startStack();
    await stack.serve();
    const { id: userId, cookie: login } = await logIn(stack);
    const id = newId();
    const socketPath = join(stack.folder, 'jupyter.sock');
    const reached: string[] = [];
    const jupyter = await serveOn(socketPath, (request, response) => {
      reached.push(request.url ?? '');
      response.end();
    });
    jupyter.server.on('upgrade', (request, socket) => {
      reached.push(request.url ?? '');
      socket.destroy();
    });
    stack.feed.targets.put({ id, socketPath, headers: {}, viaControl: false });
    const { login_digest: loginDigest = null } =
      (await stack.kit.db.selectFrom('logins').select('digest as login_digest').executeTakeFirst()) ?? {};
    const url = new URL(await stack.feed.tickets.issue({ targetId: id, userId, loginDigest, path: '/lab' }));
    const opened = await stack.ask(url.host, `${url.pathname}${url.search}`);
    const cookie = opened.headers['set-cookie']?.[0]?.split(';')[0] ?? '';
    const upgrade = (headers: Record<string, string>) =>
      upgradeStatus(new WebSocket(`ws://127.0.0.1:${stack.port}/api/x`, { headers: { host: url.host, ...headers } }));
    expect(await upgrade({ origin: url.origin })).toBe(404);
    expect(await upgrade({ origin: url.origin, cookie: login })).toBe(404);
    expect(await upgrade({ cookie })).toBe(403);
    for (const { origin } of foreign(url.origin).slice(0, 7)) {
      expect(await upgrade({ cookie, origin: String(origin) })).toBe(403);
    }
    expect(reached).toEqual([]);
    // A foreign page's attempts are in the audit log, together.
    await expect
      .poll(() => events(stack), { timeout: 20_000 })
      .toContainEqual(expect.objectContaining({ action: 'app.use', target: id, code: 'cross_site', repeats: 7 }));
    await jupyter.close();
  });
});

describe('forwarded headers count only from named proxies', () => {
  it('for the address in the audit log, and identities that clients claim are nobody', async () => {
    const addressOf = async (trustedProxies: string[]) => {
      await using stack = await startStack({ trustedProxies });
      await stack.serve();
      await stack.ask(stack.host, '/api/v1/me', {
        headers: {
          'x-forwarded-for': '192.0.2.7',
          'remote-user': 'ada@example.org',
          'x-auth-request-email': 'ada@example.org',
          'x-emberlab-app': 'server1',
        },
      });
      const [event] = await events(stack);
      expect(event).toMatchObject({ action: 'me.get', outcome: 'refused', actor: null, code: 'not_logged_in' });
      return event?.address;
    };
    expect(await addressOf([])).toBe('127.0.0.1');
    expect(await addressOf(['10.0.0.0/8'])).toBe('127.0.0.1');
    expect(await addressOf(['127.0.0.1'])).toBe('192.0.2.7');
  });

  it('for the metrics, which are for those who have their token', async () => {
    await using stack = await startStack();
    await stack.serve();
    const ask = (headers: Record<string, string>) => stack.ask(stack.host, '/metrics', { headers });
    expect((await ask({ 'x-forwarded-for': '127.0.0.1' })).status).toBe(401);
    const read = await ask({ authorization: `Bearer ${stack.metricsToken}`, 'x-forwarded-for': '192.0.2.7' });
    expect(read.status).toBe(200);
    expect(read.text).toContain('route="/metrics"');
  });
});

describe('one request id', () => {
  it('is in the answer, in the error, in the logs of what was done for it, and in the audit log', async () => {
    await using stack = await startStack();
    stack.kit.app.post(
      '/api/v1/broken',
      { config: { audit: { action: 'test.break', records: 'always' } } },
      async (request) => {
        await new Promise(setImmediate);
        request.log.warn('about to break');
        throw new Error('broken');
      },
    );
    await stack.serve();
    const answer = await stack.ask(stack.host, '/api/v1/broken', { method: 'POST', body: { x: 1 } });
    const requestId = String(answer.headers['x-request-id']);
    expect(requestId).toMatch(/^[\w-]{36}$/);
    expect(JSON.parse(answer.text)).toMatchObject({ error: { code: 'internal', requestId } });
    await expect.poll(() => stack.logged()).toContain('request failed');
    const lines = stack
      .logged()
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as { msg: string; requestId?: string });
    expect(lines.filter((line) => line.requestId === requestId).map(({ msg }) => msg)).toEqual([
      'about to break',
      'request failed',
    ]);
    expect(await events(stack)).toMatchObject([
      { action: 'test.break', outcome: 'failed', code: 'internal', requestId },
    ]);
    const own = await stack.ask(stack.host, '/api/v1/me', { headers: { 'x-request-id': 'chosen-by-a-client' } });
    expect(JSON.parse(own.text)).toMatchObject({ error: { requestId: 'chosen-by-a-client' } });
    const harmful = await stack.ask(stack.host, '/api/v1/me', { headers: { 'x-request-id': '"},{"level":50' } });
    expect(harmful.headers['x-request-id']).toMatch(/^[\w-]{36}$/);
  });
});

describe('no long-lived secret', () => {
  it('is in a log, in the audit log, in what a server behind the proxy gets, or in an address that stays', async () => {
    await using stack = await startStack();
    const { app } = stack.kit;
    app.get('/api/v1/broken', async (request) => {
      // What somebody might log in a hurry.
      request.log.error({ headers: request.headers, url: request.url }, `broken for ${request.headers.cookie}`);
      throw new Error(`with ${request.headers.authorization}`, { cause: new Error(request.headers.cookie) });
    });
    await stack.serve();
    const { id: userId, cookie } = await logIn(stack);
    const { secret: token } = await stack.kit.users.service.createToken(userId, 'laptop', null);
    const headers = { cookie, authorization: `Bearer ${token}`, referer: `${stack.origin}/x?token=${token}` };
    await stack.ask(stack.host, `/api/v1/broken?token=${token}`, { headers });
    await stack.ask(stack.host, '/api/v1/auth/login', { method: 'POST', body: { email: token, password: cookie } });
    await stack.ask(`${token.toLowerCase().slice(0, 40)}.evil.example`, `/?${token}`, { headers });

    const id = newId();
    const got: string[] = [];
    const socketPath = join(stack.folder, 'jupyter.sock');
    const jupyter = await serveOn(socketPath, (request, response) => {
      got.push(JSON.stringify([request.url, request.headers]));
      response.end();
    });
    stack.feed.targets.put({ id, socketPath, headers: {}, viaControl: false });
    const url = new URL(await stack.feed.tickets.issue({ targetId: id, userId, loginDigest: null, path: '/lab' }));
    const opened = await stack.ask(url.host, `${url.pathname}${url.search}`);
    expect(opened.headers).toMatchObject({
      location: '/lab',
      'referrer-policy': 'no-referrer',
      'cache-control': 'no-store',
    });
    const appCookie = opened.headers['set-cookie']?.[0]?.split(';')[0] ?? '';
    const sent = { ...headers, cookie: `${appCookie}; ${cookie}; theirs=1` };
    expect((await stack.ask(url.host, '/lab', { headers: sent })).status).toBe(200);
    // The address is worth nothing any more.
    expect((await stack.ask(url.host, `${url.pathname}${url.search}`)).status).toBe(410);
    await jupyter.close();

    await expect.poll(() => stack.logged()).toContain('request failed');
    const everything = [stack.logged(), JSON.stringify(await events(stack)), ...got].join('\n');
    for (const secret of [token, cookie, appCookie, url.searchParams.get('ticket') ?? '']) {
      const entropy = secret.replace(/^.*ember_[a-z]+_/, '');
      expect(entropy.length).toBeGreaterThan(40);
      expect(everything).not.toContain(entropy.slice(0, 30));
    }
    expect(everything).not.toContain(password);
    expect(got).toHaveLength(1);
    expect(got[0]).toContain('theirs=1');
  });
});
