import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { appendTo } from './lines.ts';

test('lines are appended to a file that its owner alone may read', () => {
  const folder = mkdtempSync(join(tmpdir(), 'emberlab-lines-'));
  const file = join(folder, 'control.log');
  for (const text of ['one\n', 'two\n']) appendTo(file).write(text);
  expect(readFileSync(file, 'utf8')).toBe('one\ntwo\n');
  expect(statSync(file).mode & 0o777).toBe(0o600);
  rmSync(folder, { recursive: true });
});

test('a disk that never has room loses lines, and stops nobody', () => {
  const lines = appendTo('/dev/full');
  for (let index = 0; index < 3; index += 1) expect(() => lines.write('one\n')).not.toThrow();
});

test.runIf(process.getuid?.() === 0)('when there is room again, the next line comes after how many were lost', () => {
  const folder = mkdtempSync(join(tmpdir(), 'emberlab-lines-'));
  const disk = join(folder, 'disk');
  mkdirSync(disk);
  execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=64k', 'tmpfs', disk]);
  try {
    const file = join(disk, 'control.log');
    const lines = appendTo(file);
    writeFileSync(join(disk, 'other'), Buffer.alloc(40_000));
    const sent = Array.from(
      { length: 20 },
      (_, index) => `${JSON.stringify({ msg: `${index} ${'x'.repeat(3000)}` })}\n`,
    );
    for (const line of sent) lines.write(line);
    const kept = readFileSync(file, 'utf8')
      .split('\n')
      .filter((line) => line.endsWith('}')).length;
    expect(kept).toBeLessThan(sent.length);
    rmSync(join(disk, 'other'));
    lines.write('{"msg":"room"}\n');
    const all = readFileSync(file, 'utf8').split('\n');
    expect(all.slice(0, kept).map((line) => `${line}\n`)).toEqual(sent.slice(0, kept));
    expect(JSON.parse(all.at(-3) ?? '')).toMatchObject({
      lines: sent.length - kept,
      msg: 'lines of this log were lost',
    });
    expect(all.at(-2)).toBe('{"msg":"room"}');
  } finally {
    // The log stays open as long as the process is there.
    execFileSync('umount', ['--lazy', disk]);
    rmSync(folder, { recursive: true });
  }
});
