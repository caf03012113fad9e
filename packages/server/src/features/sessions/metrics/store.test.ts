import { expect, test } from 'vitest';
import { quietSample } from '../testing/samples.ts';
import { createRig } from '../testing/rig.ts';
import { createSampleStore } from './store.ts';

const limits = { sampleMs: 2000, keptSamples: 20, fineSamples: 8 };
const everything = Number.MIN_SAFE_INTEGER;

test('samples that follow too soon are not kept', async () => {
  await using rig = await createRig();
  const { id } = await rig.idle();
  const samples = createSampleStore(rig.db, limits);
  const kept: boolean[] = [];
  for (const at of [0, 500, 1999, 2000, 3999, 4001]) kept.push(await samples.add(id, at, quietSample));
  expect(kept).toEqual([true, false, false, true, false, true]);
  expect(await samples.list(id, 0)).toEqual([2000, 4001].map((at) => ({ at, sample: quietSample })));
});

test('a session of a week stays small, from its first moment to its last', async () => {
  await using rig = await createRig();
  const { id } = await rig.idle();
  const other = await rig.idle();
  const samples = createSampleStore(rig.db, limits);
  await samples.add(other.id, 0, quietSample);
  const week = 7 * 24 * 3600_000;
  const times = Array.from({ length: 700 }, (_, number) => Math.round((number * week) / 700));
  let most = 0;
  for (const at of times) {
    await samples.add(id, at, quietSample);
    const { count } = await rig.db
      .selectFrom('session_samples')
      .select((select) => select.fn.countAll<number>().as('count'))
      .where('session_id', '=', id)
      .executeTakeFirstOrThrow();
    most = Math.max(most, count);
  }
  expect(most).toBe(limits.keptSamples);
  const kept = (await samples.list(id, everything)).map(({ at }) => at);
  expect(kept.slice(-limits.fineSamples)).toEqual(times.slice(-limits.fineSamples));
  expect(kept[0]).toBe(0);
  const gaps = kept.slice(1).map((at, number) => at - (kept[number] ?? 0));
  expect(Math.max(...gaps)).toBeLessThan(week / 2);
  expect(await samples.list(other.id, everything)).toHaveLength(1);
});

test('samples go with the row of their session', async () => {
  await using rig = await createRig();
  const { id } = await rig.idle();
  const samples = createSampleStore(rig.db, limits);
  await samples.add(id, 0, quietSample);
  await rig.db.deleteFrom('sessions').where('id', '=', id).execute();
  expect(await rig.db.selectFrom('session_samples').selectAll().execute()).toEqual([]);
});
