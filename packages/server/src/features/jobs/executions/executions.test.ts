import { existsSync, mkdirSync, readdirSync, readFileSync, statSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import type { Execution, Job } from '@emberlab/contract';
import { describe, expect, it } from 'vitest';
import { fakeClock } from '../../../lib/clock.fake.ts';
import { processesOf } from '../../../spawners/local/processes.ts';
import { jobsFixture, type JobsFixture } from '../testing/jobs.fixture.ts';

const shown = (it: JobsFixture, name: string): string => {
  const path = join(it.projectFolder, name);
  return existsSync(path) ? readFileSync(path, 'utf8') : '';
};
const logOf = async (it: JobsFixture, id: number, query = ''): Promise<string> =>
  (await it.call('GET', `/executions/${id}/log${query}`)).body;

describe('a run of a Python program', () => {
  it('goes through its states, with what it was given, and leaves its log', async () => {
    await using it = await jobsFixture();
    const script =
      'echo kept >"$EMBERLAB_RUN_FOLDER/result.txt"; echo "$@"; echo "job $EMBERLAB_JOB_NAME run $EMBERLAB_EXECUTION_ID colour $COLOUR"; pwd; echo oops >&2; umask';
    const configuration = { type: 'python', memoryMb: 512, cores: 1, environment: 'COLOUR=red' };
    const job = await it.python('hello', script, {
      configuration,
      arguments: ['{logical_time}', 'a b', '{run_folder}'],
    });
    const { id, state } = await it.run(job);
    expect(state).toBe('queued');
    const run = await it.reach(id, 'succeeded');
    expect(run).toMatchObject({ revision: 3, progress: 1, reason: null, trigger: { kind: 'api' }, attempt: 1 });
    expect(run.timeline.map((step) => step.state)).toEqual(['queued', 'preparing', 'starting', 'running', 'succeeded']);
    const log = await logOf(it, id);
    expect(log).toContain(`${run.createdAt} a b ${join(it.projectFolder, run.folder)}\n`);
    expect(run.folder).toBe(`Logs/hello/${id}`);
    expect(shown(it, `${run.folder}/result.txt`)).toBe('kept\n');
    expect(log).toContain(`job hello run ${id} colour red\n${it.projectFolder}\noops\n0007\n`);
    expect(processesOf(it.folderOf(id))).toEqual([]);
    expect(shown(it, `Logs/hello/${id}/output.log`)).toBe(log);
    expect(statSync(join(it.projectFolder, `Logs/hello/${id}/output.log`)).mode & 0o777).toBe(0o660);
    expect(it.errors).toEqual([]);
  });

  it('writes its log nowhere but into the project', async () => {
    await using it = await jobsFixture();
    mkdirSync(join(it.folder, 'elsewhere'));
    symlinkSync(join(it.folder, 'elsewhere'), join(it.projectFolder, 'Logs/linked'));
    const { id } = await it.run(await it.python('linked', 'echo said'));
    await it.reach(id, 'succeeded');
    expect(readdirSync(join(it.folder, 'elsewhere'))).toEqual([]);
    expect(await logOf(it, id)).toBe('said\n');
  });

  it('takes arguments of its own instead of those of the job', async () => {
    await using it = await jobsFixture();
    const job = await it.python('args', 'printf "%s;" "$@"', { arguments: ['of the job'] });
    const { id } = await it.run(job, { arguments: ['$(id)', "it's", ''] });
    await it.reach(id, 'succeeded');
    expect(await logOf(it, id)).toBe("$(id);it's;;");
  });

  it('fails with its exit code and the cause that its log names', async () => {
    await using it = await jobsFixture();
    const { id } = await it.run(await it.python('bad', 'echo "ValueError: no such day"; exit 3'));
    const run = await it.reach(id, 'failed');
    expect(run.reason).toBe('The program ended with exit code 3. Its log says: ValueError: no such day');
  });

  it('is stopped with all that it has started', async () => {
    await using it = await jobsFixture();
    const { id } = await it.run(await it.python('long', 'sleep 1000 & echo up >Resources/up; sleep 1000'));
    await it.reach(id, 'running');
    await expect.poll(() => shown(it, 'Resources/up')).toBe('up\n');
    expect(await it.must('POST', `/executions/${id}/stop`)).toMatchObject({ state: 'stopping' });
    expect(await it.reach(id, 'stopped')).toMatchObject({
      reason: 'It was stopped.',
      durationSeconds: expect.any(Number),
    });
    expect(processesOf(it.folderOf(id))).toEqual([]);
    // Once more changes nothing.
    expect(await it.must('POST', `/executions/${id}/stop`)).toMatchObject({ state: 'stopped' });
  }, 20_000);

  it('that is killed from outside is told so', async () => {
    await using it = await jobsFixture();
    const { id } = await it.run(await it.python('killed', 'kill -9 $$'));
    expect((await it.reach(id, 'failed')).reason).toMatch(/^The program was killed, most often because its memory/);
  });

  it('whose process is gone without a word is lost', async () => {
    await using it = await jobsFixture();
    const { id } = await it.run(await it.python('gone', 'sleep 1000'));
    await it.reach(id, 'running');
    const { begun } = await it.spawner.runOf(`run-${id}`);
    process.kill(begun?.pid ?? 0, 'SIGKILL');
    expect((await it.reach(id, 'lost')).reason).toMatch(/nobody knows how it ended/);
    expect(processesOf(it.folderOf(id))).toEqual([]);
  }, 20_000);

  it('is followed by its log until it ends', async () => {
    await using it = await jobsFixture();
    const job = await it.python('live', 'echo one; until [ -e Resources/go ]; do sleep 0.05; done; echo two');
    const { id } = await it.run(job);
    const text = logOf(it, id, '?follow=1');
    await it.reach(id, 'running');
    it.write('Resources/go', '');
    await it.reach(id, 'succeeded');
    expect(await text).toBe('one\ntwo\n');
  });
});

describe('a run of a Spark program', () => {
  it('has a driver that is told what the job says, frozen when it was asked for', async () => {
    await using it = await jobsFixture();
    const job = await it.spark('sparky', { arguments: ['{window_start}', '{window_end}'] });
    const run = await it.jobs.startExecution({
      jobId: job.id,
      key: 'schedule:2026-01-31T00:00:00.000Z',
      trigger: { kind: 'schedule' },
      logicalAt: Date.parse('2026-01-31'),
      window: { start: Date.parse('2026-01-30'), end: Date.parse('2026-01-31') },
    });
    await it.must<Job>('PUT', `/jobs/${job.id}`, { body: { arguments: ['later'] } });
    await it.reach(run.id, 'starting');
    const { program, python } = it.fake.of(run.id);
    expect(program).toMatchObject({
      name: 'sparky',
      file: join(it.projectFolder, 'Resources/sparky.py'),
      args: ['2026-01-30T00:00:00.000Z', '2026-01-31T00:00:00.000Z'],
      environment: { EMBERLAB_LOGICAL_TIME: '2026-01-31T00:00:00.000Z', EMBERLAB_JOB_NAME: 'sparky' },
    });
    expect(python).toBe(join(it.folder, 'python'));
    it.fake.become(run.id, { state: 'running', applicationId: 'local-7' });
    expect(await it.reach(run.id, 'running')).toMatchObject({ application: { applicationId: 'local-7' } });
    it.fake.end(run.id, 'succeeded');
    expect(await it.reach(run.id, 'succeeded')).toMatchObject({ logicalTime: '2026-01-31T00:00:00.000Z' });
  });

  it('opens its Spark UI while it runs and after its end, for those who may stop it', async () => {
    await using it = await jobsFixture();
    const vic = await it.member('vic', 'viewer');
    const { id } = await it.run(await it.spark('ui'));
    await it.reach(id, 'starting');
    const open = (as = it.ada) => it.call('POST', `/executions/${id}/ui`, { as });
    expect((await open()).body.error.code).toBe('ui_unavailable');
    it.fake.become(id, { state: 'running', applicationId: 'local-7' });
    await it.reach(id, 'running');
    expect((await open()).body.url).toBe(`http://ui${id}.localhost:8080/ticket`);
    expect((await open(vic)).status).toBe(403);
    it.fake.end(id, 'succeeded');
    await it.reach(id, 'succeeded');
    expect(await it.get(id)).toMatchObject({ application: { uiAvailable: true } });
    expect((await open()).status).toBe(200);
  });

  it.each([
    ['failed', 'The Spark driver ended with exit code 1.', 'failed'],
    ['lost', null, 'lost'],
    ['stopped', 'The project was archived or deleted.', 'stopped'],
  ] as const)('ends as its driver does: %s', async (how, problem, state) => {
    await using it = await jobsFixture();
    const { id } = await it.run(await it.spark('ends'));
    await it.reach(id, 'starting');
    it.fake.end(id, how, problem);
    const run = await it.reach(id, state);
    expect(run.reason).toContain(problem ?? 'nobody knows');
  });

  it('is refused with a sentence where the project has a Livy of its own', async () => {
    await using it = await jobsFixture();
    it.state.hasLivy = true;
    const { id } = await it.run(await it.spark('livy'));
    expect((await it.reach(id, 'failed')).reason).toMatch(/its own Livy, which runs no jobs/);
  });
});

describe('the queue', () => {
  it('asked twice with one key has a job run once', async () => {
    await using it = await jobsFixture();
    const job = await it.spark('once');
    const [first, second] = await Promise.all([it.run(job, { key: 'k' }), it.run(job, { key: 'k' })]);
    expect(second.id).toBe(first.id);
    expect((await it.run(job)).id).not.toBe(first.id);
  });

  it('takes as many as may run at a time, in their order, and says what the others wait for', async () => {
    await using it = await jobsFixture({ runLimit: 2 });
    const job = await it.spark('many');
    const ids: number[] = [];
    for (let count = 0; count < 4; count += 1) ids.push((await it.run(job)).id);
    await it.jobs.reconcile();
    const all = () => Promise.all(ids.map(it.get));
    expect((await all()).map(({ state }) => state)).toEqual(['starting', 'starting', 'queued', 'queued']);
    expect((await all()).map(({ queuePosition }) => queuePosition)).toEqual([null, null, 1, 2]);
    expect((await all())[2]?.waitsFor).toMatch(/2 runs at a time/);
    it.fake.end(ids[0] ?? 0, 'succeeded');
    await it.reach(ids[2] ?? 0, 'starting');
    expect((await all()).map(({ state }) => state)).toEqual(['succeeded', 'starting', 'starting', 'queued']);
  });

  it('keeps to the limits of members and projects, and names them', async () => {
    await using it = await jobsFixture();
    const bob = await it.member('bob', 'editor');
    await it.kit.db.insertInto('user_limits').values({ user_id: it.ada.id, kind: 'runs', value: 1 }).execute();
    const job = await it.spark('limited');
    const [first, second, other] = [await it.run(job), await it.run(job), await it.run(job, {}, bob)];
    await it.reach(other.id, 'starting');
    expect((await it.get(second.id)).waitsFor).toMatch(/^You may have 1 run of a job at a time/);
    expect((await it.get(second.id)).timeline).toHaveLength(1);
    it.fake.end(first.id, 'succeeded');
    await it.reach(second.id, 'starting');
  });

  it('takes 1000 runs of a member, and answers those that there are by their keys', async () => {
    await using it = await jobsFixture({ runLimit: 0 });
    const bob = await it.member('bob', 'editor');
    const job = await it.spark('flood');
    const first = await it.run(job, { key: 'first' });
    const { id: _id, ...row } = await it.kit.db.selectFrom('executions').selectAll().executeTakeFirstOrThrow();
    for (let more = 1; more < 1000; more += 111) {
      const rows = Array.from({ length: 111 }, (_, index) => ({ ...row, key: `more:${more + index}` }));
      await it.kit.db.insertInto('executions').values(rows).execute();
    }
    const refused = await it.call('POST', `/jobs/${job.id}/executions`, { body: { key: 'next' } });
    expect([refused.status, refused.body.error.message]).toEqual([409, expect.stringMatching(/^You have 1000 runs/)]);
    expect((await it.run(job, { key: 'first' })).id).toBe(first.id);
    expect((await it.run(job, {}, bob)).queuePosition).toBe(1001);
    const page = await it.must<{ items: Execution[] }>('GET', '/executions?limit=3&state=live');
    expect(page.items.map(({ queuePosition }) => queuePosition)).toEqual([1001, 1000, 999]);
    expect((await it.must<{ items: Job[] }>('GET', '/jobs?running=1')).items.map(({ name }) => name)).toEqual([
      'flood',
    ]);
    await it.jobs.reconcile();
    expect((await it.get(first.id)).waitsFor).toMatch(/^It waits for its turn/);
  });

  it('has one run at a time of a job that wants that', async () => {
    await using it = await jobsFixture();
    const job = await it.spark('single', { policy: { concurrentRuns: false } });
    const [first, second] = [await it.run(job), await it.run(job)];
    await it.reach(first.id, 'starting');
    expect(await it.get(second.id)).toMatchObject({
      state: 'queued',
      waitsFor: expect.stringMatching(/one run at a time/),
    });
    it.fake.end(first.id, 'failed');
    await it.reach(second.id, 'starting');
  });

  it('waits for the environment as long as one comes', async () => {
    await using it = await jobsFixture();
    it.state.ready = false;
    const [first, second] = [await it.run(await it.spark('one')), await it.run(await it.spark('two'))];
    await it.jobs.reconcile();
    expect((await it.get(first.id)).waitsFor).toMatch(/waits for the Python environment/);
    it.state.ready = true;
    await it.reach(first.id, 'starting');
    it.fake.end(first.id, 'succeeded');
    it.state.ready = false;
    it.state.whyNone = 'The index could not be reached.';
    const third = await it.run(await it.spark('three'));
    expect((await it.reach(third.id, 'failed')).reason).toMatch(
      /no Python environment\. The index could not be reached/,
    );
    expect((await it.get(second.id)).state).not.toBe('queued');
  });

  it('lets what waits be stopped at once', async () => {
    await using it = await jobsFixture();
    const { id } = await it.run(await it.spark('waits'));
    expect(await it.must('POST', `/executions/${id}/stop`)).toMatchObject({ state: 'stopped', startedAt: null });
    await it.jobs.reconcile();
    expect(it.fake.has(id)).toBe(false);
  });
});

describe('the policy of a job', () => {
  it('has failed runs tried again after a while, as often as it says, with what they began with', async () => {
    const clock = fakeClock();
    await using it = await jobsFixture({ clock });
    const policy = { retries: 1, retryDelaySeconds: 60 };
    const job = await it.spark('retried', { policy, arguments: ['first'] });
    const { id } = await it.run(job, { arguments: ['given'] });
    await it.reach(id, 'starting');
    it.fake.end(id, 'failed', 'It broke.');
    await it.reach(id, 'failed');
    const list = async () => (await it.must<{ items: Execution[] }>('GET', `/executions?job=${job.id}`)).items;
    const [again] = await list();
    expect(again).toMatchObject({
      state: 'queued',
      attempt: 2,
      trigger: { kind: 'retry', of: id },
      arguments: ['given'],
    });
    await it.jobs.reconcile();
    expect((await it.get(again?.id ?? 0)).waitsFor).toMatch(/^It is tried again at /);
    clock.advance(60_000);
    await it.reach(again?.id ?? 0, 'starting');
    it.fake.end(again?.id ?? 0, 'failed', 'It broke again.');
    await it.reach(again?.id ?? 0, 'failed');
    expect(await list()).toHaveLength(2);
  });

  it('tries nothing again that somebody has stopped', async () => {
    await using it = await jobsFixture();
    const job = await it.spark('stopped', { policy: { retries: 3, retryDelaySeconds: 0 } });
    const { id } = await it.run(job);
    await it.reach(id, 'starting');
    await it.must('POST', `/executions/${id}/stop`);
    await it.jobs.reconcile();
    expect(it.fake.stopped).toEqual([{ id, why: 'stopped' }]);
    it.fake.end(id, 'stopped');
    await it.reach(id, 'stopped');
    expect((await it.must<{ items: Execution[] }>('GET', '/executions')).items).toHaveLength(1);
  });

  it('ends what takes too long, as failed', async () => {
    const clock = fakeClock();
    await using it = await jobsFixture({ clock });
    const { id } = await it.run(await it.spark('slow', { policy: { timeLimitMinutes: 2 } }));
    await it.reach(id, 'starting');
    it.fake.become(id, { state: 'running', applicationId: null });
    await it.reach(id, 'running');
    clock.advance(120_000);
    await it.reach(id, 'stopping');
    await it.jobs.reconcile();
    it.fake.end(id, 'stopped');
    expect((await it.reach(id, 'failed')).reason).toBe(
      'It took longer than the 2 min that its job allows, so it was stopped.',
    );
  });
});

describe('the end of a run', () => {
  it('is told to each listener, again after one has failed, and then no more', async () => {
    const heard: string[] = [];
    let broken = true;
    await using it = await jobsFixture({
      around: {
        afterEnd: [
          async ({ id, state }) => void heard.push(`first ${id} ${state}`),
          async ({ id }) => {
            if (broken) throw new Error('down');
            heard.push(`second ${id}`);
          },
        ],
      },
    });
    const { id } = await it.run(await it.spark('heard'));
    await it.reach(id, 'starting');
    it.fake.end(id, 'succeeded');
    await it.reach(id, 'succeeded');
    broken = false;
    await it.jobs.reconcile();
    await it.jobs.reconcile();
    expect(heard.slice(-2)).toEqual([`first ${id} succeeded`, `second ${id}`]);
    expect(heard.filter((line) => line.startsWith('second'))).toHaveLength(1);
  });

  it('is told before the run is deleted, and one that can’t be told keeps its run', async () => {
    const heard: number[] = [];
    let broken = true;
    await using it = await jobsFixture({
      around: {
        afterEnd: [
          async ({ id }) => {
            if (broken) throw new Error('down');
            heard.push(id);
          },
        ],
      },
    });
    const { id } = await it.run(await it.spark('deleted'));
    await it.must('POST', `/executions/${id}/stop`);
    expect((await it.call('DELETE', `/executions/${id}`)).status).toBe(500);
    expect((await it.get(id)).state).toBe('stopped');
    broken = false;
    await it.must('DELETE', `/executions/${id}`);
    expect(heard).toEqual([id]);
    expect((await it.call('GET', `/executions/${id}`)).status).toBe(404);
  });
});

describe('rights', () => {
  it('let editors run a job, and who started a run, the owner of its job and owners of the project stop it', async () => {
    await using it = await jobsFixture();
    const [bob, eve, vic] = [
      await it.member('bob', 'editor'),
      await it.member('eve', 'editor'),
      await it.member('vic', 'viewer'),
    ];
    it.write('Resources/job.py', '');
    const job = await it.must<Job>('POST', '/jobs', { body: { name: 'job', program: 'Resources/job.py' }, as: bob });
    const path = `/jobs/${job.id}/executions`;
    expect((await it.call('POST', path, { body: {}, as: vic })).status).toBe(403);
    const run = await it.run(job, {}, eve);
    expect(run).toMatchObject({ startedBy: { email: eve.email }, mine: true, mayStop: true });
    const other = await it.run(job, {}, bob);
    expect((await it.call('POST', `/executions/${other.id}/stop`, { as: eve })).status).toBe(403);
    expect((await it.call('POST', `/executions/${run.id}/stop`, { as: bob })).status).toBe(202);
    expect((await it.call('DELETE', `/executions/${other.id}`, { as: bob })).body.error.code).toBe('execution_running');
    expect((await it.call('DELETE', `/executions/${run.id}`, { as: eve })).status).toBe(200);
    expect((await it.call('GET', `/executions/${run.id}`, { as: vic })).status).toBe(404);
    expect((await it.call('GET', `/executions/${other.id}`, { as: vic })).status).toBe(200);
  });

  it('to a secret in the configuration of a job don’t come with the right to run it', async () => {
    await using it = await jobsFixture();
    const [bob, eve] = [await it.member('bob', 'editor'), await it.member('eve', 'editor')];
    it.write('Resources/job.py', '');
    const configuration = { type: 'python', environment: 'COLOUR=red\nDB_PASSWORD=hush' };
    const body = { name: 'job', program: 'Resources/job.py', type: 'python', configuration };
    const job = await it.must<Job>('POST', '/jobs', { body, as: bob });
    const environmentFor = async (id: number, as = bob) =>
      (await it.must<Execution>('GET', `/executions/${id}`, { as })).configuration;
    const run = await it.run(job, {}, eve);
    expect(run).toMatchObject({ mayStop: true, configuration: { environment: 'COLOUR=red' } });
    expect(await environmentFor(run.id, eve)).toMatchObject({ environment: 'COLOUR=red' });
    expect(await environmentFor(run.id)).toMatchObject({ environment: 'COLOUR=red\nDB_PASSWORD=hush' });
    await it.must('DELETE', `/jobs/${job.id}`, { as: bob });
    expect((await it.reach(run.id, 'stopped')).jobId).toBeNull();
    expect(await environmentFor(run.id, eve)).toMatchObject({ environment: 'COLOUR=red' });
  });

  it('that go end the runs of their member, and nobody else’s', async () => {
    await using it = await jobsFixture();
    const bob = await it.member('bob', 'editor');
    const job = await it.python('long', 'sleep 1000');
    const [own, bobs, waits] = [
      await it.run(job),
      await it.run(job, {}, bob),
      await it.run(await it.spark('s'), {}, bob),
    ];
    await it.reach(bobs.id, 'running');
    await it.jobs.part.stop({ projectId: it.projectId, userId: bob.id }, 'member');
    expect((await it.reach(bobs.id, 'stopped')).reason).toMatch(/may not run anything in the project any more/);
    expect((await it.get(waits.id)).state).toMatch(/^stopp/);
    expect((await it.get(own.id)).state).toBe('running');
    expect((await it.jobs.part.living()).filter(({ userId }) => userId === bob.id && !it.fake.has(waits.id))).toEqual(
      [],
    );
  }, 20_000);

  it('a deleted job leaves its runs, ended, with their logs, and says before it goes that it does', async () => {
    const going: (number | null)[] = [];
    const fixture = jobsFixture({
      around: {
        async jobGoes(_, jobId) {
          const rows = (await fixture).kit.db.selectFrom('executions').select('job_id').where('job_id', '=', jobId);
          going.push(...(await rows.execute()).map((row) => row.job_id));
        },
      },
    });
    await using it = await fixture;
    const job = await it.python('gone', 'echo said; sleep 1000');
    const { id } = await it.run(job);
    await it.reach(id, 'running');
    await expect.poll(() => logOf(it, id)).toContain('said');
    await it.must('DELETE', `/jobs/${job.id}`);
    expect(going).toEqual([job.id]);
    expect(await it.reach(id, 'stopped')).toMatchObject({
      jobId: null,
      jobName: 'gone',
      reason: 'Its job was deleted.',
    });
    expect(await logOf(it, id)).toContain('said');
  }, 20_000);
});

describe('the list of runs', () => {
  it('is filtered by job, state, time and person, and read in pages', async () => {
    const clock = fakeClock(Date.parse('2026-03-01T12:00:00Z'));
    await using it = await jobsFixture({ clock });
    const bob = await it.member('bob', 'editor');
    const [one, two] = [await it.spark('one'), await it.spark('two')];
    const first = await it.run(one);
    await it.must('POST', `/executions/${first.id}/stop`);
    clock.advance(86_400_000);
    const second = await it.run(two, {}, bob);
    const third = await it.run(one);
    const ids = async (query: string) => {
      const { items, next } = await it.must<{ items: Execution[]; next: string | null }>('GET', `/executions?${query}`);
      return [items.map(({ id }) => id), next];
    };
    const [a, b, c] = [first.id, second.id, third.id];
    expect(await ids('')).toEqual([[c, b, a], null]);
    expect(await ids('order=asc&limit=2')).toEqual([[a, b], String(b)]);
    expect(await ids(`order=asc&limit=2&cursor=${b}`)).toEqual([[c], null]);
    expect(await ids(`job=${one.id}`)).toEqual([[c, a], null]);
    expect(await ids('state=stopped')).toEqual([[a], null]);
    expect(await ids('state=live')).toEqual([[c, b], null]);
    expect(await ids('until=2026-03-01')).toEqual([[a], null]);
    expect(await ids('from=2026-03-02')).toEqual([[c, b], null]);
    expect(await ids('startedBy=bob@example.org')).toEqual([[b], null]);
  });
});

it('tells whoever looks at the project of each step, with what they may do', async () => {
  await using it = await jobsFixture();
  const vic = await it.member('vic', 'viewer');
  const events = it.watch(vic.id, 'viewer');
  const { id } = await it.run(await it.spark('told'));
  await it.reach(id, 'starting');
  const steps = events.flatMap((event) => (event.type === 'execution' ? [event.execution] : []));
  expect(steps.map(({ state }) => state)).toEqual(['queued', 'preparing', 'starting']);
  expect(steps.every(({ mayStop }) => !mayStop)).toBe(true);
  const jobs = events.flatMap((event) => (event.type === 'job' ? [event.job.lastRuns[0]?.state] : []));
  expect(jobs).toEqual([undefined, 'queued', 'preparing', 'starting']);
});
