import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { once } from 'node:events';
import { createServer as createTlsServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Webhook } from 'standardwebhooks';
import { expect, test } from 'vitest';
import { fakeClock } from '../../lib/clock.fake.ts';
import { makeCertificate } from '../../testing/certificate.ts';
import { alertsRig } from './alerts.fixture.ts';
import { testHook } from './hook.fixture.ts';
import type { Outcome } from './model.ts';
import { newWebhookSecret } from './signature.ts';
import { createTargets } from './targets.ts';
import { createWebhookSender } from './webhook.ts';

const never = new AbortController().signal;

/** Sends one message to an address under these rules. */
function sending(rules: readonly string[], clock = fakeClock()) {
  const send = createWebhookSender({ clock, targets: createTargets(rules), version: '1.2.3' });
  const secrets = { current: newWebhookSecret(), former: null };
  return (url: string, signal = never): Promise<Outcome> =>
    send({ id: 'delivery1', body: '{}' }, { url, secrets }, signal);
}

test('what is sent can be checked by any library for Standard Webhooks, and nothing else passes', async () => {
  await using hook = await testHook();
  await using rig = await alertsRig();
  const { receiver, secret } = await rig.addHook(hook.url);
  const { body: tried } = await rig.ask('ada', 'POST', `/alerts/receivers/${receiver.id}/test`);
  expect(tried).toMatchObject({ event: 'test', state: 'delivered', code: 200, answer: 'thanks', attempts: 1 });
  const [got] = hook.got;
  const { body = '', headers = {} } = got ?? {};
  expect(headers).toMatchObject({
    'webhook-id': tried.id,
    'content-type': 'application/json',
    'user-agent': 'Emberlab/1.2.3',
  });
  expect(JSON.parse(body)).toEqual({
    type: 'alert.test',
    timestamp: expect.any(String),
    data: {
      project: { name: 'demo', label: 'Demo' },
      job: null,
      execution: null,
      url: 'http://localhost:8080/projects/demo/settings/alerts',
    },
  });
  const library = new Webhook(secret ?? '');
  expect(library.verify(body, headers)).toEqual(JSON.parse(body));
  const later = String(Number(headers['webhook-timestamp']) + 1);
  const no = 'No matching signature found';
  expect(() => library.verify(`${body} `, headers)).toThrow(no);
  expect(() => library.verify(body, { ...headers, 'webhook-id': 'another' })).toThrow(no);
  expect(() => library.verify(body, { ...headers, 'webhook-timestamp': later })).toThrow(no);
  expect(() => new Webhook(newWebhookSecret()).verify(body, headers)).toThrow(no);
});

test('with a new secret the former one is good for another day', async () => {
  await using hook = await testHook();
  await using rig = await alertsRig();
  const { receiver, secret: former } = await rig.addHook(hook.url);
  const path = `/alerts/receivers/${receiver.id}`;
  const { secret } = (await rig.ask('ada', 'POST', `${path}/secret`)).body;
  expect(secret).not.toBe(former);
  const passes = async (with_: string | null) => {
    await rig.ask('ada', 'POST', `${path}/test`);
    const { body = '', headers = {} } = hook.got.at(-1) ?? {};
    // The library looks at the real clock.
    const now = { ...headers };
    const isOf = (signature: string) => {
      const sign = new Webhook(with_ ?? '').sign(
        now['webhook-id'] ?? '',
        new Date(Number(now['webhook-timestamp']) * 1000),
        body,
      );
      return signature === sign;
    };
    return (headers['webhook-signature'] ?? '').split(' ').some(isOf);
  };
  expect([await passes(secret), await passes(former)]).toEqual([true, true]);
  rig.clock.advance(24 * 3_600_000);
  expect([await passes(secret), await passes(former)]).toEqual([true, false]);
});

test.each([
  'http://127.0.0.1:PORT/',
  'http://localhost:PORT/',
  'http://LOCALHOST:PORT/',
  'http://2130706433:PORT/',
  'http://0x7f000001:PORT/',
  'http://127.1:PORT/',
  'http://[::ffff:127.0.0.1]:PORT/',
  'http://[::ffff:7f00:1]:PORT/',
  'http://[::1]:PORT/',
  'http://0.0.0.0:PORT/',
  'http://[64:ff9b::7f00:1]:PORT/',
  'http://169.254.169.254/',
  'http://10.0.0.1/',
  'http://[fe80::1]/',
])('nothing is sent to %s unless an administrator allows it', async (address) => {
  await using hook = await testHook();
  const outcome = await sending([])(address.replace('PORT', String(hook.port)));
  expect(outcome).toMatchObject({ ok: false, again: false, code: null });
  expect(outcome.problem).toContain('EMBERLAB_ALERTS_ALLOW');
  expect(hook.got).toEqual([]);
});

