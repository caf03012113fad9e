import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { execa } from 'execa';
import { describe, expect, it } from 'vitest';
import { readEnvironmentFile, readRequirements } from './packaging/lists.ts';
import { source, sourceFiles, wheel, wheelName, zip } from './testing/archives.ts';
import { gitServer } from './testing/git-server.ts';
import { librariesFixture, uv, type LibrariesFixture } from './testing/libraries.fixture.ts';

const refusalOf = (task: Promise<unknown>): Promise<string> =>
  task.then(
    () => 'it was taken',
    (error: Error) => error.message,
  );

/** What the processes of a build are started with, as everybody on the machine can see it, until a change is over. */
async function commandLinesUntil(over: Promise<unknown>): Promise<Set<string>> {
  const seen = new Set<string>();
  const ended = new AbortController();
  const end = over.finally(() => ended.abort());
  while (!ended.signal.aborted) {
    for (const pid of (await readdir('/proc')).filter((name) => /^\d+$/.test(name))) {
      const words = await readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => '');
      seen.add(words.replaceAll('\0', ' '));
    }
  }
  await end;
  return seen;
}

describe.skipIf(uv === undefined)('what a hostile library or list would like to do (needs EMBERLAB_TEST_UV)', () => {
  it('is refused where it needs another from an address: that would be fetched by us, and reach what its members do not', async () => {
    await using fixture = await librariesFixture();
    const { index, dataDir } = fixture;
    const secret = join(dataDir, 'others');
    await mkdir(secret);
    await writeFile(
      join(secret, wheelName({ name: 'private', version: '1.0' })),
      wheel({ name: 'private', version: '1.0' }),
    );
    const address = `file://${secret}/private-1.0-py3-none-any.whl`;
    const encoded = `=?utf-8?b?${Buffer.from(`private @ ${address}`).toString('base64')}?=`;
    const needs = [
      `private @ ${address}`,
      `private@${address}`,
      `private[all]\n  @ ${address}`,
      `private @ ${index.url}/x/private-1.0-py3-none-any.whl`,
      `private @ git+file://${secret}`,
      encoded,
    ];
    const before = index.asked.length;
    for (const one of needs) {
      const evil = { name: 'evil', version: '1.0', requires: [one] };
      expect(await refusalOf(fixture.upload(wheelName(evil), wheel(evil)))).toMatch(
        /needs another one from an address/,
      );
      const { id } = await fixture.upload('evil-1.0.tar.gz', source({ ...evil, requires: [one.replace('\n', '')] }));
      expect((await fixture.change({ kind: 'install-upload', upload: id })).problem).toMatch(
        /needs another one from an address/,
      );
    }
    expect(index.asked.length).toBe(before);
    // Of what an index has the resolver itself takes no addresses.
    index.add({ name: 'evil', version: '1.0', requires: [`private @ ${address}`] });
    expect(await fixture.install('evil')).toMatchObject({ state: 'failed', revision: expect.any(Number) as number });
    // A marker may have the sign in it.
    const fine = { name: 'fine', version: '1.0', requires: ["tornado ; platform_machine != 'a@b'"] };
    const { id } = await fixture.upload(wheelName(fine), wheel(fine));
    expect(await fixture.change({ kind: 'install-upload', upload: id })).toMatchObject({ problem: null });
    expect((await fixture.installed()).filter((name) => /private|evil/.test(name))).toEqual([]);
    expect(fixture.errors).toEqual([]);
  });

  it('is refused for wheels of an index that would write elsewhere, and for programs with the names of the environment’s own', async () => {
    await using fixture = await librariesFixture();
    const { index, dataDir } = fixture;
    const info = (name: string) => `${name}-1.0.dist-info`;
    const scripts = (name: string, line: string) => ({
      [`${info(name)}/entry_points.txt`]: `[console_scripts]\n${line}\n`,
    });
    const refused = {
      'evil-a': scripts('evil_a', '../../../../escaped = evil_a:main'),
      'evil-b': scripts('evil_b', 'python3 = evil_b:main'),
    };
    const harmless = {
      'evil-c': { 'evil_c-1.0.data/data/../../../../../escaped': 'x' },
      'evil-d': { '../../../../escaped': 'x' },
    };
    const installed: string[] = [];
    for (const [name, files] of Object.entries({ ...refused, ...harmless })) {
      index.add({ name, version: '1.0', files: { [`${name.replace('-', '_')}.py`]: '', ...files } });
      const { state } = await fixture.install(name);
      if (state === 'succeeded') installed.push(name);
      expect((await execa('find', [dataDir, '-name', 'escaped'])).stdout).toBe('');
    }
    expect(installed.filter((name) => name in refused)).toEqual([]);
    const { python } = await fixture.environments.pythonFor(fixture.projectId);
    await execa(python, ['-I', '-c', 'import jupyterlab']);
    expect(fixture.errors).toEqual([]);
  });

  it('never becomes an option, a file or an address of the installer, whatever a list says', () => {
    const lines = [
      '--index-url=https://evil.example.org/simple',
      '-i https://evil.example.org/simple',
      '--extra-index-url https://ada:word@evil.example.org/simple',
      '--find-links=/etc',
      '--trusted-host evil.example.org',
      '--no-binary :all:',
      '-r /etc/passwd',
      '-c ../../constraints.txt',
      '-e .',
      '-e git+https://evil.example.org/x#egg=x',
      './here',
      '../there',
      '/etc/there.whl',
      '~/there.whl',
      'file:///etc/there.whl',
      'https://ada:word@evil.example.org/x-1.0-py3-none-any.whl',
      'x @ https://ada:word@evil.example.org/x-1.0-py3-none-any.whl',
      'x@file:///etc/x-1.0-py3-none-any.whl',
      'x @ git+ssh://evil.example.org/x',
      'git+ext::sh -c id',
      'ext::sh -c id',
      'x --global-option=y',
      'x; rm -rf /',
      '$(id)',
      '${HOME}',
      'x\u0085--index-url=y',
      'x\u2028--index-url=y',
    ];
    expect(readRequirements(lines.join('\n')).requirements).toEqual([]);
    for (const line of lines) {
      expect(readRequirements(`x \\\n${line}`).requirements.filter((one) => one !== 'x')).toEqual([]);
      const yaml = `dependencies:\n  - pip:\n    - ${JSON.stringify(line)}\n`;
      expect(readEnvironmentFile(yaml).requirements).toEqual([]);
    }
  });

  it('can not hide a second archive behind the first, nor a second METADATA', async () => {
    await using fixture = await librariesFixture();
    const evil = { name: 'evil', version: '1.0' };
    const twice = zip({
      'evil-1.0.dist-info/METADATA': 'Metadata-Version: 2.1\nName: evil\nVersion: 1.0\n',
      'evil.dist-info/METADATA': 'Metadata-Version: 2.1\nName: evil\nVersion: 1.0\nRequires-Dist: a @ file:///x\n',
    });
    expect(await refusalOf(fixture.upload(wheelName(evil), twice))).toMatch(/has no metadata/);
  });
});

