import { watch } from 'node:fs';
import { lstat, type FileHandle } from 'node:fs/promises';
import { Readable } from 'node:stream';
import { openPlain } from './plain-file.ts';

const chunkBytes = 64 * 1024;
/**
 * A sparse file may be said to be larger than any number that reading takes. What lies beyond is never reached: members write these files, and whatever they
 * make of them must break nothing of ours.
 */
const mostBytes = 2 ** 52;

const sizeOf = async (file: FileHandle): Promise<number> => Math.min((await file.stat()).size, mostBytes);

/** The last lines of a text file, without their line ends; at most the last 64 KiB are read. An absent file has none. */
export async function tailLines(path: string, count: number): Promise<string[]> {
  const file = await openPlain(path, 'read');
  if (file === null) return [];
  try {
    const size = await sizeOf(file);
    const length = Math.min(size, chunkBytes);
    const { buffer, bytesRead } = await file.read(Buffer.alloc(length), 0, length, size - length);
    const lines = buffer.toString('utf8', 0, bytesRead).split('\n');
    if (lines.at(-1) === '') lines.pop();
    return lines.slice(-count);
  } finally {
    await file.close();
  }
}

/** Adds a line to a text file, which is made with mode 0600 if it is absent. What a killed process left unfinished stays a line of its own. */
export async function appendLine(path: string, line: string): Promise<void> {
  const file = await openPlain(path, 'make');
  if (file === null) throw new Error(`${path} is no plain file`);
  try {
    const size = await sizeOf(file);
    const { buffer } = await file.read(Buffer.alloc(1), 0, Math.min(size, 1), Math.max(size - 1, 0));
    await file.appendFile(`${size > 0 && buffer.toString('latin1') !== '\n' ? '\n' : ''}${line}\n`);
  } finally {
    await file.close();
  }
}

/** The last `maxBytes` of a text file, from a line's beginning; an absent one is empty. */
export async function readEnd(path: string, maxBytes: number): Promise<{ text: string; truncated: boolean }> {
  const file = await openPlain(path, 'read');
  if (file === null) return { text: '', truncated: false };
  try {
    const start = await startOf(file, maxBytes);
    // No more than asked for, also when it has grown meanwhile.
    const { buffer, bytesRead } = await file.read(Buffer.alloc(maxBytes), 0, maxBytes, start);
    return { text: buffer.toString('utf8', 0, bytesRead), truncated: start > 0 };
  } finally {
    await file.close();
  }
}

/**
 * Cuts a log down to its newest lines, an eighth of what it may have, when it has more than `maxBytes`. It stays the same file, since what writes to it
 * has it open, and appends. Of what is written during the cut a part may be lost.
 */
export async function boundLog(path: string, maxBytes: number): Promise<void> {
  // Most have not grown so much, and are only looked at: this is done again and again for all that run.
  const seen = await lstat(path).catch(() => null);
  if (seen === null || !seen.isFile() || seen.size <= maxBytes) return;
  const file = await openPlain(path, 'append');
  if (file === null) return;
  try {
    const size = await sizeOf(file);
    if (size <= maxBytes) return;
    // Of one beyond all measure nothing can be kept.
    const keep = size < mostBytes ? Math.floor(maxBytes / 8) : 0;
    const { buffer, bytesRead } = await file.read(
      Buffer.alloc(keep),
      0,
      keep,
      keep === 0 ? 0 : await startOf(file, keep),
    );
    await file.truncate(0);
    const notice = `[This log had grown to ${Math.round(size / 1024 ** 2)} MB; earlier lines are gone.]\n`;
    await file.appendFile(Buffer.concat([Buffer.from(notice), buffer.subarray(0, bytesRead)]));
  } finally {
    await file.close();
  }
}

/**
 * A stream of a log file's bytes: its last `maxBytes` (from a line's beginning), then what is appended until `signal` aborts or `ended()` says that
 * no more will come. An absent file is waited for. Without `follow` it ends at the present end.
 */
export function followLog(
  path: string,
  options: { follow: boolean; maxBytes: number; signal: AbortSignal; ended: () => boolean },
): Readable {
  return Readable.from(readOn(path, options), { objectMode: false });
}

async function* readOn(
  path: string,
  { follow, maxBytes, signal, ended }: { follow: boolean; maxBytes: number; signal: AbortSignal; ended: () => boolean },
): AsyncGenerator<Buffer> {
  let position = -1;
  for (;;) {
    // Asked before reading: what was written until then is read below, so nothing at the end is lost.
    const last = !follow || signal.aborted || ended();
    const file = await openPlain(path, 'read');
    if (file !== null) {
      try {
        if (position < 0) position = await startOf(file, maxBytes);
        // It has been cut meanwhile: it begins with a line that says so.
        const size = await sizeOf(file);
        if (size < position) position = 0;
        // No further than it goes now: one that has been made endless ends for who does not follow it.
        while (position < size) {
          const wanted = Math.min(chunkBytes, size - position);
          const { buffer, bytesRead } = await file.read(Buffer.alloc(wanted), 0, wanted, position);
          if (bytesRead === 0) break;
          position += bytesRead;
          yield buffer.subarray(0, bytesRead);
        }
      } finally {
        await file.close();
      }
    }
    if (last) return;
    await changed(path, signal);
  }
}

/** From where to where the last `maxBytes` of a text file go, from a line's beginning; null: there is no such file. */
export async function endOf(path: string, maxBytes: number): Promise<{ start: number; end: number } | null> {
  const file = await openPlain(path, 'read');
  if (file === null) return null;
  try {
    return { start: await startOf(file, maxBytes), end: await sizeOf(file) };
  } finally {
    await file.close();
  }
}

/** Where the last `maxBytes` begin, moved on to the beginning of a line. */
async function startOf(file: FileHandle, maxBytes: number): Promise<number> {
  const size = await sizeOf(file);
  if (size <= maxBytes) return 0;
  const start = size - maxBytes;
  const { buffer, bytesRead } = await file.read(Buffer.alloc(chunkBytes), 0, chunkBytes, start);
  const newline = buffer.subarray(0, bytesRead).indexOf(10);
  return newline < 0 ? start : start + newline + 1;
}

/** Resolves when the file changes, or after half a second: watching may miss a change, and the process's end changes no file. */
function changed(path: string, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) return resolve();
    let watcher: ReturnType<typeof watch> | null = null;
    const done = () => {
      clearTimeout(timer);
      watcher?.close();
      signal.removeEventListener('abort', done);
      resolve();
    };
    const timer = setTimeout(done, 500);
    signal.addEventListener('abort', done, { once: true });
    try {
      watcher = watch(path, { persistent: false }, done);
      watcher.on('error', done);
    } catch {
      // not there yet: the timer looks again
    }
  });
}

/** The first bytes of a file as Latin-1; nothing of an absent one. */
export async function beginningOf(path: string, bytes: number): Promise<string> {
  const file = await openPlain(path, 'read');
  if (file === null) return '';
  try {
    const length = Math.min(await sizeOf(file), bytes);
    const { buffer, bytesRead } = await file.read(Buffer.alloc(length), 0, length, 0);
    return buffer.toString('latin1', 0, bytesRead);
  } finally {
    await file.close();
  }
}
