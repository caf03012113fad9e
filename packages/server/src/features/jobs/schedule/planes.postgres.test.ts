import { describe, expect, it } from 'vitest';
import { migrate } from '../../../db/migrate.ts';
import { openPostgres } from '../../../db/postgres/open.ts';
import { fakeClock } from '../../../lib/clock.fake.ts';
import { emptyPostgres } from '../../../testing/postgres.ts';
import { hour, planeOn, scheduleKit } from './schedule.fixture.ts';

describe('two control planes on one database', () => {
  it('start each run once, and those of a job in their order', { timeout: 120_000 }, async () => {
    await using made = await emptyPostgres();
    const open = () => openPostgres({ url: made.url, connections: 3, statementMs: 30_000 });
    const [db, one, two] = [open(), open(), open()];
    await migrate(db);
    const clock = fakeClock(Date.UTC(2026, 5, 1));
    const kit = await scheduleKit(db, clock);
    const planes = [planeOn(one, clock), planeOn(two, clock)];
    const jobs: number[] = [];
    for (let i = 0; i < 40; i += 1) {
      const job = await kit.job(`job ${i}`);
      await kit.schedule(job, '0 * * * *', { missed: 'all', overlap: i % 2 === 0 ? 'wait' : 'skip' });
      jobs.push(job);
    }
    const [first = 0, second = 0] = jobs;
    await kit.chains.set({ id: second, projectId: kit.projectId }, [first]);
    const past = await kit.job('past');
    const range = { from: '2026-05-31T20:00:00.000Z', to: '2026-05-31T22:00:00.000Z', cron: '0 * * * *' };
    await kit.backfills.create(past, range, kit.ada);

    for (const ms of [hour, hour, 2 * hour, 0, 0]) {
      clock.advance(ms);
      await Promise.all(planes.flatMap((plane) => [plane.step(), plane.announce(), plane.step()]));
      await db
        .updateTable('executions')
        .set({ state: 'succeeded', ended_at: clock.now() })
        .where('ended_at', 'is', null)
        .execute();
      await Promise.all(planes.map((plane) => plane.announce()));
    }
    await Promise.all(planes.map((plane) => plane.step()));
    for (const job of jobs) {
      const own = (await kit.keys(job)).filter((key) => key.startsWith('schedule:'));
      expect(own).toEqual(['01', '02', '03', '04'].map((at) => `schedule:2026-06-01T${at}:00:00.000Z`));
    }
    expect((await kit.keys(second)).filter((key) => key.startsWith('after:'))).toHaveLength(4);
    expect(await kit.times(past)).toEqual(['20:00', '21:00', '22:00']);
    for (const each of [db, one, two]) await each.destroy();
  });
});
