import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { Entry } from './below.ts';
import { zipOf } from './zip.ts';

let folder: string;
beforeEach(() => void (folder = mkdtempSync(join(tmpdir(), 'ember-zip-'))));
afterEach(() => rmSync(folder, { recursive: true }));

/** Says of each entry what a reader that is not ours finds there, and that its sum is right. */
const reader = `
import json, sys, zipfile
with zipfile.ZipFile(sys.argv[1]) as archive:
    assert archive.testzip() is None
    print(json.dumps([[each.filename, each.date_time[0], oct(each.external_attr >> 16), archive.read(each).decode('latin1')[:20], each.file_size] for each in archive.infolist()]))
`;
const read = (zip: Buffer): unknown => {
  const path = join(folder, 'it.zip');
  writeFileSync(path, zip);
  return JSON.parse(execFileSync('python3', ['-c', reader, path], { encoding: 'utf8' }));
};

async function* entries(...all: [name: string | Buffer, content: string | null][]): AsyncGenerator<Entry> {
  for (const [name, content] of all) {
    yield {
      name: Buffer.from(name),
      stats: { mode: content === null ? 0o42770 : 0o100640, mtimeMs: Date.UTC(2026, 5, 1) },
      size: content?.length ?? 0,
      content: content === null ? null : pieces(content),
    };
  }
}
async function* pieces(content: string): AsyncGenerator<Buffer> {
  yield Buffer.from(content.slice(0, 5), 'latin1');
  yield Buffer.from(content.slice(5), 'latin1');
}
const packed = (from: AsyncGenerator<Entry>, options = {}) => buffer(Readable.from(zipOf(from, options)));

const long = 'all work and no play '.repeat(10_000);
const some = () => entries(['in/', null], ['in/žluť.txt', long], ['in/empty', '']);
const found = [
  ['in/', 2026, '0o42770', '', 0],
  ['in/žluť.txt', 2026, '0o100640', long.slice(0, 20), long.length],
  ['in/empty', 2026, '0o100640', '', 0],
];

test('an archive is read by others, and is smaller than what is in it', async () => {
  const zip = await packed(some());
  expect(read(zip)).toEqual(found);
  expect(zip.length).toBeLessThan(long.length / 10);
});

test('numbers that need it have 64 bits', async () => {
  expect(read(await packed(some(), { largeFrom: 1000 }))).toEqual(found);
  expect(read(await packed(some(), { largeFrom: 0 }))).toEqual(found);
});

test('no name leads to another folder than its own', async () => {
  const [[name]] = read(await packed(entries([String.raw`in/..\..\evil`, 'x']))) as [[string]];
  expect(name).toBe('in/.._.._evil');
});

test('what cannot be read to its end breaks the archive off: nobody takes a part for the whole', async () => {
  async function* broken(): AsyncGenerator<Entry> {
    for await (const entry of entries(['a', 'x'])) yield entry;
    throw new Error('too deep');
  }
  await expect(packed(broken())).rejects.toThrow('too deep');
});

test('whoever goes away before the end leaves nothing open', async () => {
  let closed = false;
  async function* watched(): AsyncGenerator<Entry> {
    try {
      yield* some();
    } finally {
      closed = true;
    }
  }
  const zip = zipOf(watched());
  await zip.next();
  await zip.next();
  await zip.return(undefined);
  expect(closed).toBe(true);
});
