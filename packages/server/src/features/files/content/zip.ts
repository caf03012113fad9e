import { isUtf8 } from 'node:buffer';
import { Readable } from 'node:stream';
import { crc32, createDeflateRaw } from 'node:zlib';
import type { Entry } from './below.ts';

/** As much of zip (APPNOTE.TXT 6.3) as a reader has to know: deflated files whose sums stand behind them, since they are written while they are read. */
const localMark = 0x04034b50;
const sumMark = 0x08074b50;
const entryMark = 0x02014b50;
const largeEndMark = 0x06064b50;
const largeEndPlaceMark = 0x07064b50;
const endMark = 0x06054b50;
/** In a field of 32 bits: the number stands in the extra field. */
const elsewhere = 0xffffffff;
const sumBehind = 1 << 3;
const utf8 = 1 << 11;
/** Of readers: 2.0 knows deflate and folders, 4.5 large archives. */
const plainVersion = 20;
const largeVersion = 45;
const fromUnix = 3 << 8;
const deflated = 8;
const stored = 0;
/** The directory of an archive stands at its end: that of so many is kept until then. */
const mostEntries = 200_000;
/** Beside what a disk may have: deflating adds a little to what is dense already. */
const large = 0xf0000000;

type Written = {
  readonly name: Buffer;
  readonly stats: Entry['stats'];
  readonly flags: number;
  readonly method: number;
  readonly sum: number;
  readonly packed: number;
  readonly size: number;
  readonly offset: number;
};

/** A zip archive. `largeFrom`: from how many bytes on a file, or its place, is written in 64 bits. */
export async function* zipOf(
  entries: AsyncIterable<Entry>,
  { largeFrom = large }: { largeFrom?: number } = {},
): AsyncGenerator<Buffer> {
  const written: Written[] = [];
  let at = 0;
  const count = (piece: Buffer): Buffer => {
    at += piece.length;
    return piece;
  };
  for await (const { stats, size, content, ...entry } of entries) {
    if (written.length >= mostEntries) throw new Error('there are too many files in this folder for a zip archive');
    const name = safeName(entry.name);
    const flags = (isUtf8(name) ? utf8 : 0) | (content === null ? 0 : sumBehind);
    const head = { name, stats, flags, method: content === null ? stored : deflated, offset: at };
    const isLarge = size >= largeFrom;
    yield count(localHeader(head, isLarge));
    const sums = { sum: 0, size: 0, packed: 0 };
    if (content !== null) {
      for await (const piece of deflatedOf(content, sums)) yield count(piece);
      yield count(sumsOf(sums, isLarge));
    }
    written.push({ ...head, ...sums });
  }
  const start = at;
  for (const one of written) yield count(directoryEntry(one, largeFrom));
  yield endOf({ entries: written.length, start, length: at - start }, largeFrom);
}

/** A backslash leads to another folder where readers take it for a slash. */
const safeName = (name: Buffer): Buffer => {
  const safe = Buffer.from(name);
  for (let at = safe.indexOf('\\'); at >= 0; at = safe.indexOf('\\', at)) safe.write('_', at);
  return safe;
};

async function* deflatedOf(
  content: AsyncIterable<Buffer>,
  sums: { sum: number; size: number; packed: number },
): AsyncGenerator<Buffer> {
  const source = Readable.from(
    (async function* counted() {
      for await (const piece of content) {
        sums.sum = crc32(piece, sums.sum);
        sums.size += piece.length;
        yield piece;
      }
    })(),
    { objectMode: false },
  );
  const deflate = createDeflateRaw({ level: 1 });
  source.once('error', (error) => deflate.destroy(error));
  source.pipe(deflate);
  try {
    for await (const piece of deflate as AsyncIterable<Buffer>) {
      sums.packed += piece.length;
      yield piece;
    }
  } finally {
    source.destroy();
    deflate.destroy();
  }
}

/** A moment as DOS wrote it, in UTC: two seconds are its least, and 1980 its first year. */
function dosTime(ms: number): { time: number; date: number } {
  const moment = new Date(Math.min(Math.max(ms, Date.UTC(1980, 0)), Date.UTC(2107, 11, 31)));
  return {
    time: (moment.getUTCHours() << 11) | (moment.getUTCMinutes() << 5) | (moment.getUTCSeconds() >> 1),
    date: ((moment.getUTCFullYear() - 1980) << 9) | ((moment.getUTCMonth() + 1) << 5) | moment.getUTCDate(),
  };
}

