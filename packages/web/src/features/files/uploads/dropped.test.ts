import { describe, expect, it } from 'vitest';
import { ofChosenFolder, readDropped } from './dropped.ts';

const file = (name: string) =>
  ({
    isFile: true,
    isDirectory: false,
    name,
    file: (done: (file: File) => void) => done(new File(['x'], name)),
  }) as unknown as FileSystemEntry;
const gone = {
  isFile: true,
  isDirectory: false,
  name: 'gone',
  file: (_: unknown, failed: () => void) => failed(),
} as unknown as FileSystemEntry;
const folder = (name: string, ...inside: FileSystemEntry[]) =>
  ({
    isFile: false,
    isDirectory: true,
    name,
    createReader: () => {
      const left = [...inside];
      return { readEntries: (done: (some: FileSystemEntry[]) => void) => done(left.splice(0, 2)) };
    },
  }) as unknown as FileSystemEntry;
const named = ({ files, folders, cut }: Awaited<ReturnType<typeof readDropped>>) => ({
  files: files.map((one) => `${one.folder}/${one.file.name}`),
  folders,
  cut,
});

describe('what was dropped', () => {
  it('is read with all that is in folders, outer ones first, but for what went meanwhile', async () => {
    const dropped = [folder('a', folder('b', file('1'), file('2'), file('3')), gone), file('4')];
    expect(named(await readDropped(dropped))).toEqual({
      files: ['a/b/1', 'a/b/2', 'a/b/3', '/4'],
      folders: ['a', 'a/b'],
      cut: false,
    });
  });

  it('is no more than can be waited for, however much there is, or however deep', async () => {
    expect(named(await readDropped([folder('a', file('1'), file('2'), file('3'))], 3))).toEqual({
      files: ['a/1', 'a/2'],
      folders: ['a'],
      cut: true,
    });
    let deep = file('bottom');
    for (let depth = 0; depth < 100; depth += 1) deep = folder('f', deep);
    expect((await readDropped([deep])).cut).toBe(true);
  });
});

it('a folder that was chosen has the paths that the browser says', () => {
  const chosen = ['data/a.csv', 'data/june/b.csv', 'c.csv'].map((path) =>
    Object.assign(new File(['x'], path.split('/').at(-1) ?? ''), { webkitRelativePath: path }),
  );
  expect(named(ofChosenFolder(chosen))).toEqual({
    files: ['data/a.csv', 'data/june/b.csv', '/c.csv'],
    folders: ['data', 'data/june'],
    cut: false,
  });
  expect(ofChosenFolder(chosen, 1).cut).toBe(true);
});
