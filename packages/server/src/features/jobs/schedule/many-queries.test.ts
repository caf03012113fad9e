import { expect, it } from 'vitest';
import { fakeClock } from '../../../lib/clock.fake.ts';
import { toInstant } from '../../../lib/clock.ts';
import { countQueries } from '../../../testing/count-queries.ts';
import { testDatabase } from '../../../testing/database.ts';
import { hour, planeOn, scheduleKit } from './schedule.fixture.ts';

const begin = Date.UTC(2026, 5, 1);
const range = { from: toInstant(begin - 5 * hour), to: toInstant(begin - hour), cron: '0 * * * *' };

it('backfills of a job are listed with as many queries as one', async () => {
  await using open = await testDatabase();
  const counted = countQueries(open.db);
  const kit = await scheduleKit(counted.db, fakeClock(begin));
  const job = await kit.job('past');
  const add = () => kit.backfills.create(job, range, kit.ada);
  await add();
  const one = await counted.during(() => kit.backfills.list(job));
  for (let more = 0; more < 10; more += 1) await add();
  expect(await counted.during(() => kit.backfills.list(job))).toBe(one);
  const waiting = (await kit.backfills.list(job)).items.map(({ waitsFor }) => waitsFor);
  expect(waiting.filter((why) => why === null)).toHaveLength(1);
  expect(waiting.at(-1)).toBeNull();
});

it('a look at jobs whose runs go asks as little for many as for one', async () => {
  await using open = await testDatabase();
  const counted = countQueries(open.db);
  const clock = fakeClock(begin);
  const kit = await scheduleKit(open.db, clock);
  const plane = planeOn(counted.db, clock);
  const look = () => counted.during(() => plane.step());
  const none = await look();
  for (let index = 0; index < 10; index += 1) {
    await kit.backfills.create(await kit.job(`past ${index}`), range, kit.ada);
    await kit.schedule(await kit.job(`now ${index}`), '0 * * * *', { overlap: 'wait' });
  }
  clock.advance(2 * hour);
  await look();
  // Each has a run that goes, and one that waits for it; nothing can be done about any of them.
  await look();
  expect(await look()).toBeLessThanOrEqual(none + 1);
});
