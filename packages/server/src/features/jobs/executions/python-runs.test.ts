import { existsSync, mkdirSync, readdirSync, readFileSync, statSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
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

  it('that ends while it is looked at has ended as it did', async () => {
    await using it = await jobsFixture();
    const { id } = await it.run(await it.python('quick', 'until [ -e Resources/go ]; do sleep 0.05; done'));
    await it.reach(id, 'running');
    const { isAlive } = it.spawner;
    it.spawner.isAlive = async (handle) => {
      it.write('Resources/go', '');
      while (await isAlive(handle)) await new Promise(setImmediate);
      return false;
    };
    expect(await it.reach(id, 'succeeded')).toMatchObject({ reason: null });
  });

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
