import { once } from 'node:events';
import { appendFile, mkdir, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { request, type IncomingMessage } from 'node:http';
import { expect, test } from 'vitest';
import { createApi } from './testing/api.ts';
import { createRig, type TestUser } from './testing/rig.ts';

test('every route of the contract is there', async () => {
  await using rig = await createRig();
  await using api = await createApi(rig);
  expect(api.router.missing().filter((name) => /^(sessions|batches)\./.test(name))).toEqual([]);
});

test('members see their own, owners see all, and the stream of events agrees', async () => {
  await using rig = await createRig();
  await using api = await createApi(rig);
  const bea = await rig.user('bea@example.org', 'editor');
  const sam = await rig.user('sam@example.org', null);
  const mine = await rig.idle();
  const hers = await rig.idle({ name: 'hers' }, bea);
  hers.agent.say({ type: 'metrics', executors: 1, cores: 2, memoryUsedBytes: 3, memoryTotalBytes: 4, activeJob: null });
  await rig.until((session) => session.id === hers.id && session.metrics !== null);

  const list = async (as: TestUser) => (await api.call('GET', '/sessions', as)).body.items;
  expect(await list(rig.ada)).toMatchObject([
    { id: hers.id, mine: false, name: 'hers', metrics: { cores: 2 }, owner: { email: 'bea@example.org' } },
    { id: mine.id, mine: true, state: 'idle', applicationId: 'local-1', uiAvailable: true, revision: 4 },
  ]);
  expect((await list(bea)).map((session: { id: number }) => session.id)).toEqual([hers.id]);
  expect(await rig.sessions.snapshot(rig.projectId, { userId: bea.id, role: 'editor' })).toMatchObject([
    { type: 'sessions', sessions: [{ id: hers.id, mine: true }] },
    { type: 'batches', batches: [] },
  ]);

  expect((await api.call('GET', `/sessions/${mine.id}`, rig.ada)).body).toMatchObject({ id: mine.id, endedAt: null });
  for (const path of [`/${mine.id}`, `/${mine.id}/log`]) {
    expect((await api.call('GET', `/sessions${path}`, bea)).status).toBe(404);
    expect((await api.call('GET', `/sessions${path}`, sam)).status).toBe(404);
  }
  expect((await api.call('DELETE', `/sessions/${mine.id}`, bea)).status).toBe(404);
  expect((await api.call('POST', `/sessions/${mine.id}/ui`, bea)).status).toBe(404);
  expect((await api.call('GET', '/sessions/999', rig.ada)).status).toBe(404);
});

test('the bus tells each viewer what they may see', async () => {
  await using rig = await createRig();
  const shown: unknown[] = [];
  rig.deps.bus.subscribe((change) => shown.push(change.present({ userId: 'somebody', role: 'editor' })));
  const told: unknown[] = [];
  rig.deps.bus.subscribe((change) => told.push(change.present({ userId: rig.ada.id, role: 'editor' })));
  await rig.idle();
  expect(shown.length).toBeGreaterThan(1);
  expect(shown.every((event) => event === null)).toBe(true);
  expect(told.at(-1)).toMatchObject({ type: 'session', session: { mine: true, state: 'idle' } });
});

test('stopping answers at once and goes on', async () => {
  await using rig = await createRig();
  await using api = await createApi(rig);
  const viewer = await rig.user('vic@example.org', 'viewer');
  const { id, agent } = await rig.idle();
  expect((await api.call('DELETE', `/sessions/${id}`, viewer)).status).toBe(403);
  const stopped = await api.call('DELETE', `/sessions/${id}`, rig.ada);
  expect([stopped.status, stopped.body.state]).toEqual([202, 'shutting_down']);
  await agent.heard('stop');
  rig.fake.driver(id).exit();
  await rig.until((session) => session.state === 'dead');
  const again = await api.call('DELETE', `/sessions/${id}`, rig.ada);
  expect([again.status, again.body]).toMatchObject([202, { state: 'dead', problem: null, uiAvailable: false }]);
  // its notebook sees the end, too
  expect((await rig.call('GET', `/sessions/${id}/state`)).body.state).toBe('dead');
});

test('the Spark UI opens by a ticket, while there is one', async () => {
  await using rig = await createRig();
  await using api = await createApi(rig);
  await rig.call('POST', '/sessions', { body: { kind: 'pyspark' } });
  const early = await api.call('POST', '/sessions/1/ui', rig.ada);
  expect([early.status, early.body.code]).toEqual([409, 'ui_unavailable']);
  const agent = await rig.agent(1);
  agent.ready();
  await rig.until((session) => session.uiAvailable);
  const opened = await api.call('POST', '/sessions/1/ui', rig.ada);
  const [target] = rig.targets.values();
  expect(opened.body).toEqual({ url: `http://${target?.id}.localhost:8080/ticket` });
  expect(rig.state.tickets).toEqual([{ targetId: target?.id, path: '/' }]);
  rig.fake.driver(1).exit({ code: 1 });
  await rig.until((session) => session.state === 'dead');
  expect((await api.call('POST', '/sessions/1/ui', rig.ada)).body.code).toBe('session_ended');
});

test('the log is plain text, whole, and followed to its end', async () => {
  await using rig = await createRig();
  await using api = await createApi(rig);
  const origin = await api.app.listen({ port: 0, host: '127.0.0.1' });
  const { id } = await rig.idle();
  const files = rig.deps.engine.logs(id);
  await mkdir(dirname(files.stdout), { recursive: true });
  await writeFile(files.stdout, 'printed\n');
  await writeFile(files.stderr, '<b>logged</b>\n');
  const log = await api.call('GET', `/sessions/${id}/log`, rig.ada);
  expect(log.text).toBe('printed\n<b>logged</b>\n');
  expect(log.headers).toMatchObject({
    'content-type': 'text/plain; charset=utf-8',
    'x-content-type-options': 'nosniff',
  });

  const outgoing = request(`${origin}/api/v1/projects/demo/sessions/${id}/log?follow=1`, {
    headers: { 'x-user': rig.ada.email },
  }).end();
  const [response] = (await once(outgoing, 'response')) as [IncomingMessage];
  let text = '';
  for await (const chunk of response) {
    text += String(chunk);
    if (text.split('\n').length === 3) {
      await appendFile(files.stdout, 'more\n');
      rig.fake.driver(id).exit({ code: 4 });
    }
  }
  expect(text.split('\n').toSorted()).toEqual([
    '',
    '<b>logged</b>',
    expect.stringMatching(/^emberlab: The Spark driver ended with exit code 4/),
    'more',
    'printed',
  ]);
});

test('a log that is followed ends with its reader’s membership', async () => {
  await using rig = await createRig();
  await using api = await createApi(rig);
  const origin = await api.app.listen({ port: 0, host: '127.0.0.1' });
  const bea = await rig.user('bea@example.org', 'editor');
  const { id } = await rig.idle({}, bea);
  const files = rig.deps.engine.logs(id);
  await mkdir(dirname(files.stdout), { recursive: true });
  await writeFile(files.stdout, 'printed\n');
  const outgoing = request(`${origin}/api/v1/projects/demo/sessions/${id}/log?follow=1`, {
    headers: { 'x-user': bea.email },
  }).end();
  const [response] = (await once(outgoing, 'response')) as [IncomingMessage];
  expect(String((await once(response, 'data'))[0])).toBe('printed\n');
  const cut = once(response, 'error');
  await rig.db.deleteFrom('members').where('user_id', '=', bea.id).execute();
  rig.clock.advance(5000);
  expect(String((await cut)[0])).toMatch(/aborted/);
});