describe.skipIf(uv === undefined)('the password of an index (needs EMBERLAB_TEST_UV)', () => {
  const word = 'secret-word';

  /** All that members can see of changes: what they are told, logs, locks, and files in the folder of the environments. */
  async function visible({ environments, projectId, dataDir, events }: LibrariesFixture): Promise<string> {
    const { stdout } = await execa('grep', ['-rhaF', word, join(dataDir, 'environments')], { reject: false });
    const locks = await Promise.all(
      (['lock', 'requirements'] as const).map((format) => environments.export(projectId, { format })),
    );
    return JSON.stringify([
      stdout,
      locks,
      events,
      await environments.revisions(projectId),
      await environments.log(projectId),
    ]);
  }

  it('is used, and is nowhere to be seen, whether a change succeeds or fails', async () => {
    await using fixture = await librariesFixture();
    const { environments, index } = fixture;
    index.add({ name: 'alpha', version: '1.0' });
    index.addFile('sourced-1.0.tar.gz', 'sourced', source({ name: 'sourced', version: '1.0' }));
    index.setLogin(`ada:${word}`);
    const settings = await environments.indexSettings.get();
    const indexUrl = index.url.replace('//', `//ada:${word}@`);
    await environments.indexSettings.set({ ...settings, indexUrl });
    let done: Promise<Awaited<ReturnType<typeof fixture.install>>> = fixture.install('alpha');
    const lines = await commandLinesUntil(done);
    expect(await done).toMatchObject({ problem: null, state: 'succeeded' });
    expect([...lines].some((line) => line.includes('build_environment.py'))).toBe(true);
    const told: unknown[] = [];
    // Unknown, without a wheel (who builds it has no password), refused, away.
    for (const before of [() => undefined, () => index.setLogin('ada:another'), () => index.setBroken(true)]) {
      before();
      for (const name of ['nosuch', 'sourced']) {
        done = fixture.install(name);
        for (const line of await commandLinesUntil(done)) lines.add(line);
        const { state, problem } = await done;
        expect(state).toBe('failed');
        told.push(problem);
      }
    }
    expect(JSON.stringify(told)).not.toContain(word);
    expect([...lines].filter((line) => line.includes(word))).toEqual([]);
    expect(await visible(fixture)).not.toContain(word);
  });
});

