import { existsSync } from 'node:fs';
import { readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { execa } from 'execa';
import { describe, expect, it } from 'vitest';
import { librariesFixture, uv } from './testing/libraries.fixture.ts';
import { source, wheel } from './testing/archives.ts';

describe.skipIf(uv === undefined)('the libraries of a project (needs EMBERLAB_TEST_UV)', () => {
  it('are installed beside what is in use, with what they need and nothing else changed, and are listed with who asked for them', async () => {
    await using fixture = await librariesFixture();
    const { environments, index, projectId } = fixture;
    index.add({ name: 'alpha', version: '1.0', requires: ['Beta_lib>=1', 'tornado'] });
    index.add({ name: 'beta-lib', version: '2.0' });
    index.add({ name: 'tornado', version: '6.9' });
    const done = await fixture.install('alpha');
    expect(done).toMatchObject({ state: 'succeeded', title: 'Install alpha', by: 'ada@example.org', revision: 2 });
    expect(done.changes).toEqual([
      { name: 'alpha', change: 'added', from: null, to: '1.0' },
      { name: 'beta-lib', change: 'added', from: null, to: '2.0' },
    ]);
    expect(done.conflicts).toBe(0);
    expect(await environments.pythonFor(projectId)).toMatchObject({ python: join(fixture.folder(2), 'bin/python') });
    expect(existsSync(join(fixture.folder(1), 'bin/python'))).toBe(true);
    const { stdout } = await execa(join(fixture.folder(2), 'bin/python'), [
      '-c',
      'import alpha, beta_lib; print(alpha.version)',
    ]);
    expect(stdout).toBe('1.0');
    const { items } = await environments.libraries(projectId);
    const of = (name: string) => items.find((one) => one.name === name);
    expect(of('alpha')).toMatchObject({
      requested: true,
      requirement: 'alpha',
      source: 'index',
      neededBy: [],
      usedBy: [],
    });
    expect(of('beta-lib')).toMatchObject({ requested: false, requirement: null, neededBy: ['alpha'] });
    expect(of('tornado')).toMatchObject({
      version: '6.5',
      neededBy: ['alpha', 'jupyter-server', 'jupyterlab'],
      usedBy: ['jupyter'],
    });
    expect(of('pandas')).toMatchObject({ source: 'base', requested: true, usedBy: ['spark'] });
    expect(of('emberlab-jupyter')).toMatchObject({ source: 'platform', usedBy: ['jupyter', 'spark'] });
    const { text } = { text: await environments.export(projectId, { format: 'lock' }) };
    expect(text).toMatch(/alpha==1\.0 \\\n\s+--hash=sha256:/);
    expect(await environments.export(projectId, { format: 'requirements' })).toMatch(
      /\nalpha\n[^]*\npandas==2\.3\.\*\n/,
    );
    expect(await environments.export(projectId, { format: 'lock', revision: 1 })).not.toContain('alpha');
    expect(
      fixture.events.some((event) => event.type === 'environment-operation' && event.operation.id === done.id),
    ).toBe(true);
    expect(fixture.errors).toEqual([]);
  });

  it('are uninstalled with what nobody needs any more, updated and replaced, each with what has changed', async () => {
    await using fixture = await librariesFixture();
    const { index } = fixture;
    index.add({ name: 'alpha', version: '1.0', requires: ['beta-lib'] });
    index.add({ name: 'beta-lib', version: '1.0' });
    await fixture.install('alpha==1.0');
    index.add({ name: 'alpha', version: '2.0', requires: ['beta-lib>=1'] });
    // An installer remembers what an index has said for a while.
    await rm(join(fixture.dataDir, 'cache'), { recursive: true });
    const updated = await fixture.change({ kind: 'update', packages: ['alpha'] });
    expect(updated).toMatchObject({
      problem: null,
      changes: [{ name: 'alpha', change: 'up', from: '1.0', to: '2.0' }],
    });
    const back = await fixture.install('alpha<2');
    expect(back.changes).toEqual([{ name: 'alpha', change: 'down', from: '2.0', to: '1.0' }]);
    const gone = await fixture.change({ kind: 'uninstall', packages: ['Alpha'], force: false });
    expect(gone.changes?.map(({ name, change }) => `${name} ${change}`)).toEqual(['alpha removed', 'beta-lib removed']);
    expect(await fixture.installed()).not.toContain('beta-lib 1.0');
    const again = await fixture.change({ kind: 'recreate', keep: true });
    expect(again).toMatchObject({ state: 'succeeded', changes: [] });
  });

  it('that Jupyter needs are removed only after a word, and then an alert says what will not work until Repair mends it', async () => {
    await using fixture = await librariesFixture();
    const { environments, projectId, index } = fixture;
    const removal = fixture.start({ kind: 'uninstall', packages: ['tornado'], force: false });
    await expect(removal).rejects.toMatchObject({
      code: 'library_needed',
      details: [
        {
          path: 'tornado',
          message:
            'tornado is needed by jupyter-server, jupyterlab. Jupyter and its Python kernel may not start or not work in full: tornado.',
        },
      ],
    });
    expect((await environments.get(projectId)).alert).toBeNull();
    const done = await fixture.change({ kind: 'uninstall', packages: ['tornado'], force: true });
    expect(done).toMatchObject({ state: 'succeeded', conflicts: 2 });
    const { alert } = await environments.get(projectId);
    expect(alert).toEqual({
      conflicts: 2,
      inJupyter: 2,
      differences: 0,
      effects: ['Jupyter and its Python kernel may not start or not work in full: tornado.'],
    });
    expect((await environments.conflicts(projectId)).conflicts[0]).toMatchObject({
      name: 'tornado',
      requirement: 'tornado>=6.2',
      installed: null,
      neededBy: 'jupyter-server',
      affects: ['jupyter'],
    });
    // The base set is whole again without a word from an index.
    index.setBroken(true);
    const repaired = await fixture.change({ kind: 'repair' });
    expect(repaired).toMatchObject({
      state: 'succeeded',
      conflicts: 0,
      changes: [{ name: 'tornado', change: 'added' }],
    });
    expect((await environments.get(projectId)).alert).toBeNull();
  });

  it('that were changed by hand are noticed, with what is in conflict then, and put back by Repair', async () => {
    await using fixture = await librariesFixture();
    const { environments, projectId } = fixture;
    await environments.get(projectId);
    const python = join(fixture.folder(1), 'bin/python');
    await execa(uv ?? '', ['pip', 'uninstall', '--python', python, 'pandas']);
    await environments.lookForHands();
    const told = () =>
      fixture.events.flatMap((event) => (event.type === 'environment' ? [event.environment.alert] : [])).at(-1);
    await fixture.until(() => told() !== null);
    expect(told()).toEqual({
      conflicts: 2,
      inJupyter: 2,
      differences: 1,
      effects: ['The kernels for Spark may not start or not work in full: pandas.'],
    });
    expect((await environments.conflicts(projectId)).differences).toEqual([
      { name: 'pandas', locked: '2.3.1', installed: null },
    ]);
    const repaired = await fixture.change({ kind: 'repair' });
    expect(repaired).toMatchObject({ state: 'succeeded', revision: 2, conflicts: 0 });
    expect((await environments.get(projectId)).alert).toBeNull();
    expect(await fixture.installed()).toContain('pandas 2.3.1');
  });

  it('go back to a former revision at once, and also when its files are gone', async () => {
    await using fixture = await librariesFixture();
    const { environments, projectId, index, db } = fixture;
    index.add({ name: 'alpha', version: '1.0' });
    await fixture.install('alpha');
    const restored = await fixture.change({ kind: 'restore', revision: 1 });
    expect(restored).toMatchObject({
      state: 'succeeded',
      revision: 1,
      changes: [{ name: 'alpha', change: 'removed' }],
    });
    expect((await environments.pythonFor(projectId)).number).toBe(1);
    // What comes then goes on from there.
    index.add({ name: 'gamma', version: '1.0' });
    expect(await fixture.install('gamma')).toMatchObject({ revision: 3 });
    expect(await fixture.installed()).not.toContain('alpha 1.0');
    await rm(fixture.folder(2), { recursive: true });
    await db.updateTable('revisions').set({ removed_at: 1 }).where('number', '=', 2).execute();
    const made = await fixture.change({ kind: 'restore', revision: 2 });
    expect(made).toMatchObject({ state: 'succeeded', revision: 4 });
    expect(await fixture.installed()).toContain('alpha 1.0');
    const history = await environments.revisions(projectId);
    expect(history.map(({ number, current, kept }) => [number, current, kept])).toEqual([
      [4, true, true],
      [3, false, true],
      [2, false, false],
      [1, false, true],
    ]);
  });

  it('come as a wheel, as source that is built without our secrets, and as lists', async () => {
    await using fixture = await librariesFixture();
    const { environments, projectId, index } = fixture;
    const kept = await fixture.upload('own-1.0-py3-none-any.whl', wheel({ name: 'own', version: '1.0' }));
    expect(kept).toMatchObject({ kind: 'wheel', name: 'own', version: '1.0' });
    expect(await fixture.change({ kind: 'install-upload', upload: kept.id })).toMatchObject({
      state: 'succeeded',
      title: 'Install own-1.0-py3-none-any.whl',
    });
    const spying = source({ name: 'made', version: '1.0', requires: ['beta-lib'] }, 'told = repr(sorted(os.environ))');
    index.add({ name: 'beta-lib', version: '1.0' });
    const archive = await fixture.upload('made-1.0.tar.gz', spying);
    expect(archive).toMatchObject({ kind: 'source', name: 'made', version: '1.0' });
    expect(await fixture.change({ kind: 'install-upload', upload: archive.id })).toMatchObject({ problem: null });
    const { stdout } = await execa(join(fixture.folder(3), 'bin/python'), ['-c', 'import made, own; print(made.told)']);
    expect(stdout).toContain('HOME');
    expect(stdout).not.toContain('EMBERLAB');
    const items = (await environments.libraries(projectId)).items;
    expect(items.find(({ name }) => name === 'made')).toMatchObject({
      source: 'source',
      detail: 'made-1.0.tar.gz',
      requested: true,
    });
    const list = await fixture.upload(
      'requirements.txt',
      Buffer.from('gamma>=1 # why\n--index-url=http://evil\nsix\n'),
    );
    expect(list).toMatchObject({ kind: 'requirements', requirements: ['gamma>=1', 'six'], leftOut: [{ line: 2 }] });
    index.add({ name: 'gamma', version: '1.0' });
    index.add({ name: 'six', version: '1.0' });
    expect(await fixture.change({ kind: 'install-upload', upload: list.id })).toMatchObject({ problem: null });
    // What was made of files is still there after the next change of something else.
    expect(await fixture.change({ kind: 'recreate', keep: true })).toMatchObject({ problem: null, changes: [] });
    expect(await fixture.installed()).toEqual(expect.arrayContaining(['own 1.0', 'made 1.0', 'six 1.0']));
  });

  it('of which an index has source alone are built of it', async () => {
    await using fixture = await librariesFixture();
    const { index } = fixture;
    index.addFile('sourced-1.0.tar.gz', 'sourced', source({ name: 'sourced', version: '1.0' }));
    index.add({ name: 'alpha', version: '1.0', requires: ['sourced'] });
    const done = await fixture.install('alpha');
    expect(done).toMatchObject({ problem: null, state: 'succeeded' });
    expect(await fixture.installed()).toContain('sourced 1.0');
  });

  it('are tried once for each set of them, whoever has it', async () => {
    await using fixture = await librariesFixture();
    const { environments, index, projectId } = fixture;
    // What is tried says which Python it runs in.
    const wasTried = async (number: number) => /^3\.\d+\.\d+$/m.test(await fixture.log(number));
    expect(await wasTried(1)).toBe(true);
    const other = await fixture.newProject('other');
    await environments.create(other);
    await fixture.until(async () => (await environments.get(other)).current !== null);
    expect(await readFile(`${fixture.folder(1, other)}.log`, 'utf8')).not.toMatch(/^3\.\d+\.\d+$/m);
    expect((await environments.get(other)).current?.pythonVersion).toBe(
      (await environments.get(projectId)).current?.pythonVersion,
    );
    index.add({ name: 'pandas', version: '2.3.9' });
    expect(await fixture.change({ kind: 'update', packages: ['pandas'] })).toMatchObject({ problem: null });
    expect(await wasTried(2)).toBe(true);
    // One that does not work is tried again, and is not taken.
    index.add({ name: 'pandas', version: '2.3.10', files: { 'pandas.py': 'raise ImportError("no")' } });
    for (const number of [3, 4]) {
      expect((await fixture.change({ kind: 'update', packages: ['pandas'] })).problem).toMatch(/does not work/);
      expect(await fixture.log(number)).toContain('ImportError: no');
    }
  });

  it('that the base set leaves out for good come when somebody asks for them by name', async () => {
    await using fixture = await librariesFixture();
    const { index } = fixture;
    index.add({ name: 'slow-checker', version: '1.0' });
    index.add({ name: 'alpha', version: '1.0', requires: ['slow-checker'] });
    expect(await fixture.install('alpha')).toMatchObject({ problem: null, conflicts: 0 });
    expect(await fixture.installed()).not.toContain('slow-checker 1.0');
    expect(await fixture.install('slow_checker>=1')).toMatchObject({ problem: null, conflicts: 0 });
    expect(await fixture.installed()).toContain('slow-checker 1.0');
    expect(await fixture.change({ kind: 'recreate', keep: true })).toMatchObject({ problem: null, changes: [] });
  });
});
