import { execFileSync } from 'node:child_process';
import {
  appendFileSync,
  existsSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { appendLine, beginningOf, boundLog, followLog, readEnd, tailLines } from './log-file.ts';

describe('log files', () => {
  let folder: string;
  let file: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'emberlab-log-'));
    file = join(folder, 'server.log');
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  const read = (options: { follow?: boolean; maxBytes?: number; ended?: () => boolean; signal?: AbortSignal } = {}) =>
    followLog(file, {
      follow: false,
      maxBytes: 1e6,
      ended: () => false,
      signal: new AbortController().signal,
      ...options,
    });

  it('reads the whole of a short file and the last lines of a long one', async () => {
    writeFileSync(file, Array.from({ length: 1000 }, (_, n) => `line ${n}\n`).join(''));
    expect((await text(read())).split('\n')).toHaveLength(1001);
    const tail = await text(read({ maxBytes: 50 }));
    expect(tail).toBe('line 995\nline 996\nline 997\nline 998\nline 999\n');
    expect(await readEnd(file, 50)).toEqual({ text: tail, truncated: true });
    expect(await tailLines(file, 2)).toEqual(['line 998', 'line 999']);
  });

  it.each([
    ['a link', 'ELOOP'],
    ['a pipe', 'is no plain file'],
    ['a folder', 'EISDIR'],
  ])('takes %s in its place for no log, and leaves what it leads to alone', async (what, reason) => {
    const other = join(folder, 'secrets');
    writeFileSync(other, 'a secret\n'.repeat(1000));
    if (what === 'a link') symlinkSync(other, file);
    else execFileSync(what === 'a pipe' ? 'mkfifo' : 'mkdir', [file]);
    expect(await text(read())).toBe('');
    expect(await readEnd(file, 50)).toEqual({ text: '', truncated: false });
    expect(await tailLines(file, 2)).toEqual([]);
    expect(await beginningOf(file, 50)).toBe('');
    await boundLog(file, 50);
    await expect(appendLine(file, 'more')).rejects.toThrow(reason);
    expect(readFileSync(other, 'utf8')).toBe('a secret\n'.repeat(1000));
  });

  it('adds a line of its own, whatever stands before it', async () => {
    await appendLine(file, 'one');
    await appendLine(file, 'two');
    appendFileSync(file, 'begun, and never ended 漢');
    await appendLine(file, 'three');
    expect(await text(read())).toBe('one\ntwo\nbegun, and never ended 漢\nthree\n');
    expect((statSync(file).mode & 0o777).toString(8)).toBe('600');
  });

  it('has nothing to say of an absent file', async () => {
    expect(await text(read())).toBe('');
    expect(await tailLines(file, 5)).toEqual([]);
    expect(await readEnd(file, 50)).toEqual({ text: '', truncated: false });
  });

  it('waits for the file, follows it, and stops once nothing more will come', async () => {
    let ended = false;
    const stream = read({ follow: true, ended: () => ended });
    const seen: string[] = [];
    stream.on('data', (chunk: Buffer) => seen.push(chunk.toString()));
    writeFileSync(file, 'one\n');
    await expect.poll(() => seen.join('')).toBe('one\n');
    appendFileSync(file, 'two\n');
    await expect.poll(() => seen.join('')).toBe('one\ntwo\n');
    appendFileSync(file, 'three\n');
    ended = true;
    await expect.poll(() => stream.readableEnded).toBe(true);
    expect(seen.join('')).toBe('one\ntwo\nthree\n');
  });

  it('ends when its reader has gone', async () => {
    writeFileSync(file, 'one\n');
    const gone = new AbortController();
    const whole = text(read({ follow: true, signal: gone.signal }));
    gone.abort();
    expect(await whole).toBe('one\n');
  });

  it('is cut down to its newest lines when it is too long, which its reader learns and goes on from', async () => {
    const lines = Array.from({ length: 1000 }, (_, index) => `line ${index}\n`);
    writeFileSync(file, lines.join(''));
    await boundLog(file, 20_000);
    expect(statSync(file).size).toBe(lines.join('').length);
    let ended = false;
    const stream = read({ follow: true, maxBytes: 100_000, ended: () => ended });
    const seen: string[] = [];
    stream.on('data', (chunk: Buffer) => seen.push(chunk.toString()));
    await expect.poll(() => seen.join('').length).toBe(lines.join('').length);
    await boundLog(file, 8000);
    const notice = '[This log had grown to 0 MB; earlier lines are gone.]\n';
    const kept = lines.slice(-111).join('');
    expect(readFileSync(file, 'utf8')).toBe(`${notice}${kept}`);
    await expect.poll(() => seen.join('')).toBe(`${lines.join('')}${notice}${kept}`);
    appendFileSync(file, 'more\n');
    await expect.poll(() => seen.join('')).toMatch(/line 999\nmore\n$/);
    ended = true;
    await expect.poll(() => stream.readableEnded).toBe(true);
    await boundLog(join(file, 'nowhere'), 1);
  });
});

/** a file system of memory, whose files may be said to be as large as any number */
const endless = '/dev/shm';

/** Node's own truncate takes no such number. */
const makeEndless = (file: string) => execFileSync('truncate', ['--size', String(2n ** 62n), file]);

describe.skipIf(!existsSync(endless))('a log that is said to be larger than any number that reading takes', () => {
  it('breaks nothing, and is emptied', async () => {
    const folder = mkdtempSync(join(endless, 'emberlab-log-'));
    const file = join(folder, 'server.log');
    const options = { follow: false, maxBytes: 1000, signal: new AbortController().signal, ended: () => true };
    try {
      writeFileSync(file, 'one\n');
      makeEndless(file);
      expect(await beginningOf(file, 4)).toBe('one\n');
      expect(await tailLines(file, 5)).toHaveLength(1);
      expect((await readEnd(file, 50)).truncated).toBe(true);
      expect(await text(followLog(file, options))).toHaveLength(1000);
      await boundLog(file, 1000);
      expect(readFileSync(file, 'utf8')).toMatch(/^\[This log had grown to \d+ MB; earlier lines are gone\.\]\n$/);
      makeEndless(file);
      await appendLine(file, 'more');
      await boundLog(file, 1000);
      expect(statSync(file).size).toBeLessThan(1000);
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
});
