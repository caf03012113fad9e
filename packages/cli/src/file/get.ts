import { createWriteStream } from 'node:fs';
import { rename, rm, stat } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { FatalError } from '@emberlab/server/admin';

/** Saves an answer as a file, which gets its name once it is whole; `-`: standard output. Answers what it is called. */
export async function save(answer: Response, to: string, force: boolean): Promise<string> {
  const body = Readable.fromWeb(answer.body ?? new ReadableStream());
  if (to === '-') {
    await pipeline(body, process.stdout, { end: false });
    return to;
  }
  const there = await stat(to).catch(() => null);
  if (there?.isDirectory() === true) throw refused(body, `${to} is a folder. Please give the name of a file.`);
  if (there !== null && !force) throw refused(body, `${to} is there already. Please give another name, or --force.`);
  const partial = join(dirname(to), `.${basename(to).slice(0, 200)}.part-${process.pid}`);
  try {
    await pipeline(body, createWriteStream(partial, { flags: 'wx' }));
    await rename(partial, to);
  } catch (error) {
    await rm(partial, { force: true });
    throw new FatalError(`${to} was not written: ${error instanceof Error ? error.message : String(error)}`);
  }
  return to;
}

function refused(body: Readable, message: string): FatalError {
  body.destroy();
  return new FatalError(message);
}