describe.skipIf(uv === undefined)('libraries from Git (needs EMBERLAB_TEST_UV)', () => {
  it('are built of a branch, a tag or a commit, and say where they are from', async () => {
    await using fixture = await librariesFixture();
    const { environments, projectId, dataDir } = fixture;
    const git = await gitServer(join(dataDir, 'git'));
    try {
      await git.commit('made', sourceFiles({ name: 'made', version: '1.0' }), 'v1');
      await git.commit('made', sourceFiles({ name: 'made', version: '2.0', requires: ['tornado>=6'] }));
      const url = git.urlOf('made');
      const install = (ref?: string) =>
        fixture.change({ kind: 'install-git', url, ...(ref === undefined ? {} : { ref }) });
      expect(await install('v1')).toMatchObject({
        problem: null,
        title: `Install ${url} at v1`,
        changes: [{ name: 'made', change: 'added', to: '1.0' }],
      });
      expect(await install()).toMatchObject({ problem: null, changes: [{ name: 'made', change: 'up', to: '2.0' }] });
      const made = (await environments.libraries(projectId)).items.find(({ name }) => name === 'made');
      expect(made).toMatchObject({ source: 'git', detail: url, requested: true, version: '2.0' });
      expect(await environments.export(projectId, { format: 'requirements' })).toContain(`# made: from ${url}`);
      // What it was built of need not be there any more.
      const asked = git.asked.length;
      expect(await fixture.change({ kind: 'recreate', keep: true })).toMatchObject({ problem: null, changes: [] });
      expect(git.asked.length).toBe(asked);
      expect(fixture.errors).toEqual([]);
    } finally {
      await git.close();
    }
  });

  it('that are not there are named, and what a repository says of others is not followed', async () => {
    await using fixture = await librariesFixture();
    const git = await gitServer(join(fixture.dataDir, 'git'));
    try {
      await git.commit('made', sourceFiles({ name: 'made', version: '1.0' }));
      const install = (name: string, ref?: string) =>
        fixture.change({ kind: 'install-git', url: git.urlOf(name), ...(ref === undefined ? {} : { ref }) });
      expect((await install('made', 'nosuch')).problem).toMatch(/^made from Git failed: .*nosuch/s);
      expect((await install('other')).problem).toMatch(/^other from Git failed: /);
      // A submodule is not fetched, and a hook of theirs does not run: both are words of strangers.
      await git.commit('evil', {
        ...sourceFiles({ name: 'evil', version: '1.0' }),
        '.gitmodules': '[submodule "x"]\n\tpath = x\n\turl = ext::sh -c touch% /tmp/escaped\n',
        '.gitattributes': '* filter=evil\n',
      });
      expect(await install('evil')).toMatchObject({ problem: null });
      expect(fixture.errors).toEqual([]);
    } finally {
      await git.close();
    }
  });
});
