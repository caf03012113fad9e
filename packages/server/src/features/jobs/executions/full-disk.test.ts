import { mkdirSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { sql } from 'kysely';
import { describe, expect, it } from 'vitest';
import { canMount, fill, smallDisk } from '../../../testing/small-disk.ts';
import { jobsFixture, type JobsFixture } from '../testing/jobs.fixture.ts';

const untilGo = 'until [ -e Resources/go ]; do sleep 0.05; done;';
const logOf = async (it: JobsFixture, id: number): Promise<string> =>
  (await it.call('GET', `/executions/${id}/log`)).body;

describe('a run whose files are taken away', () => {
  it('while it runs goes on, and its log is kept all the same', async () => {
    await using it = await jobsFixture();
    const { id } = await it.run(await it.python('swept', 'rm -rf Logs Resources/swept.py; echo done'));
    expect(await it.reach(id, 'succeeded')).toMatchObject({ reason: null });
    expect(readFileSync(join(it.projectFolder, `Logs/swept/${id}/output.log`), 'utf8')).toBe('done\n');
  });

  it('says so where there is no folder for its log, which is shown with it', async () => {
    await using it = await jobsFixture();
    const job = await it.python('blocked', 'rm -rf Logs; echo none >Logs; echo said; exit $1', { arguments: ['0'] });
    const { id } = await it.run(job);
    expect(await it.reach(id, 'succeeded')).toMatchObject({
      reason: expect.stringMatching(/^Its log could not be kept/),
    });
    const failing = await it.run(job, { arguments: ['3'] });
    expect((await it.reach(failing.id, 'failed')).reason).toMatch(
      /exit code 3\..* Its log could not be kept below Logs/,
    );
    expect(await logOf(it, id)).toBe('said\n');
    expect(await logOf(it, failing.id)).toBe('said\n');
    expect(it.errors).toEqual([]);
  });

  it('after its end has no log any more, and is deleted as others', async () => {
    await using it = await jobsFixture();
    const { id } = await it.run(await it.python('old', 'echo said'));
    await it.reach(id, 'succeeded');
    rmSync(join(it.projectFolder, 'Logs'), { recursive: true });
    rmSync(join(it.folder, 'runs'), { recursive: true });
    expect(await it.call('GET', `/executions/${id}/log`)).toMatchObject({ status: 200, body: '' });
    expect((await it.call('DELETE', `/executions/${id}`)).status).toBe(200);
  });
});

describe.skipIf(!canMount)('a run on a full disk', () => {
  it('of its project ends as it does, says that its log could not be kept, and leaves no part of it', async () => {
    await using it = await jobsFixture();
    mkdirSync(join(it.projectFolder, 'Resources'), { recursive: true });
    using _disk = smallDisk(it.projectFolder, 256);
    const job = await it.python(
      'writes',
      `${untilGo} head -c 100000 /dev/zero | tr '\\0' x; echo; cat /dev/zero >Resources/out`,
    );
    const { id } = await it.run(job);
    await it.reach(id, 'running');
    it.write('Resources/go', '');
    const run = await it.reach(id, 'failed');
    expect(run.reason).toMatch(
      /exit code 1\. Its log says: .*No space left on device\. The disk of the project is full/,
    );
    expect((await logOf(it, id)).length).toBeGreaterThan(100_000);
    expect(readdirSync(join(it.projectFolder, `Logs/writes/${id}`))).toEqual([]);
    // The platform goes on, and so does the job once there is room.
    rmSync(join(it.projectFolder, 'Resources/out'));
    await it.python('later', 'echo fine');
    const [later] = (await it.must<{ items: { id: number }[] }>('GET', '/jobs?name=later')).items;
    const next = await it.must<{ id: number }>('POST', `/jobs/${later?.id}/executions`, { body: {} });
    expect(await it.reach(next.id, 'succeeded')).toMatchObject({ reason: null });
    expect(statSync(join(it.projectFolder, `Logs/later/${next.id}/output.log`)).size).toBe(5);
  }, 30_000);

  it('of the platform is told with its exit code, and none begins meanwhile', async () => {
    await using it = await jobsFixture();
    const runs = join(it.folder, 'runs');
    mkdirSync(runs, { recursive: true });
    using _disk = smallDisk(runs, 256);
    const job = await it.python('prints', `${untilGo} echo lost >&2 || exit 7`);
    const { id } = await it.run(job);
    await it.reach(id, 'running');
    fill(join(runs, 'all'));
    it.write('Resources/go', '');
    expect((await it.reach(id, 'failed')).reason).toMatch(
      /exit code 7\. The disk is full, so its log may lack its end\./,
    );
    const refused = await it.run(job);
    expect((await it.reach(refused.id, 'failed')).reason).toBe('The disk is full. Please free some space.');
    rmSync(join(runs, 'all'));
    const later = await it.run(job);
    await it.reach(later.id, 'succeeded');
  }, 30_000);
});

it('a database without room loses no run and no end: both are written down when there is room', async () => {
  await using it = await jobsFixture();
  const job = await it.python('ends', untilGo);
  const { id } = await it.run(job);
  await it.reach(id, 'running');
  await sql`create table filler (text text)`.execute(it.kit.db);
  await sql`pragma max_page_count = 1`.execute(it.kit.db);
  const fillAll = async () => {
    for (;;) await sql`insert into filler values (${'x'.repeat(3000)})`.execute(it.kit.db);
  };
  await expect(fillAll()).rejects.toThrow(/full/);
  it.write('Resources/go', '');
  await expect.poll(async () => (await it.spawner.runOf(`run-${id}`)).exitCode).toBe(0);
  await it.jobs.reconcile().catch(() => undefined);
  await sql`pragma max_page_count = 1000000`.execute(it.kit.db);
  expect(await it.reach(id, 'succeeded')).toMatchObject({ attempt: 1 });
}, 30_000);
