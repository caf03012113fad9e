import { expect, test } from 'vitest';
import { createSessionStore } from '../store.ts';
import { create, get, launched, rigWithFile, stateOf } from './batches.fixture.ts';

test('a batch that its cluster has no room for is starting, has its id, and its log says what it waits for', async () => {
  await using rig = await rigWithFile();
  rig.fake.moveToCluster();
  await create(rig);
  const batch = await launched(rig, 1);
  batch.waits = 'The queue is full.';
  batch.applicationId = 'application_1_0001';
  const look = async () => {
    rig.clock.advance(1000);
    await rig.reconcile();
  };
  await expect
    .poll(async () => {
      await look();
      return (await get(rig, '/batches/1')).body.appId;
    })
    .toBe('application_1_0001');
  // It takes nobody’s turn to start something.
  const userId = (await rig.db.selectFrom('batches').select('user_id').executeTakeFirstOrThrow()).user_id;
  expect(await createSessionStore(rig.db).countStarting(userId)).toEqual({ all: 0, own: 0 });
  // However long it takes.
  rig.clock.advance(600_000);
  for (let i = 0; i < 3; i++) await look();
  expect(await stateOf(rig, 1)).toBe('starting');
  expect((await get(rig, '/batches/1/log')).body.log.filter((line: string) => line.includes('full'))).toEqual([
    'emberlab: The queue is full.',
  ]);
  batch.waits = null;
  await expect
    .poll(async () => {
      await look();
      return stateOf(rig, 1);
    })
    .toBe('running');
  batch.said = 'The application was ended at YARN by the user ada.';
  batch.exit(1);
  await expect.poll(() => stateOf(rig, 1)).toBe('dead');
  expect((await get(rig, '/batches/1/log')).body.log.at(-1)).toBe(
    'emberlab: The application was ended at YARN by the user ada.',
  );
});

test('a batch on a cluster is found by its id after a restart, and ended by it', async () => {
  await using rig = await rigWithFile();
  rig.fake.moveToCluster();
  await create(rig);
  await launched(rig, 1);
  await rig.restart();
  await rig.reconcile();
  expect(rig.fake.batches.launched).toHaveLength(1);
  expect((await rig.call('DELETE', '/batches/1')).body).toEqual({ msg: 'deleted' });
  expect(rig.fake.batches.running()).toBe(0);
});
