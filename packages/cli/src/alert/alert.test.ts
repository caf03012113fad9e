import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';

const at = '2026-01-31T09:30:00.000Z';
const base = '/projects/demo/alerts';
const chat = {
  id: 'receiver0001',
  name: 'Chat',
  type: 'webhook',
  target: 'https://chat.example.org/hooks/1',
  last: { state: 'delivered', at },
  createdAt: at,
};
const mail = { ...chat, id: 'receiver0002', name: 'On call', type: 'email', target: 'ada@example.org', last: null };
const delivery = {
  id: 'delivery0001',
  event: 'failed',
  state: 'given-up',
  receiver: { id: chat.id, name: 'Chat', type: 'webhook' },
  job: { id: 1, name: 'nightly' },
  execution: 12,
  attempts: 8,
  createdAt: at,
  nextAt: null,
  endedAt: at,
  code: 500,
  answer: 'out of \u001b]0;evil\u0007order',
  problem: 'It answered 500.',
};

/** What the command line does with the answers of a platform. */
describe('emberlab alert', () => {
  let home: string;
  let server: ReturnType<typeof createServer>;
  let origin: string;
  let answers: Record<string, unknown>;
  const calls: { route: string; body: unknown }[] = [];

  beforeEach(async () => {
    home = mkdtempSync(join(tmpdir(), 'emberlab-alert-'));
    calls.length = 0;
    answers = { [`GET ${base}/receivers`]: { items: [chat, mail], next: null, emailAvailable: true } };
    const respond = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
      const route = `${request.method} ${request.url?.replace('/api/v1', '')}`;
      const sent = await text(request);
      calls.push({ route, body: sent === '' ? null : JSON.parse(sent) });
      const answer = answers[route];
      response
        .writeHead(answer === undefined ? 404 : 200, { 'content-type': 'application/json' })
        .end(JSON.stringify(answer ?? { error: { code: 'not_found', message: `No ${route}.`, requestId: 'r' } }));
    };
    server = createServer((request, response) => void respond(request, response)).listen(0, '127.0.0.1');
    await once(server, 'listening');
    origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    mkdirSync(join(home, 'emberlab'));
    const login = { token: 'ember_token_secret', email: 'ada@example.org', expiresAt: null };
    writeFileSync(join(home, 'emberlab/credentials.json'), JSON.stringify({ [origin]: login }));
  });
  afterEach(() => {
    server.close();
    server.closeAllConnections();
    rmSync(home, { recursive: true });
  });

  async function run(args: readonly string[], input = '') {
    const program = join(import.meta.dirname, '../main.ts');
    const child = spawn(process.execPath, [program, 'alert', '--at', origin, ...args], {
      env: { PATH: process.env['PATH'], EMBERLAB_DATA: join(home, 'data'), XDG_CONFIG_HOME: home },
    });
    child.stdin.end(input);
    const ended = once(child, 'exit');
    const [stdout, stderr] = await Promise.all([text(child.stdout), text(child.stderr)]);
    return { code: ((await ended) as [number])[0], stdout, stderr };
  }
  const sent = (route: string) => calls.filter((call) => call.route === route).map(({ body }) => body);

  it('adds a webhook, from standard input as well, and prints its secret', async () => {
    answers[`POST ${base}/receivers`] = { receiver: chat, secret: 'whsec_x' };
    const body = { type: 'webhook', name: 'Chat', url: chat.target };
    const added = await run(['receiver', 'add', 'demo', 'Chat', '--webhook', chat.target]);
    expect([added.code, added.stdout.split('\n')[1]]).toEqual([0, 'whsec_x']);
    await run(['receiver', 'add', 'demo', 'Chat', '--webhook-stdin'], `${chat.target}\n`);
    expect(sent(`POST ${base}/receivers`)).toEqual([body, body]);
    const wrong = await run(['receiver', 'add', 'demo', 'Chat', '--webhook-stdin', '--email', 'ada@example.org']);
    expect([wrong.code, wrong.stderr]).toEqual([2, expect.stringContaining('either')]);
  });

  it('adds addresses, lists receivers, and removes one by its name', async () => {
    answers[`POST ${base}/receivers`] = { receiver: mail, secret: null };
    answers[`DELETE ${base}/receivers/${mail.id}`] = {};
    await run(['receiver', 'add', 'demo', 'On call', '--email', 'ada@example.org', 'bob@example.org']);
    expect(sent(`POST ${base}/receivers`)).toMatchObject([{ addresses: ['ada@example.org', 'bob@example.org'] }]);
    const { stdout } = await run(['receiver', 'list', 'demo']);
    expect(stdout).toMatch(/^NAME +TYPE +TARGET +LAST +ID\nChat +webhook +https.* delivered +receiver0001\nOn call/);
    expect((await run(['receiver', 'remove', 'demo', 'on CALL'])).stdout).toBe('On call gets no alerts any more.\n');
    const unknown = await run(['receiver', 'remove', 'demo', 'nobody']);
    expect([unknown.code, unknown.stderr]).toEqual([2, expect.stringContaining('There are: Chat, On call.')]);
  });

  it('tests a receiver, and ends with 1 and the reason where the test did not arrive', async () => {
    answers[`POST ${base}/receivers/${chat.id}/test`] = delivery;
    expect(await run(['receiver', 'test', 'demo', 'Chat'])).toEqual({
      code: 1,
      stdout: 'Chat did not get the test. It answered 500. It answered 500: out of ]0;evilorder\n',
      stderr: '',
    });
    answers[`POST ${base}/receivers/${chat.id}/test`] = { ...delivery, state: 'delivered', code: 200, problem: null };
    expect((await run(['receiver', 'test', 'demo', 'Chat'])).code).toBe(0);
  });

  it('sets one rule and leaves the others, of the project or of a job', async () => {
    const failed = { event: 'failed', receivers: [chat.id], afterMinutes: null };
    const slow = { event: 'slow', receivers: [mail.id], afterMinutes: 30 };
    answers[`GET ${base}/rules`] = { rules: [failed] };
    answers[`PUT ${base}/rules`] = { rules: [failed, slow] };
    await run(['rule', 'set', 'demo', 'slow', 'On call', '--after', '30']);
    await run(['rule', 'set', 'demo', 'failed', '--nobody']);
    expect(sent(`PUT ${base}/rules`)).toEqual([{ rules: [failed, slow] }, { rules: [] }]);
    const ofJob = '/projects/demo/jobs/1/alerts';
    answers[`GET ${ofJob}`] = { rules: [slow], project: [failed] };
    answers[`PUT ${ofJob}`] = { rules: [], project: [failed] };
    answers['GET /projects/demo/jobs?name=nightly'] = { items: [{ id: 1, name: 'nightly' }], next: null };
    answers['GET /projects/demo/jobs?name=1'] = { items: [], next: null };
    answers['GET /projects/demo/jobs/1'] = { id: 1, name: 'nightly' };
    await run(['rule', 'set', 'demo', 'failed', '--nobody', '--job', 'nightly']);
    await run(['rule', 'set', 'demo', 'slow', '--as-project', '--job', '1']);
    expect(sent(`PUT ${ofJob}`)).toEqual([
      { rules: [slow, { event: 'failed', receivers: [], afterMinutes: null }] },
      { rules: [] },
    ]);
    const { stdout } = await run(['rule', 'list', 'demo', '--job', '1']);
    expect(stdout).toMatch(/\nfailed +Chat +the project\nslow, after 30 min +On call +the job\n$/);
    for (const wrong of [
      ['slow', 'Chat'],
      ['failed', 'Chat', '--after', '5'],
      ['failed', '--as-project'],
      ['failed'],
    ]) {
      expect([wrong, (await run(['rule', 'set', 'demo', ...wrong])).code]).toEqual([wrong, 2]);
    }
  });

  it('lists deliveries and sends one again', async () => {
    answers[`GET ${base}/deliveries?state=given-up`] = { items: [delivery], next: null };
    answers[`POST ${base}/deliveries/${delivery.id}/resend`] = { ...delivery, state: 'queued' };
    const { stdout } = await run(['deliveries', 'demo', '--state', 'given-up']);
    expect(stdout).toMatch(/\ndelivery0001 +2026\S+ +failed +nightly +12 +Chat +given-up +8 +It answered 500\.\n$/);
    answers[`GET ${base}/deliveries`] = { items: [delivery], next: 'delivery0001' };
    answers[`GET ${base}/deliveries?cursor=delivery0001`] = { items: [delivery], next: 'delivery0001' };
    const cut = await run(['deliveries', 'demo', '--limit', '2']);
    expect(cut.stdout.match(/\ndelivery0001/g)).toHaveLength(2);
    expect(cut.stdout).toContain('There are more.');
    expect((await run(['resend', 'demo', delivery.id])).stdout).toContain('It is being sent to Chat.');
  });
});
