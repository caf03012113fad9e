import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { buffer } from 'node:stream/consumers';
import { Readable } from 'node:stream';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { makeFolderAt, moveEntry } from '../changes.ts';
import { archiveOf } from '../content/archive.ts';
import { searchFolder } from '../search.ts';
import { openFile, readPart } from '../content/read.ts';
import { listFolder } from '../listing.ts';
import { keepUpload } from '../upload.ts';
import { partsOf } from './path.ts';
import { holding, walk, type Tree } from './walk.ts';

/** Swaps the folder `victim` for a link to `outside` and back, again and again, as a notebook can at any moment. */
const swapper = `
import os, sys
victim, aside, outside = sys.argv[1:]
print("on", flush=True)
while True:
    os.rename(victim, aside)
    os.symlink(outside, victim)
    os.unlink(victim)
    os.rename(aside, victim)
`;

describe('a path in a project', () => {
  let folder: string;
  let root: string;
  let outside: string;
  let tree: Tree;

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'emberlab-walk-'));
    [root, outside] = [join(folder, 'project'), join(folder, 'outside')];
    for (const path of [root, outside, join(root, 'Resources'), join(root, 'in'), join(outside, 'deep')])
      mkdirSync(path);
    writeFileSync(join(outside, 'secret'), 'SECRET');
    writeFileSync(join(root, 'in', 'file'), 'mine');
    tree = { root, who: null };
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  const read = async (path: string): Promise<string> => {
    const file = await openFile(tree, path);
    return (await buffer(Readable.from(readPart(file, 0, file.size)))).toString();
  };

  it('is followed through links in the project, also by whole paths and back upwards', async () => {
    symlinkSync('in', join(root, 'near'));
    symlinkSync(join(root, 'in'), join(root, 'whole'));
    symlinkSync('../in/file', join(root, 'Resources', 'up'));
    for (const path of ['near/file', 'whole/file', 'Resources/up', './in//file']) expect(await read(path)).toBe('mine');
  });

  it.each([
    ['a link out', '../outside'],
    ['a whole path out', '/'],
    ['a way round', 'in/../../outside'],
    ['itself', 'link'],
  ])('leads nowhere by a link that is %s', async (_, target) => {
    symlinkSync(target, join(root, 'link'));
    await expect(read('link/secret')).rejects.toMatchObject({ code: 'not_found' });
    await expect(listFolder(tree, 'link')).rejects.toMatchObject({ code: 'not_found' });
    await expect(makeFolderAt(tree, 'link/new')).rejects.toMatchObject({ code: 'not_found' });
    await expect(moveEntry(tree, 'in/file', 'link/file')).rejects.toMatchObject({ code: 'not_found' });
    expect(readdirSync(outside)).toEqual(['deep', 'secret']);
  });

  it('names no folder of ours, and nothing that is no name', () => {
    for (const path of ['.emberlab/bin/x', '/.emberlab', 'a/../b', '..', 'a\0b', '\ud800', 'x'.repeat(256)]) {
      expect({ path, parts: partsOf(path) }).toEqual({ path, parts: null });
    }
  });

  it('opens no FIFO and no socket: they are told apart before', async () => {
    execFileSync('mkfifo', [join(root, 'in', 'pipe')]);
    // With a FIFO opened by mistake this would wait for a writer for ever.
    await expect(read('in/pipe')).rejects.toMatchObject({ code: 'not_found' });
    const archive = await archiveOf(tree, 'in', 'demo', 'tar');
    const names = execFileSync('tar', ['-tf', '-'], { input: await buffer(Readable.from(archive.content)) }).toString();
    await archive.release();
    expect(names).toBe('in/\nin/file\n');
    expect((await listFolder(tree, 'in', { all: true })).items.map(({ name, type }) => `${type} ${name}`)).toEqual([
      'file file',
      'other pipe',
    ]);
  });

  it('stays in the project while a process swaps a folder for a link out of it', async () => {
    mkdirSync(join(root, 'victim'));
    writeFileSync(join(root, 'victim', 'secret'), 'mine');
    const attack = spawn('python3', ['-c', swapper, join(root, 'victim'), join(root, 'aside'), outside]);
    await once(attack.stdout, 'data');
    const seen = new Set<string>();
    let done = 0;
    const attempt = async (act: () => Promise<unknown>): Promise<void> => {
      await act().then(
        (value) => {
          done += 1;
          if (typeof value === 'string') seen.add(value);
        },
        (error: unknown) =>
          expect(error).toMatchObject({ code: expect.stringMatching(/not_found|name_taken/) as string }),
      );
    };
    try {
      for (let round = 0; round < 400; round += 1) {
        await attempt(() => read('victim/secret'));
        await attempt(async () =>
          (await listFolder(tree, 'victim')).items
            .map(({ name }) => name)
            .filter((name) => name === 'deep')
            .join(),
        );
        await attempt(async () => {
          const { items } = await searchFolder(tree, 'victim', { find: 'deep' });
          return items.map(({ name }) => name).join();
        });
        await attempt(() => makeFolderAt(tree, `victim/made-${round}`));
        await attempt(() => moveEntry(tree, 'in/file', `victim/file-${round}`));
        await attempt(() => moveEntry(tree, `victim/file-${round}`, 'in/file'));
      }
    } finally {
      attack.kill('SIGKILL');
      await once(attack, 'exit');
    }
    expect(done).toBeGreaterThan(0);
    expect([...seen].toSorted()).toEqual(['', 'mine'].filter((text) => seen.has(text)));
    expect(readdirSync(outside)).toEqual(['deep', 'secret']);
    expect(readFileSync(join(outside, 'secret'), 'utf8')).toBe('SECRET');
  });

  it('holds what it has found, whatever its name comes to mean', async () => {
    await holding(walk(tree, [Buffer.from('in')], { follow: false }), async (held) => {
      rmSync(join(root, 'in'), { recursive: true });
      symlinkSync(outside, join(root, 'in'));
      expect(existsSync(`/proc/self/fd/${held.fd}/secret`)).toBe(false);
    });
    await expect(keepUpload(tree, 'x.txt', Readable.from([Buffer.from('x')]), 10)).resolves.toMatchObject({
      path: 'Resources/x.txt',
    });
  });

  it('lets go of all that it has held, found or not', async () => {
    const open = () => readdirSync('/proc/self/fd').length;
    symlinkSync('in', join(root, 'near'));
    await read('near/file');
    const before = open();
    for (let round = 0; round < 20; round += 1) {
      await read('near/file');
      await expect(read('near/absent/x')).rejects.toMatchObject({ code: 'not_found' });
      await expect(read('in/file/x')).rejects.toMatchObject({ code: 'not_found' });
      await listFolder(tree, '', { all: true });
    }
    expect(open()).toBe(before);
  });
});
