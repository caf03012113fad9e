import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { mkdir, rm, stat, truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { execa } from 'execa';
import { describe, expect, it } from 'vitest';
import { canMakeUsers } from '../../identities/unix/testing.ts';
import { source, wheel, zip } from './testing/archives.ts';
import { librariesFixture, uv, type LibrariesFixture } from './testing/libraries.fixture.ts';

/** That nothing has changed for anybody, and that what is in use works. */
async function expectUnharmed(fixture: LibrariesFixture, number = 1): Promise<void> {
  const { environments, projectId } = fixture;
  const { current, alert } = await environments.get(projectId);
  expect({ number: current?.number, alert }).toEqual({ number, alert: null });
  const { python } = await environments.pythonFor(projectId);
  await execa(python, ['-I', '-c', 'import jupyterlab, sparkmagic, pandas']);
  expect(fixture.errors).toEqual([]);
}

describe.skipIf(uv === undefined)('a change that can not be made (needs EMBERLAB_TEST_UV)', () => {
  it('says what is wrong with what was asked for, and leaves all as it was', async () => {
    await using fixture = await librariesFixture();
    const { index } = fixture;
    index.add({ name: 'alpha', version: '1.0', requires: ['beta-lib<2'] });
    index.add({ name: 'beta-lib', version: '1.0' });
    index.add({ name: 'beta-lib', version: '2.0' });
    for (const [requirements, problem] of [
      [['nosuch'], /^There is no library nosuch in the package index\. Please check its name\./],
      [['alpha==9'], /^There is no version alpha==9 for this Python\. Please choose another version\./],
      [['alpha', 'beta-lib>=2'], /^These libraries do not go together.*\nBecause .*beta-lib<2.*conclude/s],
      [['tornado<6'], /^(There is no version|These libraries do not go together)/],
    ] as const) {
      const done = await fixture.install(...requirements);
      expect(done).toMatchObject({ state: 'failed', problem: expect.stringMatching(problem) as string });
    }
    index.setBroken(true);
    expect((await fixture.install('gamma')).problem).toMatch(/index could not be reached|There is no library/);
    await expectUnharmed(fixture);
    expect(existsSync(fixture.folder(2))).toBe(false);
  });

  it('is refused for names that are none, before anything is done', async () => {
    await using fixture = await librariesFixture();
    for (const name of ['--index-url=http://evil', '; rm -rf /', '../x', 'git+https://evil/x', '$(id)', 'a\nb'])
      await expect(fixture.start({ kind: 'install', requirements: [name] })).rejects.toMatchObject({
        code: 'bad_request',
      });
    await expect(fixture.start({ kind: 'install', requirements: ['emberlab-jupyter'] })).rejects.toMatchObject({
      code: 'library_protected',
    });
    const gone = fixture.start({ kind: 'uninstall', packages: ['nosuch'], force: true });
    await expect(gone).rejects.toMatchObject({ code: 'library_missing' });
    const own = fixture.start({ kind: 'uninstall', packages: ['Emberlab_Jupyter'], force: true });
    await expect(own).rejects.toMatchObject({ code: 'library_protected' });
    await expect(fixture.start({ kind: 'restore', revision: 7 })).rejects.toMatchObject({ code: 'not_found' });
    expect((await fixture.environments.get(fixture.projectId)).pending).toBe(0);
  });

  it('is refused for wheels that would write elsewhere or over the environment, and for files that are none', async () => {
    await using fixture = await librariesFixture();
    const evil = (path: string, mode?: number) =>
      wheel({ name: 'evil', version: '1.0', files: { 'evil.py': '', [path]: 'x' } }, mode);
    const refused = async (content: Buffer, name = 'evil-1.0-py3-none-any.whl') => {
      const error = await fixture.upload(name, content).then(
        () => new Error('taken'),
        (reason: unknown) => reason as Error,
      );
      return error.message;
    };
    for (const path of ['../../../../evil', '/etc/evil', 'a/../../evil', 'a\\..\\evil', 'C:/evil'])
      expect(await refused(evil(path))).toMatch(/write outside of the environment/);
    expect(await refused(evil('evil-1.0.data/scripts/python3'))).toMatch(/replace a part of the environment/);
    expect(await refused(evil('evil-1.0.data/data/pyvenv.cfg'))).toMatch(/replace a part of the environment/);
    expect(await refused(evil('link', 0o120777))).toMatch(/has a link in it/);
    expect(await refused(Buffer.from('no zip'))).toMatch(/no wheel, or is damaged/);
    expect(await refused(zip({ 'a.py': '' }))).toMatch(/no metadata/);
    expect(await refused(wheel({ name: 'other', version: '1.0' }))).toMatch(/not that of the library/);
    for (const name of ['../x-1.0.tar.gz', 'x', '-x-1.0.tar.gz', 'a.exe', 'a b.txt'])
      expect(await refused(Buffer.from(''), name)).toMatch(/plain file name|Please upload a wheel/);
    expect(await refused(Buffer.alloc(1024 ** 2, 'a==1\n'), 'requirements.txt')).toMatch(/too large: at most 256 KB/);
    expect(readdirSync(join(fixture.dataDir, 'environments', fixture.projectId, 'uploads'))).toEqual([]);
    await expectUnharmed(fixture);
  });

  it('ends where a build fails, hangs, or takes too much memory or disk, and nothing of it goes on', async () => {
    await using fixture = await librariesFixture({ limits: { seconds: 4, memory_mb: 2048, disk_mb: 30 } });
    const build = async (name: string, program: string) => {
      const { id } = await fixture.upload(`${name}-1.0.tar.gz`, source({ name, version: '1.0' }, program));
      return fixture.change({ kind: 'install-upload', upload: id });
    };
    const broken = await build('broken', 'raise RuntimeError("needs a compiler")');
    expect(broken.problem).toMatch(/^broken-1\.0\.tar\.gz failed: .*\nThe log has the rest\./s);
    const told = join(fixture.dataDir, 'pid');
    const hang = `
import subprocess, sys, time
child = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(1000)"], start_new_session=True)
open(${JSON.stringify(told)}, "w").write(str(child.pid))
time.sleep(1000)`;
    expect((await build('hanging', hang)).problem).toMatch(/^hanging-1\.0\.tar\.gz took longer than 4 seconds/);
    const pid = readFileSync(told, 'utf8');
    await fixture.until(() => !existsSync(`/proc/${pid}/exe`));
    expect((await build('hungry', 'x = bytearray(10**11)')).problem).toMatch(/needs more than 2048 MB of memory/);
    const filling = 'open("big", "wb").write(b"x" * (40 * 2**20))';
    expect((await build('filling', filling)).problem).toMatch(/wrote more than 30 MB/);
    const many = 'for i in range(100): open(f"big{i}", "wb").write(b"x" * 2**20)\nimport time; time.sleep(1000)';
    expect((await build('many', many)).problem).toMatch(/wrote more than 30 MB/);
    await expectUnharmed(fixture);
    const left = readdirSync(join(fixture.dataDir, 'environments', fixture.projectId));
    expect(left.filter((name) => /work|sandbox|plan|\.new/.test(name))).toEqual([]);
  });

  it('can be cancelled while it waits and while it is made', async () => {
    await using fixture = await librariesFixture();
    const { environments, projectId } = fixture;
    const hanging = source({ name: 'hanging', version: '1.0' }, 'import time; time.sleep(1000)');
    const { id } = await fixture.upload('hanging-1.0.tar.gz', hanging);
    const running = await fixture.start({ kind: 'install-upload', upload: id });
    fixture.index.add({ name: 'alpha', version: '1.0' });
    const waiting = await fixture.start({ kind: 'install', requirements: ['alpha'] });
    const last = await fixture.start({ kind: 'install', requirements: ['alpha'] });
    await fixture.until(
      async () => (await environments.operation(projectId, running.id)).step?.startsWith('Building') ?? false,
    );
    expect((await environments.operation(projectId, last.id)).position).toBe(2);
    await environments.cancel(projectId, waiting.id);
    await environments.cancel(projectId, running.id);
    for (const one of [running, waiting])
      expect(await fixture.over(one)).toMatchObject({ state: 'cancelled', problem: null });
    await expect(environments.cancel(projectId, waiting.id)).rejects.toMatchObject({ code: 'operation_over' });
    // What waits behind them goes on.
    expect(await fixture.over(last)).toMatchObject({ state: 'succeeded' });
    await expectUnharmed(fixture, 4);
  });

  it.each(['Finding versions that go together', 'Installing packages', 'Checking'])(
    'that is killed with kill -9 while it is at "%s" leaves all as it was, and can be asked for again',
    async (step) => {
      await using fixture = await librariesFixture();
      const { environments, projectId, db, index } = fixture;
      index.add({ name: 'alpha', version: '1.0' });
      const operation = await fixture.start({ kind: 'install', requirements: ['alpha'] });
      const status = `${fixture.folder(2)}.status.json`;
      const steps = ['Finding versions that go together', 'Installing packages', 'Compiling', 'Checking'];
      await fixture.until(() => {
        const text = existsSync(status) ? readFileSync(status, 'utf8') : '';
        return steps.slice(steps.indexOf(step)).some((one) => text.includes(one)) || text.includes('packages');
      });
      const { pid } = await db.selectFrom('revisions').select('pid').where('number', '=', 2).executeTakeFirstOrThrow();
      if (pid !== null && existsSync(`/proc/${pid}/exe`)) process.kill(-pid, 'SIGKILL');
      const done = await fixture.over(operation);
      // It may have been done before the signal came.
      expect(done.state === 'succeeded' || done.problem?.includes('(signal SIGKILL)')).toBe(true);
      await expectUnharmed(fixture, done.state === 'succeeded' ? 2 : 1);
      expect(await fixture.install('alpha')).toMatchObject({ state: 'succeeded' });
      expect((await environments.libraries(projectId)).items.some(({ name }) => name === 'alpha')).toBe(true);
    },
  );
});

describe.skipIf(uv === undefined)('what the administrator says of libraries (needs EMBERLAB_TEST_UV)', () => {
  it('holds in all projects: what may not come, what versions have to be, a folder instead of an index', async () => {
    await using fixture = await librariesFixture();
    const { environments, index, dataDir } = fixture;
    const { indexSettings } = environments;
    index.add({ name: 'alpha', version: '1.0', requires: ['beta-lib'] });
    index.add({ name: 'beta-lib', version: '1.0' });
    index.add({ name: 'beta-lib', version: '2.0' });
    const settings = await indexSettings.get();
    await indexSettings.set({ ...settings, refused: ['Beta.Lib'], constraints: '' });
    await expect(fixture.start({ kind: 'install', requirements: ['beta_lib'] })).rejects.toMatchObject({
      code: 'library_refused',
    });
    expect((await fixture.install('alpha')).problem).toMatch(/does not allow beta-lib here/);
    await indexSettings.set({ ...settings, constraints: 'beta-lib<2\n' });
    expect((await fixture.install('alpha')).changes?.map(({ to }) => to)).toEqual(['1.0', '1.0']);
    const folder = join(dataDir, 'wheels');
    await mkdir(folder);
    await writeFile(join(folder, 'offline-1.0-py3-none-any.whl'), wheel({ name: 'offline', version: '1.0' }));
    await indexSettings.set({ ...settings, offline: true, wheelFolder: folder });
    const asked = index.asked.length;
    expect(await fixture.install('offline')).toMatchObject({ state: 'succeeded' });
    expect(index.asked.length).toBe(asked);
    await expect(indexSettings.set({ ...settings, constraints: 'ok\n--pre\n' })).rejects.toMatchObject({
      message: expect.stringContaining('Line 2 of the constraints') as string,
    });
    await expect(indexSettings.set({ ...settings, wheelFolder: '/nowhere' })).rejects.toMatchObject({
      code: 'bad_request',
    });
  });
});

describe.skipIf(uv === undefined || !canMakeUsers)('as root (needs EMBERLAB_TEST_UV)', () => {
  it('a change on a disk that is full says so, leaves all as it was, and can be made once there is room', async () => {
    await using fixture = await librariesFixture();
    const { environments, dataDir, index } = fixture;
    index.add({ name: 'alpha', version: '1.0' });
    const small = await fixture.newProject('small');
    const disk = join(dataDir, 'environments', small);
    await mkdir(disk);
    await execa('mount', ['-t', 'tmpfs', '-o', 'size=4m', 'tmpfs', disk]);
    try {
      await environments.create(small);
      await fixture.until(async () => (await environments.get(small)).current !== null);
      await execa('sh', ['-c', `cat /dev/zero > '${disk}/filler' || true`]);
      const wanted = { kind: 'install' as const, requirements: ['alpha'] };
      for (const kept of [0, 16, 200].map((kb) => kb * 1024)) {
        // A little room lets it come further before it is full.
        await truncate(join(disk, 'filler'), (await stat(join(disk, 'filler'))).size - kept);
        expect(await fixture.change(wanted, small)).toMatchObject({
          state: 'failed',
          problem: expect.stringMatching(/^The disk is full/) as string,
        });
        const { python, number } = await environments.pythonFor(small);
        expect(number).toBe(1);
        await execa(python, ['-I', '-c', 'import jupyterlab'], { env: { PYTHONDONTWRITEBYTECODE: '1' } });
      }
      await rm(join(disk, 'filler'));
      expect(await fixture.change(wanted, small)).toMatchObject({ problem: null, state: 'succeeded' });
    } finally {
      await execa('umount', ['--lazy', disk]);
    }
  });

  it('source is built by nobody in particular, who sees neither secrets nor other projects, and what comes of it belongs to root', async () => {
    await using fixture = await librariesFixture({ unix: true });
    const { dataDir, projectId, environments } = fixture;
    await writeFile(join(dataDir, 'secrets.key'), 'secret', { mode: 0o600 });
    const other = await fixture.newProject('other');
    await environments.create(other);
    await fixture.until(async () => (await environments.get(other)).current !== null);
    const program = `
def reads(path):
    try:
        return bool(os.listdir(path) if os.path.isdir(path) else open(path).read(1))
    except OSError:
        return False
base = ${JSON.stringify(join(dataDir, 'environments'))}
told = repr([os.getuid() > 0, os.access(base + "/${projectId}", os.W_OK), reads(${JSON.stringify(join(dataDir, 'secrets.key'))}),
    reads(base + "/${other}"), reads(base + "/${other}/1/pyvenv.cfg"), reads(base + "/${projectId}/2.plan.json"),
    "EMBERLAB_SECRET" in os.environ])`;
    const { id } = await fixture.upload('spy-1.0.tar.gz', source({ name: 'spy', version: '1.0' }, program));
    const done = await fixture.change({ kind: 'install-upload', upload: id });
    expect(done).toMatchObject({ problem: null, state: 'succeeded' });
    const { stdout } = await execa(join(fixture.folder(2), 'bin/python'), ['-I', '-c', 'import spy; print(spy.told)']);
    expect(stdout).toBe('[True, False, False, False, False, False, False]');
    const owners = await execa('find', [fixture.folder(2), '-not', '-user', 'root']);
    expect(owners.stdout).toBe('');
    // It has succeeded as soon as it is switched to; what it was built with goes a moment later.
    const left = () => readdirSync(join(dataDir, 'environments', projectId));
    await expect.poll(() => left().filter((name) => /work|sandbox|plan/.test(name))).toEqual([]);
  });
});
