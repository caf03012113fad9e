import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { json, text } from 'node:stream/consumers';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';

const user = {
  id: 'user00000001',
  email: 'ada@example.org',
  name: 'Ada',
  admin: false,
  createdAt: '2026-01-01T00:00:00.000Z',
};

/** What the command line does with the answers of a platform; that both fit together is shown in the browser, in e2e. */
describe('emberlab login', () => {
  let home: string;
  let server: ReturnType<typeof createServer>;
  let origin: string;
  const calls: { route: string; token: string | undefined; body: unknown }[] = [];
  let good = true;
  beforeEach(async () => {
    home = mkdtempSync(join(tmpdir(), 'emberlab-login-'));
    calls.length = 0;
    good = true;
    const answers: Record<string, () => [number, unknown]> = {
      'GET /auth/state': () => [200, { setUpNeeded: false, user: null, openId: null }],
      'POST /auth/cli': () => [
        201,
        { user, token: { secret: 'ember_token_secret', expiresAt: '2027-01-01T00:00:00.000Z' } },
      ],
      'POST /auth/logout': () => [200, {}],
      'GET /me': () => [200, user],
    };
    const respond = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
      const route = `${request.method} ${request.url?.replace('/api/v1', '')}`;
      const body =
        request.method === 'POST' && request.headers['content-type'] !== undefined ? await json(request) : null;
      calls.push({ route, token: request.headers.authorization, body });
      const [status, answer] = good
        ? (answers[route]?.() ?? [404, {}])
        : [401, { error: { code: 'not_logged_in', message: 'This token is not good (any more).', requestId: 'r' } }];
      response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(answer));
    };
    server = createServer((request, response) => void respond(request, response)).listen(0, '127.0.0.1');
    await once(server, 'listening');
    origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  });
  afterEach(() => {
    server.close();
    server.closeAllConnections();
    rmSync(home, { recursive: true });
  });

  const file = () => join(home, 'emberlab/credentials.json');
  function run(...args: string[]) {
    const child = spawn(process.execPath, [join(import.meta.dirname, 'main.ts'), ...args], {
      env: { PATH: process.env['PATH'], EMBERLAB_DATA: join(home, 'data'), XDG_CONFIG_HOME: home },
      stdio: ['pipe', 'pipe', 'pipe'],
    });
    const ended = once(child, 'exit').then(([code]) => code as number);
    return { child, ended, stderr: text(child.stderr) };
  }

  /** The address that the command prints. */
  async function printed(child: ReturnType<typeof run>['child']): Promise<URL> {
    for await (const line of createInterface({ input: child.stdout })) {
      const url = /http\S+\/cli-login\S+/.exec(line)?.[0];
      if (url !== undefined) return new URL(url);
    }
    throw new Error('no address');
  }

  async function logIn() {
    const { child, ended } = run('login', origin);
    const page = await printed(child);
    const back = `http://127.0.0.1:${page.searchParams.get('port')}/`;
    const state = page.searchParams.get('state') ?? '';
    return { page, back, state, ended };
  }

  it('takes the code that the page brings, and keeps the token where only its user reads', async () => {
    const { page, back, state, ended } = await logIn();
    expect(page.origin).toBe(origin);
    const landed = await fetch(`${back}?code=the-code&state=${state}`, { redirect: 'manual' });
    expect(landed.headers.get('location')).toBe(`${origin}/cli-login?done=true`);
    expect(await ended).toBe(0);
    const redeemed = calls.find((call) => call.route === 'POST /auth/cli')?.body as { code: string; verifier: string };
    expect(redeemed.code).toBe('the-code');
    // The address of the page tells nothing with which the code could be redeemed.
    expect(page.href).not.toContain(redeemed.verifier);
    expect(JSON.parse(readFileSync(file(), 'utf8'))).toEqual({
      [origin]: { token: 'ember_token_secret', email: user.email, expiresAt: '2027-01-01T00:00:00.000Z' },
    });
    expect(statSync(file()).mode & 0o777).toBe(0o600);
  });

  it('goes on waiting when another page than that knocks', async () => {
    const { back, state, ended } = await logIn();
    for (const query of ['?code=evil', '?code=evil&state=wrong', `x?code=evil&state=${state}`, `?state=${state}`]) {
      expect((await fetch(`${back}${query}`)).status).toBe(404);
    }
    expect(calls.some((call) => call.route === 'POST /auth/cli')).toBe(false);
    await fetch(`${back}?code=c&state=${state}`, { redirect: 'manual' });
    expect(await ended).toBe(0);
  });

  it('takes a code that a person types', async () => {
    const { child, ended } = run('login', origin, '--paste');
    const page = await printed(child);
    expect(page.searchParams.has('port')).toBe(false);
    child.stdin.end('  typed-code\n');
    expect(await ended).toBe(0);
    expect(calls.find((call) => call.route === 'POST /auth/cli')?.body).toMatchObject({ code: 'typed-code' });
  });

  it('says so where no code is typed', async () => {
    for (const input of ['', '\n']) {
      const { child, ended, stderr } = run('login', origin, '--paste');
      child.stdout.resume();
      child.stdin.end(input);
      expect(await ended).toBe(1);
      expect(await stderr).toContain('No code was typed. Please run emberlab login again.');
      expect(await stderr).not.toContain('Warning');
    }
    expect(calls.some((call) => call.route === 'POST /auth/cli')).toBe(false);
  });

  it('names the Emberlab that one is logged in to when another is asked', async () => {
    const { back, state, ended } = await logIn();
    await fetch(`${back}?code=c&state=${state}`, { redirect: 'manual' });
    await ended;
    calls.length = 0;
    const elsewhere = run('job', 'list', 'demo');
    expect(await elsewhere.ended).toBe(2);
    expect(await elsewhere.stderr).toContain(`To ask ${origin}, where you are logged in, add --at ${origin}`);
    expect(await run('whoami').stderr).toContain(`To ask ${origin}, where you are logged in, add ${origin}`);
    expect(calls).toEqual([]);
    await run('job', 'list', 'demo', '--at', origin).ended;
    expect(calls.map(({ route }) => route)).toEqual([expect.stringMatching(/^GET .projects.demo.jobs/)]);
  });

  it('is used by whoami, and revoked and forgotten by logout', async () => {
    const { back, state, ended } = await logIn();
    await fetch(`${back}?code=c&state=${state}`, { redirect: 'manual' });
    await ended;
    const who = run('whoami', origin);
    expect(await text(who.child.stdout)).toBe('ada@example.org\n');
    expect(calls.at(-1)).toMatchObject({ route: 'GET /me', token: 'Bearer ember_token_secret' });
    expect(await run('logout', origin).ended).toBe(0);
    expect(calls.at(-1)).toMatchObject({ route: 'POST /auth/logout', token: 'Bearer ember_token_secret' });
    expect(JSON.parse(readFileSync(file(), 'utf8'))).toEqual({});
    const again = run('whoami', origin);
    expect(await again.ended).toBe(2);
    expect(await again.stderr).toContain('You are not logged in');
  });

  it('forgets a token that is no longer good, and says so of one that it is', async () => {
    const { back, state, ended } = await logIn();
    await fetch(`${back}?code=c&state=${state}`, { redirect: 'manual' });
    await ended;
    good = false;
    const who = run('whoami', origin);
    expect(await who.ended).toBe(1);
    expect(await who.stderr).toBe('This token is not good (any more).\n');
    expect(await run('logout', origin).ended).toBe(0);
    expect(JSON.parse(readFileSync(file(), 'utf8'))).toEqual({});
  });

  it('says that there is no Emberlab before anybody opens a page', async () => {
    const { ended, stderr } = run('login', 'http://127.0.0.1:9');
    expect(await ended).toBe(1);
    expect(await stderr).toBe(
      'Emberlab could not be reached at http://127.0.0.1:9. Please check that it runs and try again.\n',
    );
    const wrong = run('login', 'ftp://x');
    expect(await wrong.ended).toBe(2);
  });
});
