import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { expect, test } from 'vitest';
import { createRig } from './testing/rig.ts';

test('as a part of projects, sessions say for whom they live, and end for who has lost the right', async () => {
  await using rig = await createRig();
  const bea = await rig.user('bea@example.org', 'editor');
  const { projectId } = rig;
  const { part } = rig.sessions;
  expect(await part.living()).toEqual([]);
  const mine = await rig.idle();
  const hers = await rig.idle({}, bea);
  const living = async () => (await part.living()).toSorted((a, b) => a.userId.localeCompare(b.userId));
  const both = [rig.ada.id, bea.id].toSorted().map((userId) => ({ projectId, userId, ending: false }));
  expect(await living()).toEqual(both);
  await part.stop({ projectId, userId: bea.id }, 'member');
  expect(await living()).toEqual(both.map((one) => ({ ...one, ending: one.userId === bea.id })));
  // A driver that does not go by itself is not waited for as long as others.
  await rig.reconcile();
  await rig.pass(1500);
  await rig.until(({ id, state }) => id === hers.id && state === 'dead');
  expect(rig.fake.patience).toEqual([1500]);
  expect(await living()).toEqual([{ projectId, userId: rig.ada.id, ending: false }]);
  // Ended in this way, it is not to be seen any more.
  expect((await rig.call('GET', `/sessions/${hers.id}`, { as: bea })).status).toBe(404);
  expect((await rig.call('GET', `/sessions/${mine.id}`)).status).toBe(200);
});

test('of a project that goes for good, no log of a session stays', async () => {
  await using rig = await createRig();
  const { id } = await rig.idle();
  const { stdout } = rig.deps.engine.logs(id);
  mkdirSync(dirname(stdout), { recursive: true });
  writeFileSync(stdout, 'secret');
  const { part } = rig.sessions;
  await part.stop({ projectId: rig.projectId, userId: rig.ada.id }, 'project');
  rig.fake.driver(id).exit();
  await rig.until((session) => session.id === id && session.state === 'dead');
  await part.remove('another');
  expect(existsSync(stdout)).toBe(true);
  await part.remove(rig.projectId);
  await part.remove(rig.projectId);
  expect(existsSync(stdout)).toBe(false);
});

test('the gateway of an archived project answers reads alone', async () => {
  await using rig = await createRig();
  const { id } = await rig.idle();
  await rig.db.updateTable('projects').set({ archived_at: 1 }).execute();
  expect((await rig.call('GET', `/sessions/${id}`)).status).toBe(200);
  for (const [method, path, body] of [
    ['POST', '/sessions', { kind: 'pyspark' }],
    ['POST', `/sessions/${id}/statements`, { code: '1' }],
    ['POST', '/batches', { file: 'a.py' }],
    ['DELETE', `/sessions/${id}`, undefined],
  ] as const) {
    const answer = await rig.call(method, path, { body });
    expect([answer.status, JSON.stringify(answer.body)]).toEqual([409, expect.stringContaining('archived')]);
  }
});
