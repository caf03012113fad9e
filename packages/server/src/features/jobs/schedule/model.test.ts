import type { ScheduleOverlap } from '@emberlab/contract';
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { fakeClock } from '../../../lib/clock.fake.ts';
import { testDatabase } from '../../../testing/database.ts';
import { minute, planeOn, scheduleKit } from './schedule.fixture.ts';
import { timesOf } from './times.ts';

/** What may come to a schedule: time goes by, a control plane looks, or is killed while it does, and runs end. */
type Happening =
  | { readonly what: 'time'; readonly minutes: number }
  | { readonly what: 'look' }
  | { readonly what: 'death'; readonly query: number }
  | { readonly what: 'end'; readonly state: 'succeeded' | 'failed' | 'stopped' };

const happening: fc.Arbitrary<Happening> = fc.oneof(
  fc.record({ what: fc.constant('time' as const), minutes: fc.integer({ min: 1, max: 300 }) }),
  fc.record({ what: fc.constant('look' as const) }),
  fc.record({ what: fc.constant('death' as const), query: fc.integer({ min: 1, max: 25 }) }),
  fc.record({
    what: fc.constant('end' as const),
    state: fc.constantFrom('succeeded' as const, 'failed' as const, 'stopped' as const),
  }),
);

const cron = '*/30 * * * *';
const timezone = 'Europe/Berlin';

describe('a schedule, whatever comes to it', () => {
  it.each<ScheduleOverlap>(['wait', 'skip', 'stop'])(
    'has no time twice, none out of order, none at once and none without a word: %s',
    async (overlap) => {
      await using open = await testDatabase();
      const { db } = open;
      // The clocks are put back in the first night.
      const clock = fakeClock(Date.UTC(2026, 9, 24, 22, 10));
      const kit = await scheduleKit(db, clock);
      let jobs = 0;
      const live = async (job: number) =>
        (await kit.runsOf(job)).filter((run) => run.state === 'queued').map((run) => run.id);

      await fc.assert(
        fc.asyncProperty(fc.array(happening, { maxLength: 25 }), async (happenings) => {
          const job = await kit.job(`job ${(jobs += 1)}`, { retries: 1 });
          await kit.schedule(job, cron, { timezone, overlap, missed: 'all' });
          const begin = clock.now();
          for (const one of happenings) {
            if (one.what === 'time') clock.advance(one.minutes * minute);
            if (one.what === 'look') await kit.plane.step();
            if (one.what === 'death') await dieLooking(one.query);
            if (one.what === 'end') await kit.endAll(job, one.state);
            expect((await live(job)).length).toBeLessThanOrEqual(1);
          }
          const end = clock.now();
          for (let left = 1; left > 0; left = await openTurns(job)) {
            await kit.endAll(job);
            await kit.plane.step();
          }

          const runs = await kit.runsOf(job);
          const tries = runs.filter((run) => run.key.startsWith('schedule:')).map((run) => run.logical_at ?? 0);
          expect(tries).toEqual([...new Set(tries)].toSorted((a, b) => a - b));
          const skipped = await db
            .selectFrom('job_turns')
            .select(['at', 'reason'])
            .where('job_id', '=', job)
            .where('state', '=', 'skipped')
            .execute();
          expect(overlap === 'wait' ? skipped : []).toEqual([]);
          expect(skipped.every(({ reason }) => reason !== null)).toBe(true);
          const times = timesOf(cron, timezone);
          const due: number[] = [];
          for (let at = times.next(begin); at !== null && at <= end; at = times.next(at)) due.push(at);
          expect([...tries, ...skipped.map(({ at }) => at)].toSorted((a, b) => a - b)).toEqual(due);
          await db.deleteFrom('jobs').where('id', '=', job).execute();
          await db.deleteFrom('executions').execute();
        }),
        { numRuns: 30 },
      );

      async function openTurns(job: number): Promise<number> {
        const rows = await db
          .selectFrom('job_turns')
          .select('id')
          .where('job_id', '=', job)
          .where('over_at', 'is', null)
          .execute();
        return rows.length;
      }

      async function dieLooking(query: number): Promise<void> {
        let left = query;
        const mortal = db.withPlugin({
          transformQuery({ node }) {
            left -= 1;
            if (left <= 0) throw new Error('killed');
            return node;
          },
          transformResult: async ({ result }) => result,
        });
        await planeOn(mortal, clock)
          .step()
          .catch(() => undefined);
      }
    },
  );
});
