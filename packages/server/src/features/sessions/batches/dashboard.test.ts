import { writeFile } from 'node:fs/promises';
import type { Batch, ProjectEvent } from '@emberlab/contract';
import { expect, test } from 'vitest';
import { createApi } from '../testing/api.ts';
import type { TestUser } from '../testing/rig.ts';
import { create, get, launched, rigWithFile, stateOf } from './batches.fixture.ts';

test('the dashboard lists one’s own, for owners all, and stops them; the stream of events agrees', async () => {
  await using rig = await rigWithFile();
  await using api = await createApi(rig);
  const bea = await rig.user('bea@example.org', 'editor');
  const cem = await rig.user('cem@example.org', 'viewer');
  const told: ProjectEvent[] = [];
  rig.deps.bus.subscribe((change) => {
    const event = change.present({ userId: bea.id, role: 'editor' });
    if (event !== null) told.push(event);
  });
  await create(rig, { name: 'mine' });
  await create(rig, { name: 'hers' }, { as: bea });
  const names = async (as?: TestUser) =>
    (await api.call('GET', '/batches', as)).body.items.map((batch: Batch) => [batch.name, batch.mine]);
  expect(await names()).toEqual([
    ['hers', false],
    ['mine', true],
  ]);
  expect(await names(bea)).toEqual([['hers', true]]);
  expect(await names(cem)).toEqual([]);
  for (const path of ['/batches/1', '/batches/1/log']) expect((await api.call('GET', path, bea)).status).toBe(404);
  expect((await api.call('DELETE', '/batches/1', bea)).status).toBe(404);
  // viewers stop nothing
  expect((await api.call('DELETE', '/batches/2', cem)).status).toBe(403);
  await launched(rig, 2);
  const stopped = await api.call('DELETE', '/batches/2');
  // It may have ended already when it is answered.
  const ending = expect.stringMatching(/^(?:shutting_down|killed)$/);
  expect([stopped.status, stopped.body]).toEqual([202, expect.objectContaining({ id: 2, state: ending })]);
  await expect
    .poll(async () => (await api.call('GET', '/batches/2', bea)).body)
    .toMatchObject({ state: 'killed', problem: null, owner: { email: bea.email }, file: rig.file, external: null });
  // its client finds it still, as it ended
  expect((await get(rig, '/batches/2', bea)).body.state).toBe('killed');
  expect(told.map((event) => event.type === 'batch' && [event.batch.id, event.batch.state])).toEqual(
    expect.arrayContaining([
      [2, 'starting'],
      [2, 'shutting_down'],
      [2, 'killed'],
    ]),
  );
  expect(told.every((event) => event.type === 'batch' && event.batch.id === 2)).toBe(true);
  const [, batches] = await rig.sessions.snapshot(rig.projectId, { userId: bea.id, role: 'editor' });
  expect(batches).toMatchObject({ type: 'batches', batches: [{ id: 2, mine: true, revision: 4 }] });
});

test('the dashboard reads the log of a batch', async () => {
  await using rig = await rigWithFile();
  await using api = await createApi(rig);
  await create(rig);
  const batch = await launched(rig, 1);
  await writeFile(rig.deps.engine.batches.logs(1).stdout, 'counted 7\n');
  batch.exit(0);
  await expect.poll(() => stateOf(rig, 1)).toBe('success');
  const log = await api.call('GET', '/batches/1/log?follow=1');
  expect([log.status, log.headers['content-type'], log.text]).toEqual([
    200,
    'text/plain; charset=utf-8',
    'counted 7\n',
  ]);
});
