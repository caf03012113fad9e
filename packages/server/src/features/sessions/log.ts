import { open } from 'node:fs/promises';
import { Readable } from 'node:stream';
import { endOf, followLog, tailLines } from '../../lib/log-file.ts';

/** The two files of a driver's output. */
export type LogFiles = { readonly stdout: string; readonly stderr: string };

const chunkBytes = 64 * 1024;
/** A line above this is cut, and a page above this ends early: hostile output must not fill our memory. */
const maxLineBytes = 256 * 1024;
const maxPageBytes = 16 * 1024 * 1024;
/** What a line counts beside its letters: millions of empty ones are much too. */
const lineBytes = 16;
/** Of each file no more than its end is looked at, whatever its size is said to be: a sparse one has any. */
const mostBytes = 64 * 1024 * 1024;

/** The part of a file that is looked at. An absent file has none. */
type Part = { readonly path: string; readonly start: number; readonly end: number; readonly signal: AbortSignal };

const partOf = async (path: string, signal: AbortSignal): Promise<Part> => ({
  path,
  signal,
  ...((await endOf(path, mostBytes)) ?? { start: 0, end: 0 }),
});

/** Livy's headings: they are elements of the list of lines, and the second begins with a line end. */
const heading = { stdout: 'stdout: ', stderr: '\nstderr: ' };

/**
 * A page of a driver's log in Livy's form. `from` null: the last `size` lines; `size` -1: all from there on. Memory is bounded: a page that would have
 * more than 16 MiB ends early. So is time: lines are counted from where the last 64 MiB of each file begin, and `signal`, of a client that is gone, ends it.
 */
export async function logPage(
  files: LogFiles,
  page: { from: number | null; size: number },
  signal: AbortSignal,
): Promise<{ from: number; total: number; log: string[] }> {
  const [stdout, stderr] = await Promise.all([partOf(files.stdout, signal), partOf(files.stderr, signal)]);
  const [out, err] = await Promise.all([countLines(stdout), countLines(stderr)]);
  const total = out + err + 2;
  const size = page.size < 0 ? total : page.size;
  const from = Math.min(page.from ?? Math.max(0, total - size), total);
  const until = Math.min(from + size, total);
  const log: string[] = [];
  let bytes = 0;
  const take = (line: string): boolean => {
    bytes += line.length + lineBytes;
    log.push(line);
    return bytes < maxPageBytes;
  };
  // Positions: 0 is the first heading, then stdout, then the second heading, then stderr.
  const part = async (of: Part, at: number, count: number): Promise<boolean> => {
    const first = Math.max(from - at, 0);
    const last = Math.min(until - at, count);
    return last <= first || (await readLines(of, first, last, take));
  };
  if (from === 0 && until > 0) take(heading.stdout);
  if (!(await part(stdout, 1, out))) return { from, total, log };
  if (from <= out + 1 && until > out + 1) take(heading.stderr);
  await part(stderr, out + 2, err);
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
async function countLines(part: Part): Promise<number> {
  let count = 0;
  let last = 10;
  for await (const chunk of chunks(part)) {
    for (let at = chunk.indexOf(10); at >= 0; at = chunk.indexOf(10, at + 1)) count++;
    last = chunk.at(-1) ?? last;
  }
  return last === 10 ? count : count + 1;
}

/** Gives the lines `first` up to, not including, `last` to `take`, until that answers false; answers whether it went to the end. */
async function readLines(part: Part, first: number, last: number, take: (line: string) => boolean): Promise<boolean> {
  let line = 0;
  let parts: Buffer[] = [];
  let length = 0;
  const keep = (piece: Buffer) => {
    if (line < first || length >= maxLineBytes) return;
    const kept = piece.subarray(0, maxLineBytes - length);
    length += kept.length;
    parts.push(Buffer.from(kept));
  };
  const finish = (): boolean => {
    const wanted = line >= first && line < last;
    const text = wanted ? Buffer.concat(parts).toString('utf8') : '';
    parts = [];
    length = 0;
    line++;
    return !wanted || take(text);
  };
  for await (const chunk of chunks(part)) {
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
async function* chunks({ path, start, end, signal }: Part): AsyncGenerator<Buffer> {
  const file = await open(path, 'r').catch(() => null);
  if (file === null) return;
  try {
    const buffer = Buffer.alloc(chunkBytes);
    for (let position = start; position < end;) {
      signal.throwIfAborted();
      const { bytesRead } = await file.read(buffer, 0, Math.min(chunkBytes, end - position), position);
      if (bytesRead === 0) return;
      position += bytesRead;
      yield buffer.subarray(0, bytesRead);
    }
  } finally {
    await file.close();
  }
}
