import type { Entry } from './below.ts';

/** Blocks of an archive; see pax(1). */
const block = 512;

type TarEntry = {
  /** with a slash at the end for folders */
  readonly name: Buffer;
  readonly size: number;
  readonly mode: number;
  readonly mtimeMs: number;
};

/** The most that a field of a header can say, octal. */
const mostInField = 8 ** 11 - 1;

const octal = (value: number, length: number): string =>
  Math.min(Math.max(0, Math.floor(value)), 8 ** (length - 1) - 1)
    .toString(8)
    .padStart(length - 1, '0') + '\0';

function ustar(
  name: Buffer,
  size: number,
  type: string,
  { mode, mtimeMs }: Pick<TarEntry, 'mode' | 'mtimeMs'>,
): Buffer {
  const header = Buffer.alloc(block);
  name.copy(header, 0, 0, 100);
  header.write(octal(mode & 0o777, 8), 100);
  header.write(octal(0, 8), 108);
  header.write(octal(0, 8), 116);
  header.write(octal(size, 12), 124);
  header.write(octal(mtimeMs / 1000, 12), 136);
  header.write(' '.repeat(8), 148);
  header.write(type, 156);
  header.write('ustar\u000000', 257);
  const sum = header.reduce((total, byte) => total + byte, 0);
  header.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148);
  return header;
}

/** One line of an extended header: it says its own length. */
function record(key: string, value: Buffer): Buffer {
  const rest = Buffer.concat([Buffer.from(` ${key}=`), value, Buffer.from('\n')]);
  let length = rest.length + String(rest.length).length;
  if (rest.length + String(length).length !== length) length = rest.length + String(length).length;
  return Buffer.concat([Buffer.from(String(length)), rest]);
}

/** What fills a block up that something of this size has begun. */
const padding = (size: number): Buffer => Buffer.alloc((block - (size % block)) % block);

/** The header of a file or folder, with an extended one before it where the name or the size is too long. */
function tarHeader(entry: TarEntry): Buffer {
  const type = entry.name.at(-1) === 0x2f ? '5' : '0';
  const extra = [
    ...(entry.name.length > 100 ? [record('path', entry.name)] : []),
    ...(entry.size > mostInField ? [record('size', Buffer.from(String(entry.size)))] : []),
  ];
  const header = ustar(entry.name, entry.size, type, entry);
  if (extra.length === 0) return header;
  const text = Buffer.concat(extra);
  return Buffer.concat([
    ustar(Buffer.from('extended'), text.length, 'x', { mode: 0o600, mtimeMs: 0 }),
    text,
    padding(text.length),
    header,
  ]);
}

/** The end of an archive. */
const tarEnd = Buffer.alloc(2 * block);

/** A tar archive. */
export async function* tarOf(entries: AsyncIterable<Entry>): AsyncGenerator<Buffer> {
  for await (const { name, stats, size, content } of entries) {
    yield tarHeader({ name, size, mode: stats.mode, mtimeMs: stats.mtimeMs });
    if (content === null) continue;
    yield* content;
    yield padding(size);
  }
  yield tarEnd;
}
