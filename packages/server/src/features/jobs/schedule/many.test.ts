import { describe, expect, it } from 'vitest';
import { fakeClock } from '../../../lib/clock.fake.ts';
import { jobsFixture } from '../testing/jobs.fixture.ts';

const hour = 3_600_000;
const many = 200;
const atOnce = 8;

describe('200 jobs that are due at the same minute', () => {
  it('all start, each once, as many at a time as may be, with two control planes', async () => {
    const clock = fakeClock(Date.UTC(2026, 5, 1));
    await using it = await jobsFixture({ clock, runLimit: atOnce });
    const other = it.make();
    const jobs: number[] = [];
    for (let index = 0; index < many; index += 1) {
      const { id } = await it.spark(`job ${index}`);
      await it.must('PUT', `/jobs/${id}/schedule`, { body: { cron: '0 * * * *' } });
      jobs.push(id);
    }
    const rows = () =>
      it.kit.db
        .selectFrom('executions')
        .select(['id', 'job_id as jobId', 'state', 'key', 'created_at as at'])
        .orderBy('id')
        .execute();
    clock.advance(hour);
    // A round takes as many as there are places, or sees that those of the round before have ended.
    let made: Awaited<ReturnType<typeof rows>>;
    do {
      await Promise.all([it.jobs.reconcile(), other.reconcile()]);
      made = await rows();
      const started = made.filter(({ state }) => state === 'starting');
      expect(started.length).toBeLessThanOrEqual(atOnce);
      for (const { id } of started) it.fake.end(id, 'succeeded');
    } while (made.some(({ state }) => state !== 'succeeded'));
    // Two that make rows beside each other may change places; none is missing, none there twice.
    expect(made.map(({ jobId }) => jobId ?? 0).toSorted((a, b) => a - b)).toEqual(jobs);
    expect(new Set(made.map(({ key }) => key))).toEqual(new Set(['schedule:2026-06-01T01:00:00.000Z']));
    // Two control planes let some in beside each other: the one behind is never a whole round in front.
    const begun = it.fake.begun();
    expect(begun.toSorted((a, b) => a - b)).toEqual(made.map(({ id }) => id));
    for (const [place, id] of begun.entries())
      expect(Math.abs(made.findIndex((run) => run.id === id) - place)).toBeLessThan(2 * atOnce);
    expect(it.errors).toEqual([]);
    await other.close();
  }, 120_000);

  it('start in exactly their order with one, also when it was away when they were due', async () => {
    const clock = fakeClock(Date.UTC(2026, 5, 1));
    await using it = await jobsFixture({ clock, runLimit: atOnce });
    const jobs: number[] = [];
    for (let index = 0; index < many; index += 1) {
      const { id } = await it.spark(`job ${index}`);
      await it.must('PUT', `/jobs/${id}/schedule`, { body: { cron: '0 * * * *', missed: 'all' } });
      jobs.push(id);
    }
    clock.advance(2 * hour + hour / 2);
    const jobOf = new Map<number, number | null>();
    while (jobOf.size < 2 * many) {
      await it.jobs.reconcile();
      const rows = await it.kit.db.selectFrom('executions').select(['id', 'job_id', 'state']).orderBy('id').execute();
      for (const { id, job_id, state } of rows) {
        if (state !== 'starting') continue;
        jobOf.set(id, job_id);
        it.fake.end(id, 'succeeded');
      }
    }
    // Round by round the next ones in the queue; within one they are begun beside each other.
    const rounds = (ids: readonly number[]) =>
      Array.from({ length: ids.length / atOnce }, (_, round) =>
        ids.slice(round * atOnce, (round + 1) * atOnce).toSorted((a, b) => a - b),
      );
    const queue = [...jobOf.keys()].toSorted((a, b) => a - b);
    expect(rounds(it.fake.begun())).toEqual(rounds(queue));
    // Of each job the first time comes before the second.
    for (const half of [queue.slice(0, many), queue.slice(many)]) {
      expect(half.map((id) => jobOf.get(id))).toEqual(jobs);
    }
    expect(it.errors).toEqual([]);
  }, 120_000);
});
