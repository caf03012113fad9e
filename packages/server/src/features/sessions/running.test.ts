import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { expect, test } from 'vitest';
import { seedServer } from '../../testing/database.ts';
import { createApi } from './testing/api.ts';
import { createRig, testApplication, type Rig } from './testing/rig.ts';

const why = 'Stopped by an administrator: the machine is needed.';

/** As if a driver had written this, so that there is a log. */
async function writeLog(file: string): Promise<void> {
  await mkdir(dirname(file), { recursive: true });
  await writeFile(file, 'INFO begin\n');
}

const running = async (rig: Rig) =>
  (await rig.sessions.running.running()).map(({ kind, id, phase, userId }) => ({ kind, id, phase, userId }));

test('a session that an administrator stops tells its owner why: in its row, in its log and in the error of what ran', async () => {
  await using rig = await createRig();
  await using api = await createApi(rig);
  const bea = await rig.user('bea@example.org', 'editor');
  const { id, agent } = await rig.idle({}, bea);
  expect(await running(rig)).toEqual([{ kind: 'session', id: String(id), phase: 'running', userId: bea.id }]);
  const { stderr } = rig.deps.engine.logs(id);
  await writeLog(stderr);
  const first = (await rig.call('POST', `/sessions/${id}/statements`, { as: bea, body: { code: 'slow()' } })).body.id;
  agent.say({ type: 'started', id: first, startedAt: 1 });
  const second = (await rig.call('POST', `/sessions/${id}/statements`, { as: bea, body: { code: 'later()' } })).body.id;

  await rig.sessions.running.stopRunning('session', String(id), why);
  expect((await api.call('GET', `/sessions/${id}`, bea)).body).toMatchObject({ state: 'shutting_down', problem: why });
  // As real drivers do at their end with what runs.
  const interrupted = { status: 'error', execution_count: 0, ename: 'KeyboardInterrupt', evalue: '', traceback: [] };
  agent.say({ type: 'result', id: first, state: 'cancelled', output: interrupted, startedAt: 1, completedAt: 2 });
  await agent.heard('ack');
  rig.fake.driver(id).exit();
  await rig.until((session) => session.id === id && session.state === 'dead');

  expect((await api.call('GET', `/sessions/${id}`, bea)).body).toMatchObject({ state: 'dead', problem: why });
  const output = async (statement: number) =>
    (await rig.call('GET', `/sessions/${id}/statements/${statement}`, { as: bea })).body.output;
  expect(await output(first)).toMatchObject({ status: 'error', ename: 'SessionStopped', evalue: why });
  expect(await output(second)).toMatchObject({ evalue: `This statement did not run. ${why}` });
  expect((await rig.call('GET', `/sessions/${id}`, { as: bea })).body).toMatchObject({ state: 'dead' });
  expect(await readFile(stderr, 'utf8')).toContain(`emberlab: ${why}\n`);
  expect((await rig.call('GET', `/sessions/${id}/log`, { as: bea })).body.log.join('\n')).toContain(why);
  expect(await running(rig)).toEqual([]);
});

test('a statement that its client has cancelled before is cancelled, and nothing else', async () => {
  await using rig = await createRig();
  const { id, agent } = await rig.idle();
  const { body } = await rig.call('POST', `/sessions/${id}/statements`, { body: { code: 'slow()' } });
  agent.say({ type: 'started', id: body.id, startedAt: 1 });
  await expect
    .poll(async () => (await rig.db.selectFrom('statements').select('state').executeTakeFirst())?.state)
    .toBe('running');
  await rig.call('POST', `/sessions/${id}/statements/${body.id}/cancel`);
  await rig.sessions.running.stopRunning('session', String(id), why);
  agent.say({ type: 'result', id: body.id, state: 'cancelled', output: null, startedAt: 1, completedAt: 2 });
  await agent.heard('ack');
  const answer = await rig.call('GET', `/sessions/${id}/statements/${body.id}`);
  expect(answer.body).toMatchObject({ state: 'cancelled', output: null });
});

test('a session keeps the reason that it ends for already, and one that is gone is let be', async () => {
  await using rig = await createRig();
  await using api = await createApi(rig);
  const { id } = await rig.idle();
  await api.call('DELETE', `/sessions/${id}`);
  await rig.sessions.running.stopRunning('session', String(id), why);
  rig.fake.driver(id).exit();
  await rig.until((session) => session.id === id && session.state === 'dead');
  await rig.sessions.running.stopRunning('session', String(id), why);
  await rig.sessions.running.stopRunning('session', '4711', why);
  expect((await api.call('GET', `/sessions/${id}`)).body.problem).toBeNull();
});

test('sessions of a Jupyter server that was stopped with a reason have that reason', async () => {
  await using rig = await createRig();
  await using api = await createApi(rig);
  await seedServer(rig.db, { id: 'serveraaaa', projectId: rig.projectId, userId: rig.ada.id });
  const created = await rig.call('POST', '/sessions', {
    body: { kind: 'pyspark' },
    headers: { authorization: `Bearer ${rig.ada.email}@server:serveraaaa` },
  });
  const { id } = created.body as { id: number };
  await rig.sessions.stopForServer('serveraaaa', why);
  expect((await api.call('GET', `/sessions/${id}`)).body.problem).toBe(why);
});

test('a batch that an administrator stops has why in its row and in its log', async () => {
  await using rig = await createRig();
  await using api = await createApi(rig);
  const file = join(rig.projectFolder, 'job.py');
  await writeFile(file, '');
  const { id } = (await rig.call('POST', '/batches', { body: { file } })).body as { id: number };
  await expect.poll(async () => (await running(rig)).length).toBe(1);
  await expect
    .poll(async () => (await rig.db.selectFrom('batches').select('pid').executeTakeFirst())?.pid ?? null)
    .not.toBeNull();
  expect((await rig.sessions.running.running())[0]).toMatchObject({ kind: 'batch', title: 'job.py' });
  await rig.sessions.running.stopRunning('batch', String(id), why);
  await rig.reconcile();
  await expect.poll(async () => (await api.call('GET', `/batches/${id}`)).body.state).toBe('killed');
  expect((await api.call('GET', `/batches/${id}`)).body.problem).toBe(why);
  expect((await rig.call('GET', `/batches/${id}/log`)).body.log.join('\n')).toContain(`emberlab: ${why}`);
});

test('the Spark UI of a finished application is shown while it is open, and goes', async () => {
  await using rig = await createRig();
  await using api = await createApi(rig);
  const { id } = await rig.idle();
  rig.fake.eventLogs.logs.set(id, [testApplication.id]);
  rig.fake.driver(id).exit();
  await rig.until((session) => session.id === id && session.state === 'dead');
  expect((await api.call('POST', `/sessions/${id}/ui`)).status).toBe(200);
  const entry = { kind: 'history', id: String(id), phase: 'running', userId: rig.ada.id };
  expect(await running(rig)).toEqual([entry]);
  // Of another kind there is none with this id.
  await rig.sessions.running.stopRunning('ahead', String(id), why);
  expect(await running(rig)).toEqual([entry]);
  await rig.sessions.running.stopRunning('history', String(id), why);
  expect([await running(rig), rig.fake.history.running()]).toEqual([[], []]);
});
