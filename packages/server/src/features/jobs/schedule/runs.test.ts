import type { Execution, Job } from '@emberlab/contract';
import { describe, expect, it } from 'vitest';
import { fakeClock } from '../../../lib/clock.fake.ts';
import { jobsFixture } from '../testing/jobs.fixture.ts';

const hour = 3_600_000;

describe('a run by a schedule', () => {
  it('is one as others, which knows its time and its window; another job runs after it', async () => {
    const clock = fakeClock(Date.UTC(2026, 5, 1));
    await using it = await jobsFixture({ clock });
    const variables = 'echo "$EMBERLAB_LOGICAL_TIME, $EMBERLAB_WINDOW_START to $EMBERLAB_WINDOW_END; $*"';
    const job = await it.python('load', variables, { arguments: ['--until={window_end}'] });
    const report = await it.python('report', 'echo "for $EMBERLAB_LOGICAL_TIME"');
    await it.must('PUT', `/jobs/${job.id}/schedule`, { body: { cron: '0 * * * *' } });
    await it.must('PUT', `/jobs/${report.id}/after`, { body: { after: [job.id] } });
    expect((await it.must<Job>('GET', `/jobs/${job.id}`)).nextRunAt).toBe('2026-06-01T01:00:00.000Z');

    clock.advance(hour);
    await it.jobs.reconcile();
    const runsOf = async ({ id }: Job) => (await it.must<{ items: Execution[] }>('GET', `/executions?job=${id}`)).items;
    const [run] = await runsOf(job);
    expect(run).toMatchObject({
      trigger: { kind: 'schedule' },
      logicalTime: '2026-06-01T01:00:00.000Z',
      windowStart: '2026-06-01T00:00:00.000Z',
      windowEnd: '2026-06-01T01:00:00.000Z',
      startedBy: { email: 'ada@example.org' },
    });
    await it.reach(run?.id ?? 0, 'succeeded');
    expect((await it.call('GET', `/executions/${run?.id}/log`)).body).toContain(
      '2026-06-01T01:00:00.000Z, 2026-06-01T00:00:00.000Z to 2026-06-01T01:00:00.000Z; --until=2026-06-01T01:00:00.000Z',
    );
    expect((await it.must<Job>('GET', `/jobs/${job.id}`)).nextRunAt).toBe('2026-06-01T02:00:00.000Z');

    await it.jobs.reconcile();
    const [next] = await runsOf(report);
    expect(next?.trigger).toEqual({ kind: 'chain', after: run?.id });
    await it.reach(next?.id ?? 0, 'succeeded');
    expect((await it.call('GET', `/executions/${next?.id}/log`)).body).toContain('for 2026-06-01T01:00:00.000Z');
  });

  it('is stopped for the next one, which then begins, where the schedule says so', async () => {
    const clock = fakeClock(Date.UTC(2026, 5, 1));
    await using it = await jobsFixture({ clock });
    const job = await it.python('endless', 'exec sleep 1000');
    await it.must('PUT', `/jobs/${job.id}/schedule`, { body: { cron: '0 * * * *', overlap: 'stop' } });
    clock.advance(hour);
    await it.jobs.reconcile();
    const list = async () => (await it.must<{ items: Execution[] }>('GET', `/executions?job=${job.id}`)).items;
    const [first] = await list();
    await it.reach(first?.id ?? 0, 'running');
    clock.advance(hour);
    const old = await it.reach(first?.id ?? 0, 'stopped');
    expect(old.reason).toContain('next run of its schedule');
    await it.jobs.reconcile();
    const [second] = await list();
    expect(second?.logicalTime).toBe('2026-06-01T02:00:00.000Z');
    await it.reach(second?.id ?? 0, 'running');
  });
});
