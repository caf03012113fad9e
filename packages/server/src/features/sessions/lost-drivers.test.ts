import { expect, test } from 'vitest';
import { createRig } from './testing/rig.ts';

test('why a driver ended is asked of its cluster before that lets go of it, and told in place of what its exit says', async () => {
  await using rig = await createRig();
  rig.fake.moveToCluster();
  rig.fake.explain('Its node has gone.');
  const { id } = await rig.idle();
  rig.fake.driver(id).exit({ code: null, signal: 'SIGKILL' });
  const dead = await rig.until((session) => session.state === 'dead');
  expect(dead.problem).toBe('Its node has gone.');
  expect(rig.fake.patience).toHaveLength(1);
  expect((await rig.call('GET', `/sessions/${id}`)).body.log.at(-1)).toBe('emberlab: Its node has gone.');
});

test('one that was ended on purpose needs no reason', async () => {
  await using rig = await createRig();
  rig.fake.moveToCluster();
  rig.fake.explain('Its node has gone.');
  const { id, agent } = await rig.idle();
  const deleted = rig.call('DELETE', `/sessions/${id}`);
  await agent.heard('stop');
  rig.fake.driver(id).exit();
  expect((await deleted).status).toBe(200);
  expect(rig.changes.at(-1)).toMatchObject({ state: 'dead', problem: null });
});