test('what an administrator allows is allowed by name, address, network and port, and metadata addresses never are', async () => {
  await using hook = await testHook();
  const byName = hook.url.replace('127.0.0.1', 'localhost');
  const ok = async (rule: string, url: string) => (await sending([rule])(url)).ok;
  expect(await ok('localhost', byName)).toBe(true);
  expect(await ok('127.0.0.0/8', byName)).toBe(true);
  expect(await ok(`127.0.0.1:${hook.port}`, hook.url)).toBe(true);
  expect(await ok('127.0.0.1:1', hook.url)).toBe(false);
  expect(await ok('localhost', hook.url)).toBe(false);
  expect(await sending(['*'])('http://169.254.169.254/')).toMatchObject({ ok: false, again: false });
  expect(hook.got).toHaveLength(3);
});

test('a redirect is not followed, wherever it leads', async () => {
  await using hook = await testHook();
  await using other = await testHook();
  for (const code of [301, 302, 303, 307, 308]) {
    hook.answer((_, response) => response.writeHead(code, { location: other.url }).end());
    expect(await sending(['127.0.0.1'])(hook.url)).toMatchObject({ ok: false, again: true, code });
  }
  expect(other.got).toEqual([]);
});

test('answers say whether it has arrived, whether it makes sense to try again, and when', async () => {
  await using hook = await testHook();
  const clock = fakeClock();
  const answered = async (status: number, headers: Record<string, string> = {}) => {
    hook.answer((_, response) => response.writeHead(status, headers).end('so'));
    return sending(['127.0.0.1'], clock)(hook.url);
  };
  expect(await answered(204)).toEqual({ ok: true, code: 204, answer: null, problem: null });
  expect(await answered(202)).toEqual({ ok: true, code: 202, answer: 'so', problem: null });
  expect(await answered(410)).toMatchObject({ ok: false, again: false, code: 410 });
  for (const status of [400, 404, 500, 502])
    expect(await answered(status)).toMatchObject({ ok: false, again: true, code: status });
  expect(await answered(429, { 'retry-after': '120' })).toMatchObject({ again: true, wantsMs: 120_000 });
  const date = new Date(clock.now() + 60_000).toUTCString();
  expect(await answered(503, { 'retry-after': date })).toMatchObject({ again: true, wantsMs: 60_000 });
  expect(await answered(503, { 'retry-after': 'soon' })).toMatchObject({ again: true, wantsMs: null });
});

test('of an answer a short piece is kept, as text without anything invisible in it', async () => {
  await using hook = await testHook();
  hook.answer((_, response) => response.end(`<b>\u001b[31mno\u202e\u0000</b>\n${'x'.repeat(10_000_000)}`));
  const { answer } = await sending(['127.0.0.1'])(hook.url);
  expect(answer?.slice(0, 20)).toBe('<b> [31mno  </b>\nxxx');
  expect(answer).toHaveLength(500);
});

test('a receiver that does not answer is left after 20 seconds', async () => {
  await using hook = await testHook();
  const clock = fakeClock();
  hook.answer(() => undefined);
  const silent = sending(['127.0.0.1'], clock)(hook.url);
  await hook.until(1);
  clock.advance(20_000);
  expect(await silent).toMatchObject({
    ok: false,
    again: true,
    problem: expect.stringContaining('within 20 s'),
  });
});

test('one that does not end its answer, or breaks it off, has taken the message by its status', async () => {
  await using hook = await testHook();
  hook.answer((_, response) => void response.write('x'.repeat(5000)));
  expect(await sending(['127.0.0.1'])(hook.url)).toMatchObject({ ok: true, code: 200, answer: 'x'.repeat(500) });
  hook.answer((_, response) => {
    response.writeHead(200, { 'content-length': '100' });
    response.write('so far', () => response.destroy());
  });
  expect(await sending(['127.0.0.1'])(hook.url)).toMatchObject({ ok: true, code: 200, answer: 'so far …' });
});

test('what keeps it from arriving is said in a sentence, without the address’s secret part', async () => {
  await using hook = await testHook();
  const send = sending(['127.0.0.1', 'no-such-host.invalid']);
  const problem = async (url: string) => (await send(url)).problem;
  const free = await (async () => {
    await using closed = await testHook();
    return closed.port;
  })();
  expect(await problem(`http://127.0.0.1:${free}/secret`)).toBe(`Nothing listens at 127.0.0.1:${free}.`);
  expect(await problem(`https://127.0.0.1:${hook.port}/secret`)).toMatch(/https.*http:\/\//);
  expect(await problem('http://no-such-host.invalid/secret')).toMatch(/no-such-host\.invalid/);
});

test('a certificate that is not trusted is not taken', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'emberlab-hook-'));
  const { cert, key } = await makeCertificate(folder);
  const heard: unknown[] = [];
  const server = createTlsServer({ cert: readFileSync(cert), key: readFileSync(key) }, (request) =>
    heard.push(request),
  );
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const outcome = await sending(['localhost'])(`https://localhost:${port}/`);
  expect(outcome).toMatchObject({ ok: false, again: true, problem: expect.stringContaining('certificate') });
  expect(heard).toEqual([]);
  server.close();
  rmSync(folder, { recursive: true });
});
