import { existsSync, readFileSync } from 'node:fs';
import { rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { HttpError } from '../../http/errors.ts';
import { environmentsFixture } from './environments.fixture.ts';

type Fixture = Awaited<ReturnType<typeof environmentsFixture>>;
type Environments = ReturnType<Fixture['instance']>;

const reach = (fixture: Fixture, environments: Environments, state: string, projectId = fixture.projectId) =>
  fixture.until(async () => (await environments.get(projectId)).latest?.state === state);

describe('building an environment', () => {
  it('makes a first revision, once, and tells how far it is', async () => {
    await using fixture = await environmentsFixture();
    const { projectId, folder } = fixture;
    const environments = fixture.instance();
    await expect(environments.pythonFor(projectId)).rejects.toThrow(HttpError);
    await Promise.all([environments.create(projectId), environments.create(projectId), environments.create(projectId)]);
    expect(await environments.whyNone(projectId)).toBeNull();
    await environments.start();
    await reach(fixture, environments, 'ready');
    const { current, latest } = await environments.get(projectId);
    expect(latest).toEqual(current);
    expect(current).toMatchObject({
      number: 1,
      state: 'ready',
      progress: 1,
      step: null,
      pythonVersion: '3.11.7',
      packages: 1,
    });
    const found = await environments.pythonFor(projectId);
    expect(found).toMatchObject({ python: join(folder, projectId, '1', 'bin', 'python'), number: 1 });
    expect(existsSync(found.python)).toBe(true);
    expect((await environments.log(projectId)).text).toContain('Prepared 120 packages');
    const kernels = ['python3', 'pysparkkernel'].map((name) => {
      const spec = readFileSync(join(folder, projectId, '1', 'share/jupyter/kernels', name, 'kernel.json'), 'utf8');
      return (JSON.parse(spec) as { display_name: string }).display_name;
    });
    expect(kernels).toEqual(['Python', 'PySpark']);
    // for JupyterLab, and for classic Jupyter
    for (const icon of ['logo-svg.svg', 'logo-64x64.png'])
      expect(existsSync(join(folder, projectId, '1', 'share/jupyter/kernels/pysparkkernel', icon))).toBe(true);
    await environments.create(projectId);
    expect((await environments.get(projectId)).latest?.number).toBe(1);
    const progress = fixture.events.map((event) => event.latest?.progress ?? 0);
    expect(progress).toEqual(progress.toSorted((a, b) => a - b));
    expect(fixture.errors).toEqual([]);
  });

  it('shows what is being done', async () => {
    await using fixture = await environmentsFixture();
    await writeFile(fixture.file('hold'), '');
    const environments = fixture.instance();
    await environments.start();
    await fixture.until(
      async () => (await environments.get(fixture.projectId)).latest?.step === 'Fetching numpy (16.0MiB)',
    );
    const { latest, current } = await environments.get(fixture.projectId);
    expect(current).toBeNull();
    expect(latest?.progress).toBeGreaterThan(0);
    expect(latest?.progress).toBeLessThan(0.5);
    expect(await environments.snapshot(fixture.projectId)).toMatchObject([
      { type: 'environment', environment: { pending: 1, alert: null } },
      { type: 'environment-operation', operation: { kind: 'create', state: 'running' } },
    ]);
  });

  it('builds those of two projects at a time, while others wait for their turn', async () => {
    await using fixture = await environmentsFixture();
    const [second, third] = [await fixture.newProject('second'), await fixture.newProject('third')];
    await writeFile(fixture.file('hold'), '');
    const environments = fixture.instance();
    for (const [at, id] of [fixture.projectId, second, third].entries()) {
      await environments.create(id);
      const [{ operation } = { operation: '' }] = await fixture.db
        .selectFrom('environment_operations')
        .select('id as operation')
        .where('project_id', '=', id)
        .execute();
      await fixture.db
        .updateTable('environment_operations')
        .set({ created_at: at })
        .where('id', '=', operation)
        .execute();
    }
    await environments.start();
    const waiting = async (id: string) => (await environments.get(id)).latest?.step === 'Waiting for its turn';
    await fixture.until(async () => !(await waiting(fixture.projectId)) && !(await waiting(second)));
    expect(await waiting(third)).toBe(true);
    await rm(fixture.file('hold'));
    await reach(fixture, environments, 'ready');
    await reach(fixture, environments, 'ready', second);
    await reach(fixture, environments, 'ready', third);
  });

  it('gives each project its turn, however many changes another one wants', async () => {
    await using fixture = await environmentsFixture();
    const { db, projectId } = fixture;
    const [greedy, late] = [await fixture.newProject('greedy'), await fixture.newProject('late')];
    const environments = fixture.instance();
    for (const id of [projectId, greedy, late]) await environments.create(id);
    for (const id of [projectId, greedy, greedy, greedy, projectId])
      await environments.change(id, { kind: 'recreate', keep: true }, 'ada@example.org');
    const first = db.updateTable('environment_operations').set({ created_at: 1 });
    await first.where('project_id', '!=', late).execute();
    await environments.start();
    const rows = () =>
      db.selectFrom('environment_operations').select(['project_id', 'number', 'ended_at', 'started_at']).execute();
    await fixture.until(async () => (await rows()).every((row) => row.ended_at !== null));
    const started = async (id: string, number: number) =>
      (await rows()).find((row) => row.project_id === id && row.number === number)?.started_at ?? 0;
    expect(await started(late, 1)).toBeLessThanOrEqual(await started(greedy, 2));
    expect(await started(projectId, 2)).toBeLessThanOrEqual(await started(greedy, 3));
  });

  it('keeps what is in use while the next one is made, and when that fails', async () => {
    await using fixture = await environmentsFixture();
    const { projectId } = fixture;
    const environments = fixture.instance();
    await environments.start();
    await reach(fixture, environments, 'ready');
    const first = await environments.pythonFor(projectId);
    await writeFile(fixture.file('hold'), '');
    const answers = await Promise.all([environments.rebuild(projectId), environments.rebuild(projectId)]);
    expect(answers.map((one) => one.latest?.number)).toEqual([2, 2]);
    expect(answers[0]?.current?.number).toBe(1);
    await writeFile(fixture.file('fail'), 'error: No space left on device (os error 28)');
    await rm(fixture.file('hold'));
    await reach(fixture, environments, 'failed');
    const { current, latest } = await environments.get(projectId);
    expect(current?.number).toBe(1);
    expect(latest).toMatchObject({ number: 2, problem: 'The disk is full. Please free some space and build again.' });
    expect(existsSync(join(fixture.folder, projectId, '2'))).toBe(false);
    expect(await environments.pythonFor(projectId)).toEqual(first);
    await rm(fixture.file('fail'));
    await environments.rebuild(projectId);
    await reach(fixture, environments, 'ready');
    expect((await environments.pythonFor(projectId)).number).toBe(3);
    expect(await environments.pythonAt(projectId, first.number)).toEqual(first);
    expect(await environments.pythonAt(projectId, 2)).toBeNull();
  });
});

describe('a build that fails', () => {
  it.each([
    ['error: Request failed after 3 retries\n  Caused by: dns error', /index could not be reached/],
    ['error: Hash mismatch for `numpy==2.4.6`', /not the one that was pinned/],
    ['error: something new', /^The installer failed: error: something new$/],
  ])('says why: %j', async (output, problem) => {
    await using fixture = await environmentsFixture();
    await writeFile(fixture.file('fail'), output);
    const environments = fixture.instance();
    await environments.start();
    await reach(fixture, environments, 'failed');
    const { current, latest } = await environments.get(fixture.projectId);
    expect(current).toBeNull();
    expect(latest?.problem).toMatch(problem);
    expect((await environments.log(fixture.projectId)).text).toContain(output);
    expect((await environments.whyNone(fixture.projectId))?.reason).toMatch(problem);
    await expect(environments.pythonFor(fixture.projectId)).rejects.toMatchObject({ code: 'environment_not_ready' });
  });

  it('says so when it was killed', async () => {
    await using fixture = await environmentsFixture();
    await writeFile(fixture.file('hold'), '');
    const environments = fixture.instance();
    await environments.start();
    await fixture.until(() => existsSync(fixture.file('installing')));
    const { pid } = await fixture.db.selectFrom('revisions').select('pid').executeTakeFirstOrThrow();
    process.kill(-Number(pid), 'SIGKILL');
    await reach(fixture, environments, 'failed');
    expect((await environments.get(fixture.projectId)).latest?.problem).toMatch(
      /ended unexpectedly \(signal SIGKILL\)/,
    );
    expect(existsSync(join(fixture.folder, fixture.projectId, '1'))).toBe(false);
  });

  it('is ended when it takes for ever, so that others get their turn', async () => {
    let ahead = 0;
    await using fixture = await environmentsFixture({ now: () => Date.now() + ahead });
    await writeFile(fixture.file('hold'), '');
    const environments = fixture.instance();
    await environments.start();
    await fixture.until(() => existsSync(fixture.file('installing')));
    const pid = readFileSync(fixture.file('installing'), 'utf8').trim();
    ahead = 31 * 60_000;
    await reach(fixture, environments, 'failed');
    expect((await environments.get(fixture.projectId)).latest?.problem).toMatch(/longer than 30 minutes/);
    await fixture.until(() => !existsSync(`/proc/${pid}/exe`));
    expect(existsSync(join(fixture.folder, fixture.projectId, '1'))).toBe(false);
  });

  it('names the setting when Python is not there', async () => {
    await using fixture = await environmentsFixture({ python: '/nowhere/python3' });
    const environments = fixture.instance();
    await environments.start();
    await reach(fixture, environments, 'failed');
    expect((await environments.get(fixture.projectId)).latest?.problem).toMatch(
      /could not be started: .*setting python/,
    );
  });
});

describe('after a restart of control', () => {
  it('takes over a build that runs', async () => {
    await using fixture = await environmentsFixture();
    await writeFile(fixture.file('hold'), '');
    const before = fixture.instance();
    await before.start();
    await fixture.until(() => existsSync(fixture.file('installing')));
    const pid = readFileSync(fixture.file('installing'), 'utf8');
    await before.close();
    const after = fixture.instance();
    await after.start();
    await rm(fixture.file('hold'));
    await reach(fixture, after, 'ready');
    expect(readFileSync(fixture.file('installing'), 'utf8')).toBe(pid);
  });

  it('begins one again that is gone, and knows one that has finished meanwhile', async () => {
    for (const finished of [true, false]) {
      await using fixture = await environmentsFixture();
      await writeFile(fixture.file('hold'), '');
      const before = fixture.instance();
      await before.start();
      await fixture.until(() => existsSync(fixture.file('installing')));
      await before.close();
      const { pid } = await fixture.db.selectFrom('revisions').select('pid').executeTakeFirstOrThrow();
      if (!finished) process.kill(-Number(pid), 'SIGKILL');
      await rm(fixture.file('hold'));
      await fixture.until(() => !existsSync(`/proc/${pid}/exe`));
      await rm(fixture.file('installing'));
      const after = fixture.instance();
      await after.start();
      await reach(fixture, after, 'ready');
      expect(existsSync(fixture.file('installing'))).toBe(!finished);
    }
  });

  it('makes the environment of a project whose making was interrupted', async () => {
    await using fixture = await environmentsFixture();
    const environments = fixture.instance();
    expect((await environments.get(fixture.projectId)).latest).toBeNull();
    await environments.start();
    await reach(fixture, environments, 'ready');
  });

  it('ends for a project that is deleted, whose environments all go, and goes on for others', async () => {
    await using fixture = await environmentsFixture();
    const { projectId, folder, db } = fixture;
    const environments = fixture.instance();
    await environments.create(projectId);
    await environments.start();
    await reach(fixture, environments, 'ready');
    await writeFile(fixture.file('hold'), '');
    await environments.rebuild(projectId);
    const other = await fixture.newProject('other');
    await environments.create(other);
    const pid = async () =>
      (await db.selectFrom('revisions').select('pid').where('number', '=', 2).executeTakeFirstOrThrow()).pid;
    await fixture.until(async () => (await pid()) !== null && existsSync(fixture.file('installing')));
    await db.updateTable('projects').set({ deleting_at: 1 }).where('id', '=', projectId).execute();
    await environments.removeAll(projectId);
    const killed = await pid();
    await fixture.until(() => !existsSync(`/proc/${killed}/exe`));
    expect(existsSync(join(folder, projectId))).toBe(false);
    await rm(fixture.file('hold'));
    await reach(fixture, environments, 'ready', other);
    // Safe to repeat, as after a crash.
    await environments.removeAll(projectId);
    expect(existsSync(join(folder, projectId))).toBe(false);
    expect(fixture.errors).toEqual([]);
  });
});

describe('a build that an administrator stops', () => {
  const why = 'Stopped by an administrator: the disk is full.';

  it('ends with what it runs, says why, and the next one goes on', async () => {
    await using fixture = await environmentsFixture();
    const other = await fixture.newProject('other');
    const third = await fixture.newProject('third');
    await writeFile(fixture.file('hold'), '');
    const environments = fixture.instance();
    for (const id of [fixture.projectId, other, third]) await environments.create(id);
    await environments.start();
    await fixture.until(() => existsSync(fixture.file('installing')));
    const builds = await environments.running.running();
    expect(builds.map(({ projectId }) => projectId)).toEqual(expect.arrayContaining([fixture.projectId, other, third]));
    const idOf = (wanted: string) => builds.find(({ projectId }) => projectId === wanted)?.id ?? '';
    const [first, second] = [idOf(fixture.projectId), idOf(other)];
    const installer = Number(readFileSync(fixture.file('installing'), 'utf8'));
    await Promise.all([
      environments.running.stopRunning('build', first, why),
      environments.running.stopRunning('build', second, why),
    ]);
    for (const id of [fixture.projectId, other]) {
      expect((await environments.get(id)).latest).toMatchObject({ state: 'failed', problem: why });
    }
    await fixture.until(() => !existsSync(`/proc/${installer}/exe`));
    expect(await environments.failedIn()).toEqual(['demo', 'other']);
    await rm(fixture.file('hold'));
    await reach(fixture, environments, 'ready', third);
    // One that has become what it was to be stays that.
    await environments.running.stopRunning('build', idOf(third), why);
    expect((await environments.get(third)).latest?.state).toBe('ready');
    expect(fixture.errors).toEqual([]);
  });
});
