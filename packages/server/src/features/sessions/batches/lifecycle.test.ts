import { expect, test } from 'vitest';
import { create, get, launched, rigWithFile, stateOf } from './batches.fixture.ts';

test('a member who leaves takes their batches along', async () => {
  await using rig = await rigWithFile();
  await create(rig);
  await launched(rig, 1);
  await rig.sessions.part.stop({ projectId: rig.projectId, userId: rig.ada.id }, 'member');
  await expect.poll(() => stateOf(rig, 1)).toBe('killed');
  expect(rig.fake.batches.running()).toBe(0);
  expect((await get(rig, '/batches/1/log')).body.log.at(-1)).toBe(
    'emberlab: Its owner may not run anything in the project any more.',
  );
});

test('a batch that ended while control was away is found as it ended, and none is run twice', async () => {
  await using rig = await rigWithFile();
  for (let i = 0; i < 4; i++) await create(rig);
  const batches = await Promise.all([1, 2, 3, 4].map((id) => launched(rig, id)));
  await rig.app.close();
  await rig.sessions.close();
  batches[0]?.exit(0);
  batches[1]?.exit(3);
  batches[2]?.exit(null);
  // the launch of the last was cut off before it was written down, and it has ended since
  await rig.db.updateTable('batches').set({ pid: null, start_ticks: null }).where('id', '=', 4).execute();
  batches[3]?.exit(0);
  await rig.restart();
  await expect
    .poll(async () => (await get(rig, '/batches')).body.sessions.map((batch: { state: string }) => batch.state))
    .toEqual(['success', 'dead', 'dead', 'success']);
  expect((await get(rig, '/batches/3/log')).body.log.at(-1)).toBe(
    'emberlab: The Spark driver ended. Its log says more.',
  );
  expect(rig.fake.batches.launched).toHaveLength(4);
});

test('a deletion that was cut off goes on', async () => {
  await using rig = await rigWithFile();
  await create(rig);
  await launched(rig, 1);
  await rig.app.close();
  await rig.sessions.close();
  await rig.db.updateTable('batches').set({ state: 'shutting_down', stop_reason: 'deleted' }).execute();
  await rig.restart();
  await expect.poll(() => rig.fake.batches.running()).toBe(0);
});

test('what has ended stays listed for a day, and is forgotten with its log after a week', async () => {
  await using rig = await rigWithFile();
  await create(rig);
  (await launched(rig, 1)).exit(0);
  await expect.poll(() => stateOf(rig, 1)).toBe('success');
  rig.clock.advance(86_400_000 - 1);
  expect(await stateOf(rig, 1)).toBe('success');
  rig.clock.advance(1);
  expect((await get(rig, '/batches/1')).status).toBe(404);
  const rows = () => rig.db.selectFrom('batches').select('id').execute();
  await rig.reconcile();
  expect(await rows()).toHaveLength(1);
  rig.clock.advance(6 * 86_400_000);
  await rig.reconcile();
  expect(await rows()).toEqual([]);
  expect((await create(rig)).body.id).toBe(2);
});

test('its event log is kept within bounds while it runs and at its end', async () => {
  await using rig = await rigWithFile();
  const looked: boolean[] = [];
  const { engine } = rig.fake.batches.eventLogs;
  engine.limit = async (id, { ended }) => {
    expect(id).toBe(1);
    looked.push(ended);
    return 'kept';
  };
  await create(rig);
  const batch = await launched(rig, 1);
  await rig.reconcile();
  await rig.pass(60_000);
  expect(looked).toEqual([false]);
  batch.exit(0);
  await expect.poll(() => stateOf(rig, 1)).toBe('success');
  expect(looked).toEqual([false, true]);
});

test('its logs are kept within bounds while it runs and at its end', async () => {
  await using rig = await rigWithFile();
  await create(rig);
  const batch = await launched(rig, 1);
  await expect.poll(() => [...rig.fake.batches.bounded]).toEqual([1]);
  rig.fake.batches.bounded.clear();
  batch.exit(0);
  await expect.poll(() => stateOf(rig, 1)).toBe('success');
  expect([...rig.fake.batches.bounded]).toEqual([1]);
});
