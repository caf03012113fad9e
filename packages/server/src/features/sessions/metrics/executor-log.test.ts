import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text as readText } from 'node:stream/consumers';
import { expect, test } from 'vitest';
import { fakeClock } from '../../../lib/clock.fake.ts';
import { openDriverLog } from './driver-log.ts';
import { openExecutorLog, type LogWish } from './executor-log.ts';

/** A worker's log that grows while it is read, and what was asked of it. */
function growing(content: string) {
  const asked: (number | null)[] = [];
  const log = { content, asked };
  const ask = async ({ from, size }: { from: number | null; size: number }) => {
    asked.push(from);
    const total = log.content.length;
    const start = Math.min(from ?? Math.max(0, total - size), total);
    const to = Math.min(start + size, total);
    return { text: log.content.slice(start, to), from: start, to, total };
  };
  return Object.assign(log, { ask });
}

const wish = (change: Partial<LogWish>): LogWish => ({ from: null, size: 2 ** 21, follow: false, ...change });

const open = (log: ReturnType<typeof growing>, change: Partial<LogWish>, more = {}) =>
  openExecutorLog({
    ask: log.ask,
    wish: wish(change),
    ended: () => false,
    clock: fakeClock(),
    pollMs: 2000,
    signal: new AbortController().signal,
    ...more,
  });

const long = Array.from({ length: 100_000 }, (_, number) => `line ${number}\n`).join('');

test('a log of many pieces is read as a whole', async () => {
  const { from, total, text } = await open(growing(long), {});
  expect([from, total, await readText(text)]).toEqual([0, long.length, long]);
});

test('its end, and a part from a byte on, are what was asked for', async () => {
  const end = await open(growing(long), { size: 600_000 });
  expect([end.from, await readText(end.text)]).toEqual([long.length - 600_000, long.slice(-600_000)]);
  const part = await open(growing(long), { from: 5, size: 300_000 });
  expect([part.from, await readText(part.text)]).toEqual([5, long.slice(5, 300_005)]);
  const beyond = await open(growing('abc'), { from: 7, size: 10 });
  expect(await readText(beyond.text)).toBe('');
});

test('whoever follows gets what is written later, and the beginning of a file that was begun anew', async () => {
  const log = growing('one\n');
  const clock = fakeClock();
  let over = false;
  const { text } = await open(log, { follow: true }, { clock, ended: () => over });
  const seen = text[Symbol.asyncIterator]();
  const look = async () => {
    while (clock.waiting() === 0) await new Promise((resolve) => setImmediate(resolve));
    clock.advance(2000);
  };
  expect(String((await seen.next()).value)).toBe('one\n');
  log.content += 'two\n';
  await look();
  expect(String((await seen.next()).value)).toBe('two\n');
  log.content = 'new\n';
  await look();
  await look();
  expect(String((await seen.next()).value)).toBe('new\n');
  over = true;
  await look();
  expect((await seen.next()).done).toBe(true);
});

test('whoever goes away leaves nothing behind', async () => {
  const clock = fakeClock();
  const gone = new AbortController();
  const { text } = await open(growing('one\n'), { follow: true }, { clock, signal: gone.signal });
  const all = readText(text);
  while (clock.waiting() === 0) await new Promise((resolve) => setImmediate(resolve));
  gone.abort();
  expect(await all).toBe('one\n');
  expect(clock.waiting()).toBe(0);
});

test('a failure on the way ends the stream; one at the beginning is told', async () => {
  const log = growing(long);
  let fails = false;
  const ask: typeof log.ask = async (piece) => {
    if (fails) throw new Error('gone');
    fails = true;
    return log.ask(piece);
  };
  const { text } = await open(log, { from: 0 }, { ask });
  expect(await readText(text)).toBe(long.slice(0, 256 * 1024));
  await expect(open(log, {}, { ask })).rejects.toThrow('gone');
});

test('the driver’s log is its file', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'ember-executor-log-'));
  const path = join(folder, 'stderr.log');
  const read = async (change: Partial<LogWish>) => {
    const signal = new AbortController().signal;
    const { from, total, text } = await openDriverLog(path, { wish: wish(change), ended: () => true, signal });
    return [from, total, await readText(text)];
  };
  expect(await read({})).toEqual([0, 0, '']);
  await writeFile(path, 'first\nsecond\n');
  expect(await read({})).toEqual([0, 13, 'first\nsecond\n']);
  expect(await read({ from: 2, size: 3 })).toEqual([2, 13, 'rst']);
  expect(await read({ from: 20 })).toEqual([20, 13, '']);
  expect(await read({ follow: true })).toEqual([0, 13, 'first\nsecond\n']);
  await rm(folder, { recursive: true });
});
