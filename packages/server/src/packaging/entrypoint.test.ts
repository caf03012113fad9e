import { execFileSync } from 'node:child_process';
import {
  chmodSync,
  cpSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';

const root = join(import.meta.dirname, '../../../..');

/** A container with what its image brings: files by their paths, with what is in them. */
function container() {
  const folder = mkdtempSync(join(tmpdir(), 'ember-image-'));
  const at = (path: string) => join(folder, path);
  mkdirSync(at('app/packaging/image'), { recursive: true });
  mkdirSync(at('data'));
  cpSync(join(root, 'packaging/image/entrypoint'), at('app/packaging/image/entrypoint'));
  writeFileSync(at('app/start'), '#!/bin/sh\necho "started: $*"; umask\n');
  chmodSync(at('app/start'), 0o755);
  return {
    at,
    bring(files: Readonly<Record<string, string>>, spark: string): void {
      rmSync(at('brought'), { recursive: true, force: true });
      for (const [name, text] of Object.entries(files)) {
        mkdirSync(join(at('brought'), name, '..'), { recursive: true });
        writeFileSync(join(at('brought'), name), text);
      }
      symlinkSync(spark, at('brought/spark'));
    },
    start: (): string =>
      execFileSync(at('app/packaging/image/entrypoint'), ['--port', '1'], {
        env: { PATH: '/usr/bin:/bin', EMBERLAB_DATA: at('data'), EMBERLAB_BROUGHT: at('brought') },
        encoding: 'utf8',
        stdio: ['ignore', 'pipe', 'ignore'],
      }),
    read: (path: string): string => readFileSync(at(`data/tools/${path}`), 'utf8'),
    [Symbol.dispose]: () => rmSync(folder, { recursive: true }),
  };
}

it('puts what the image brings into the data folder once, then serves', () => {
  using it = container();
  it.bring({ '.image': '1', 'spark-4.0/a': 'four', 'data/b': 'old', programs: 'p' }, 'spark-4.0');
  expect(it.start()).toBe('started: --no-apt --port 1\n0077\n');
  expect([it.read('spark/a'), it.read('data/b'), it.read('.image')]).toEqual(['four', 'old', '1']);
  writeFileSync(it.at('data/tools/data/b'), 'changed');
  it.start();
  expect(it.read('data/b')).toBe('changed');
});

it('adds what another image brings, and leaves alone what may run', () => {
  using it = container();
  it.bring({ '.image': '1', 'spark-4.0/a': 'four', 'data/b': 'old' }, 'spark-4.0');
  it.start();
  writeFileSync(it.at('data/tools/spark-4.0/mine'), '');
  it.bring({ '.image': '2', 'spark-4.0/a': 'other', 'spark-4.1/a': 'newer', 'data/b': 'new' }, 'spark-4.1');
  it.start();
  expect([it.read('spark-4.0/a'), it.read('spark/a'), it.read('data/b')]).toEqual(['four', 'newer', 'new']);
  expect(readlinkSync(it.at('data/tools/spark'))).toBe('spark-4.1');
  expect(readdirSync(it.at('data/tools')).toSorted()).toEqual(['.image', 'data', 'spark', 'spark-4.0', 'spark-4.1']);
});

it('makes up for a start that was cut off', () => {
  using it = container();
  it.bring({ '.image': '1', 'spark-4.0/a': 'four' }, 'spark-4.0');
  mkdirSync(it.at('data/tools/spark-4.0.part'), { recursive: true });
  writeFileSync(it.at('data/tools/spark-4.0.part/a'), 'fo');
  it.start();
  expect(it.read('spark/a')).toBe('four');
  expect(readdirSync(it.at('data/tools')).toSorted()).toEqual(['.image', 'spark', 'spark-4.0']);
});
