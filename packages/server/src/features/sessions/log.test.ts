import { mkdtemp, rm, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as fc from 'fast-check';
import { afterAll, beforeAll, expect, test } from 'vitest';
import * as log from './log.ts';

const { logTail } = log;
const stays = new AbortController().signal;
const logPage = (files: log.LogFiles, page: { from: number | null; size: number }, signal = stays) =>
  log.logPage(files, page, signal);

let folder = '';
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'ember-log-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

async function files(stdout: string | Buffer, stderr: string | Buffer) {
  const paths = { stdout: join(folder, 'stdout.log'), stderr: join(folder, 'stderr.log') };
  await writeFile(paths.stdout, stdout);
  await writeFile(paths.stderr, stderr);
  return paths;
}

test('any page is the same part of the whole', async () => {
  const lines = fc.array(fc.string({ unit: fc.constantFrom('a', 'č', ' ', '🙂') }), { maxLength: 30 });
  await fc.assert(
    fc.asyncProperty(lines, lines, fc.nat(70), fc.nat(70), async (out, err, from, size) => {
      const paths = await files(out.map((line) => `${line}\n`).join(''), err.map((line) => `${line}\n`).join(''));
      const whole = ['stdout: ', ...out, '\nstderr: ', ...err];
      const page = await logPage(paths, { from, size });
      expect(page).toEqual({
        from: Math.min(from, whole.length),
        total: whole.length,
        log: whole.slice(from, from + size),
      });
      expect((await logPage(paths, { from: null, size: -1 })).log).toEqual(whole);
      const tail = await logPage(paths, { from: null, size });
      expect(tail.log).toEqual(size === 0 ? [] : whole.slice(-size));
      expect(await logTail(paths, 10)).toEqual(whole.slice(-10));
    }),
    { numRuns: 50 },
  );
});

test('a last line without an end counts, lines longer than a piece of the file are whole', async () => {
  const long = 'x'.repeat(200_000);
  const paths = await files('', `${long}\n${long}`);
  const { total, log } = await logPage(paths, { from: 0, size: -1 });
  expect(total).toBe(4);
  expect(log.slice(2)).toEqual([long, long]);
});

test('hostile output is bounded', async () => {
  const paths = await files(
    Buffer.alloc(40 * 1024 * 1024, 'y'),
    Buffer.from('\u001b[2J<script>\ufffd\n\xff', 'latin1'),
  );
  const { log } = await logPage(paths, { from: 0, size: -1 });
  expect(log[1]?.length).toBe(256 * 1024);
  expect(log.at(-1)).toBe('\ufffd');
  await writeFile(paths.stdout, `${'z'.repeat(250_000)}\n`.repeat(100));
  const page = await logPage(paths, { from: 0, size: -1 });
  expect(page.total).toBe(104);
  expect(page.log.length).toBeLessThan(75);
});

test('of a file that is said to be endless only the end is read, and nothing more once its client has gone', async () => {
  const paths = await files('first\n', 'error\n');
  // as large as the file system lets it be, and empty
  await truncate(paths.stdout, 2 ** 43);
  const page = await logPage(paths, { from: null, size: 2 });
  expect(page.log).toEqual(['\nstderr: ', 'error']);
  expect(page.total).toBe(4);
  const gone = AbortSignal.abort(new Error('gone'));
  await expect(logPage(paths, { from: null, size: 2 }, gone)).rejects.toThrow('gone');
});

test('a page of empty lines is bounded too', async () => {
  const paths = await files('\n'.repeat(3 * 1024 * 1024), '');
  const page = await logPage(paths, { from: 0, size: -1 });
  expect(page.total).toBe(3 * 1024 * 1024 + 2);
  expect(page.log.length).toBeLessThan(1.1 * 1024 * 1024);
});
