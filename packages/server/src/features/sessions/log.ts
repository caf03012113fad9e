import { open } from 'node:fs/promises';
import { Readable } from 'node:stream';
import { followLog, tailLines } from '../../lib/log-file.ts';

/** The two files of a driver's output. */
export type LogFiles = { readonly stdout: string; readonly stderr: string };

const chunkBytes = 64 * 1024;
/** A line above this is cut, and a page above this ends early: hostile output must not fill our memory. */
const maxLineBytes = 256 * 1024;
const maxPageBytes = 16 * 1024 * 1024;

/** Livy's headings: they are elements of the list of lines, and the second begins with a line end. */
const heading = { stdout: 'stdout: ', stderr: '\nstderr: ' };

/**
 * A page of a driver's log in Livy's form. `from` null: the last `size` lines; `size` -1: all from there on. Memory is bounded: a page that would have
 * more than 16 MiB ends early.
 */
export async function logPage(
  files: LogFiles,
  page: { from: number | null; size: number },
): Promise<{ from: number; total: number; log: string[] }> {
  const [out, err] = await Promise.all([countLines(files.stdout), countLines(files.stderr)]);
  const total = out + err + 2;
  const size = page.size < 0 ? total : page.size;
  const from = Math.min(page.from ?? Math.max(0, total - size), total);
  const until = Math.min(from + size, total);
  const log: string[] = [];
  let bytes = 0;
  const take = (line: string): boolean => {
    bytes += line.length;
    log.push(line);
    return bytes < maxPageBytes;
  };
  // Positions: 0 is the first heading, then stdout, then the second heading, then stderr.
  const part = async (path: string, at: number, count: number): Promise<boolean> => {
    const first = Math.max(from - at, 0);
    const last = Math.min(until - at, count);
    return last <= first || (await readLines(path, first, last, take));
  };
  if (from === 0 && until > 0) take(heading.stdout);
  if (!(await part(files.stdout, 1, out))) return { from, total, log };
  if (from <= out + 1 && until > out + 1) take(heading.stderr);
  await part(files.stderr, out + 2, err);
  return { from, total, log };
}

/** The last lines of a log in Livy's form, cheaply: only the ends of the files are read. */
export async function logTail(files: LogFiles, count: number): Promise<string[]> {
  const err = await tailLines(files.stderr, count);
  const out = err.length >= count ? [] : await tailLines(files.stdout, count);
  return [heading.stdout, ...out, heading.stderr, ...err].slice(-count).map((line) => line.slice(0, maxLineBytes));
}

/** Both outputs as one text: one after the other, or, when followed, line by line as they come. */
export function mergedLog(
  files: LogFiles,
  options: { follow: boolean; maxBytes: number; signal: AbortSignal; ended: () => boolean },
): Readable {
  const streams = [followLog(files.stdout, options), followLog(files.stderr, options)];
  return Readable.from(options.follow ? interleaved(streams) : oneByOne(streams), { objectMode: false });
}

async function* oneByOne(streams: readonly Readable[]): AsyncGenerator<Buffer> {
  for (const stream of streams) yield* wholeLines(stream);
}

/** Takes whichever stream has something, so that a silent one holds nobody up. */
async function* interleaved(streams: readonly Readable[]): AsyncGenerator<Buffer> {
  const sources = streams.map((stream) => wholeLines(stream));
  const pull = (source: AsyncGenerator<Buffer>) => source.next().then((result) => ({ source, result }));
  const pending = new Map(sources.map((source) => [source, pull(source)]));
  try {
    while (pending.size > 0) {
      const { source, result } = await Promise.race(pending.values());
      if (result.done === true) {
        pending.delete(source);
      } else {
        pending.set(source, pull(source));
        yield result.value;
      }
    }
  } finally {
    for (const stream of streams) stream.destroy();
  }
}

/** A stream in pieces that end with a line, as far as lines have an end within bounds. */
async function* wholeLines(stream: Readable): AsyncGenerator<Buffer> {
  let rest = Buffer.alloc(0);
  for await (const chunk of stream) {
    const bytes = Buffer.concat([rest, chunk as Buffer]);
    const end = bytes.lastIndexOf(10) + 1;
    const cut = end === 0 && bytes.length > maxLineBytes ? bytes.length : end;
    rest = bytes.subarray(cut);
    if (cut > 0) yield bytes.subarray(0, cut);
  }
  if (rest.length > 0) yield rest;
}

/** How many lines a file has; a last one without an end counts. An absent file has none. */
async function countLines(path: string): Promise<number> {
  let count = 0;
  let last = 10;
  for await (const chunk of chunks(path)) {
    for (let at = chunk.indexOf(10); at >= 0; at = chunk.indexOf(10, at + 1)) count++;
    last = chunk.at(-1) ?? last;
  }
  return last === 10 ? count : count + 1;
}

/** Gives the lines `first` up to, not including, `last` to `take`, until that answers false; answers whether it went to the end. */
async function readLines(path: string, first: number, last: number, take: (line: string) => boolean): Promise<boolean> {
  let line = 0;
  let parts: Buffer[] = [];
  let length = 0;
  const keep = (piece: Buffer) => {
    if (line < first || length >= maxLineBytes) return;
    const part = piece.subarray(0, maxLineBytes - length);
    length += part.length;
    parts.push(Buffer.from(part));
  };
  const finish = (): boolean => {
    const wanted = line >= first && line < last;
    const text = wanted ? Buffer.concat(parts).toString('utf8') : '';
    parts = [];
    length = 0;
    line++;
    return !wanted || take(text);
  };
  for await (const chunk of chunks(path)) {
    let start = 0;
    for (let at = chunk.indexOf(10); at >= 0; at = chunk.indexOf(10, start)) {
      keep(chunk.subarray(start, at));
      start = at + 1;
      if (!finish()) return false;
      if (line >= last) return true;
    }
    keep(chunk.subarray(start));
  }
  return length === 0 || finish();
}

/** A file's bytes as they are now; the buffer is used again for each piece. */
async function* chunks(path: string): AsyncGenerator<Buffer> {
  const file = await open(path, 'r').catch(() => null);
  if (file === null) return;
  try {
    const buffer = Buffer.alloc(chunkBytes);
    for (;;) {
      const { bytesRead } = await file.read(buffer, 0, chunkBytes, null);
      if (bytesRead === 0) return;
      yield buffer.subarray(0, bytesRead);
    }
  } finally {
    await file.close();
  }
}