const extra = (id: number, data: Buffer): Buffer => {
  const head = Buffer.alloc(4);
  head.writeUInt16LE(id, 0);
  head.writeUInt16LE(data.length, 2);
  return Buffer.concat([head, data]);
};
const longs = (...values: number[]): Buffer => {
  const data = Buffer.alloc(8 * values.length);
  values.forEach((value, index) => data.writeBigUInt64LE(BigInt(value), 8 * index));
  return data;
};

/** The nine fields that both headers of an entry have. */
function common(
  { name, stats, flags, method }: Pick<Written, 'name' | 'stats' | 'flags' | 'method'>,
  isLarge: boolean,
  [sum, packed, size]: readonly [number, number, number],
  extraLength: number,
): Buffer {
  const { time, date } = dosTime(stats.mtimeMs);
  const fields = Buffer.alloc(26);
  fields.writeUInt16LE(isLarge ? largeVersion : plainVersion, 0);
  fields.writeUInt16LE(flags, 2);
  fields.writeUInt16LE(method, 4);
  fields.writeUInt16LE(time, 6);
  fields.writeUInt16LE(date, 8);
  fields.writeUInt32LE(sum, 10);
  fields.writeUInt32LE(packed, 14);
  fields.writeUInt32LE(size, 18);
  fields.writeUInt16LE(name.length, 22);
  fields.writeUInt16LE(extraLength, 24);
  return fields;
}

const marked = (mark: number): Buffer => {
  const four = Buffer.alloc(4);
  four.writeUInt32LE(mark);
  return four;
};

function localHeader(entry: Pick<Written, 'name' | 'stats' | 'flags' | 'method'>, isLarge: boolean): Buffer {
  const more = isLarge ? extra(1, longs(0, 0)) : Buffer.alloc(0);
  const unknown = isLarge ? elsewhere : 0;
  return Buffer.concat([
    marked(localMark),
    common(entry, isLarge, [0, unknown, unknown], more.length),
    entry.name,
    more,
  ]);
}

function sumsOf({ sum, packed, size }: Pick<Written, 'sum' | 'packed' | 'size'>, isLarge: boolean): Buffer {
  const head = Buffer.concat([marked(sumMark), marked(sum)]);
  return Buffer.concat([head, isLarge ? longs(packed, size) : Buffer.concat([marked(packed), marked(size)])]);
}

function directoryEntry(entry: Written, largeFrom: number): Buffer {
  const { name, stats, size, packed, sum, offset } = entry;
  const isLarge = size >= largeFrom;
  const isFar = offset >= largeFrom;
  const numbers = [...(isLarge ? [size, packed] : []), ...(isFar ? [offset] : [])];
  const more = numbers.length === 0 ? Buffer.alloc(0) : extra(1, longs(...numbers));
  const rest = Buffer.alloc(14);
  // Beside Unix's mode, DOS's mark of a folder.
  rest.writeUInt32LE((((stats.mode & 0o177777) << 16) >>> 0) + (name.at(-1) === 0x2f ? 0x10 : 0), 6);
  rest.writeUInt32LE(isFar ? elsewhere : offset, 10);
  const version = Buffer.alloc(2);
  version.writeUInt16LE(fromUnix | largeVersion);
  const sizes = isLarge ? ([sum, elsewhere, elsewhere] as const) : ([sum, packed, size] as const);
  return Buffer.concat([
    marked(entryMark),
    version,
    common(entry, isLarge || isFar, sizes, more.length),
    rest,
    name,
    more,
  ]);
}

function endOf(
  { entries, start, length }: { entries: number; start: number; length: number },
  largeFrom: number,
): Buffer {
  const isLarge = entries > 0xfffe || start >= largeFrom || length >= largeFrom;
  const end = Buffer.alloc(22);
  end.writeUInt32LE(endMark, 0);
  end.writeUInt16LE(isLarge ? 0xffff : entries, 8);
  end.writeUInt16LE(isLarge ? 0xffff : entries, 10);
  end.writeUInt32LE(isLarge ? elsewhere : length, 12);
  end.writeUInt32LE(isLarge ? elsewhere : start, 16);
  if (!isLarge) return end;
  const whole = Buffer.alloc(24);
  whole.writeUInt32LE(largeEndMark, 0);
  whole.writeBigUInt64LE(44n, 4);
  whole.writeUInt16LE(fromUnix | largeVersion, 12);
  whole.writeUInt16LE(largeVersion, 14);
  const place = Buffer.alloc(20);
  place.writeUInt32LE(largeEndPlaceMark, 0);
  place.writeBigUInt64LE(BigInt(start + length), 8);
  place.writeUInt32LE(1, 16);
  return Buffer.concat([whole, longs(entries, entries, length, start), place, end]);
}
