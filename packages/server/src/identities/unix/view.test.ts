import { chmodSync, mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, expect, test } from 'vitest';
import { viewOf } from './view.ts';

const made: string[] = [];
afterEach(() => {
  for (const folder of made.splice(0)) rmSync(folder, { recursive: true });
});

function folderWith(...names: string[]): string {
  const folder = realpathSync(mkdtempSync(join(tmpdir(), 'ember-view-')));
  made.push(folder);
  chmodSync(folder, 0o755);
  for (const name of names) mkdirSync(join(folder, name), { recursive: true, mode: 0o755 });
  return folder;
}

test('where others can go everywhere, nothing is covered', () => {
  const folder = folderWith('data', 'spark');
  const needed = [join(folder, 'data'), join(folder, 'spark')];
  expect(viewOf(needed)).toEqual({ cover: [], keep: needed });
});

test('the outermost folder that is closed to others is covered, and what is needed below it is kept', () => {
  const folder = folderWith('root/inner/data', 'root/python', 'spark');
  chmodSync(join(folder, 'root/inner'), 0o700);
  chmodSync(join(folder, 'root'), 0o750);
  const needed = ['root/inner/data', 'root/python', 'spark'].map((name) => join(folder, name));
  expect(viewOf(needed)).toEqual({ cover: [join(folder, 'root')], keep: needed });
});

test('links are followed, what is absent and what lies in something kept is left out', () => {
  const folder = folderWith('data/tools', 'closed/spark');
  chmodSync(join(folder, 'closed'), 0o700);
  symlinkSync(join(folder, 'closed/spark'), join(folder, 'spark'));
  const needed = ['data', 'data/tools', 'spark', 'nowhere'].map((name) => join(folder, name));
  expect(viewOf(needed)).toEqual({
    cover: [join(folder, 'closed')],
    keep: [join(folder, 'data'), join(folder, 'closed/spark')],
  });
});
