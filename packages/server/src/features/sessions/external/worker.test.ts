import { expect, test } from 'vitest';
import { seedServer } from '../../../testing/database.ts';
import { createExternalRig } from './testing/external-rig.ts';

const stateOf = async (rig: Awaited<ReturnType<typeof createExternalRig>>, id: number) =>
  (await rig.api('GET', `/sessions/${id}`)).body.state;

test('the dashboard learns of changes that no client has asked for', async () => {
  await using rig = await createExternalRig();
  const { id, there } = await rig.idle();
  there.state = 'busy';
  there.appInfo = { sparkUiUrl: 'http://yarn/proxy/1' };
  rig.livy.heard();
  await rig.sessions.reconcile();
  // not by its number: that would keep alive what its client has left behind
  expect(rig.livy.heard()).toEqual(['GET /sessions?from=0&size=100']);
  expect(rig.changes.at(-1)).toMatchObject({ id, state: 'busy', external: { sparkUiUrl: 'http://yarn/proxy/1' } });
  const told = rig.changes.length;
  await rig.sessions.reconcile();
  expect(rig.changes).toHaveLength(told);
  there.state = 'dead';
  rig.clock.advance(60_000);
  await rig.sessions.reconcile();
  expect(rig.changes.at(-1)).toMatchObject({ id, state: 'dead', problem: expect.stringContaining('has failed') });
});

test('one that is not in the list is looked for before it counts as gone', async () => {
  await using rig = await createExternalRig();
  const { id } = await rig.idle();
  rig.livy.state.intercept = ({ path }, response) => {
    if (!path.includes('?from')) return false;
    response.writeHead(200).end(JSON.stringify({ from: 0, total: 0, sessions: [] }));
    return true;
  };
  await rig.sessions.reconcile();
  expect(await stateOf(rig, id)).toBe('idle');
  rig.livy.state.sessions.length = 0;
  rig.clock.advance(60_000);
  await rig.sessions.reconcile();
  expect(await stateOf(rig, id)).toBe('dead');
});

test('while its Livy is away a session is reconnecting, and nothing of it is given up', async () => {
  await using rig = await createExternalRig();
  const { id } = await rig.idle();
  await rig.livy.stop();
  await rig.sessions.reconcile();
  expect(await stateOf(rig, id)).toBe('idle');
  rig.clock.advance(20_000);
  await rig.sessions.reconcile();
  expect(rig.changes.at(-1)).toMatchObject({ id, state: 'recovering' });
  expect(await stateOf(rig, id)).toBe('recovering');
  await rig.livy.resume();
  rig.clock.advance(60_000);
  await rig.sessions.reconcile();
  expect(rig.changes.at(-1)).toMatchObject({ id, state: 'idle' });
});

test('one Livy that is away holds up no other', async () => {
  await using rig = await createExternalRig();
  await using gone = await createExternalRig();
  const here = await rig.idle();
  await rig.use(gone.livy.url);
  await rig.call('POST', '/sessions', { body: { kind: 'pyspark' } });
  gone.livy.state.intercept = () => true;
  here.there.state = 'busy';
  const step = rig.sessions.reconcile();
  expect(await rig.until((session) => session.id === here.id && session.state === 'busy')).toMatchObject({
    mine: false,
  });
  await gone.livy.until(({ method }) => method === 'GET');
  rig.clock.advance(60_001);
  await step;
});

test('a Jupyter server that ends takes its sessions along', async () => {
  await using rig = await createExternalRig();
  await seedServer(rig.db, { id: 'server1', projectId: rig.projectId, userId: rig.ada.id });
  const ofServer = { ...rig.ada, email: 'ada@example.org@server:server1' };
  const { id } = await rig.idle(ofServer);
  const other = await rig.idle();
  await rig.sessions.stopForServer('server1');
  await rig.sessions.reconcile();
  expect(rig.livy.state.sessions).toEqual([other.there]);
  expect((await rig.call('GET', `/sessions/${id}`)).status).toBe(404);
});

test('rows of what has ended are forgotten after a week', async () => {
  await using rig = await createExternalRig();
  const { id } = await rig.idle();
  await rig.call('POST', `/sessions/${id}/statements`, {
    body: { code: '1' },
    headers: { 'idempotency-key': 'statement-1' },
  });
  await rig.call('DELETE', `/sessions/${id}`);
  rig.clock.advance(8 * 86_400_000);
  await rig.sessions.reconcile();
  expect(await rig.db.selectFrom('external_sessions').select('id').execute()).toEqual([]);
  expect(await rig.db.selectFrom('external_statements').selectAll().execute()).toEqual([]);
});

test('a restart of ours changes nothing', async () => {
  await using rig = await createExternalRig();
  const { id, there } = await rig.idle();
  await rig.rig.restart();
  there.state = 'busy';
  expect((await rig.call('GET', `/sessions/${id}/state`)).body.state).toBe('busy');
});
