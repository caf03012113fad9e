import { createHash, randomBytes } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { open, readdir, rename, rm, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { Identities, Owner } from '../../identities/identities.ts';
import { createKeyedQueue } from '../../lib/lifecycle.ts';
import type { Limits } from './limits.ts';
import type { Question } from './link/questions.ts';

/** What a file is to Spark. */
type AddedAs = Extract<Question, { what: 'add' }>['as'];

/** For which session a file is, and as whose that runs. */
type ForSession = { readonly sessionId: number; readonly owner: Owner; readonly projectFolder: string };

/** A file as it lies on the disk. `isNew`: it was not there before. */
export type Upload = { readonly path: string; readonly isNew: boolean };

/** An upload of which nothing is kept. The message is a sentence for people. */
export class UploadError extends Error {
  override readonly name = 'UploadError';
  /** `cut`: it did not come whole; `full`: there is no room; `taken`: Spark has another file of that name; `ended`: its session is over */
  readonly reason: 'cut' | 'too-large' | 'full' | 'taken' | 'ended';

  constructor(reason: UploadError['reason'], message: string, options?: ErrorOptions) {
    super(message, options);
    this.reason = reason;
  }
}

export type Uploads = ReturnType<typeof createUploads>;

/** Files on their way have names that no finished one can have. */
const partialPrefix = '.part-';

/**
 * Files that clients have handed in for their sessions. Each session has a folder of its own, below `folder`, which is there as long as the session is
 * and which its driver alone can look into.
 */
export function createUploads(options: { folder: string; limits: Limits; identities: Identities }) {
  const { folder, limits, identities } = options;
  const placing = createKeyedQueue();
  /** sessions to which something is on its way: what they had before the first of it, and what has come since, bytes */
  const filling = new Map<number, { uploads: number; before: Promise<number>; added: number }>();
  const folderOf = (sessionId: number) => join(folder, String(sessionId));

  /** Counts what goes through it, and ends it where there is no more room. */
  async function* counted(source: Readable, count: { bytes: number }, all: { added: number }, before: number) {
    for await (const chunk of whole(source)) {
      count.bytes += chunk.length;
      all.added += chunk.length;
      if (count.bytes > limits.uploadBytes) throw tooLarge(limits.uploadBytes);
      if (before + all.added > limits.sessionUploadBytes) throw noRoom(limits.sessionUploadBytes);
      yield chunk;
    }
  }

  /** Gives a finished file its name, which Spark takes once only: the same file again is the one that is there. */
  const place = async (partial: string, path: string): Promise<Upload> => {
    const [before, size] = [await sizeOf(path), await sizeOf(partial)];
    if (before !== null) {
      if (before === size && (await digestOf(path)) === (await digestOf(partial))) return { path, isNew: false };
      throw new UploadError(
        'taken',
        'This session has another file of that name, and Spark does not replace a file that it has. Please take another name, or a new session.',
      );
    }
    await rename(partial, path);
    return { path, isNew: true };
  };

  return {
    /**
     * Writes a file to the disk while it comes. `name` has to be a plain file name. Throws an `UploadError`, and whatever the disk says; nothing is left
     * of it then.
     */
    async keep(session: ForSession, as: AddedAs, name: string, source: Readable): Promise<Upload> {
      const { sessionId } = session;
      const own = folderOf(sessionId);
      // Spark too has one room for jars, and one for all else.
      const path = join(own, as === 'jar' ? 'jars' : 'files', name);
      const partial = join(own, `${partialPrefix}${randomBytes(8).toString('hex')}`);
      const all = filling.get(sessionId) ?? { uploads: 0, before: bytesIn(own), added: 0 };
      filling.set(sessionId, all);
      all.uploads++;
      const count = { bytes: 0 };
      let kept: Upload | null = null;
      try {
        const before = await all.before;
        const identity = await identities.of(session.owner, session.projectFolder);
        for (const one of [own, dirname(path)]) await identity.lendFolder(one);
        // Opened here: a stream that opens its file itself may do so after it has failed, and after our cleaning.
        const file = await open(partial, 'wx', 0o600);
        await identity.lendFile(partial);
        await pipeline(counted(source, count, all, before), file.createWriteStream());
        kept = await placing(path, () => place(partial, path));
        return kept;
      } catch (error) {
        throw explained(error);
      } finally {
        if (kept?.isNew !== true) {
          all.added -= count.bytes;
          await rm(partial, { force: true });
        }
        if (--all.uploads === 0) filling.delete(sessionId);
      }
    },

    /** Removes one file. */
    discard: ({ path }: Upload): Promise<void> => rm(path, { force: true }),

    /** Removes all that a session has. */
    remove: (sessionId: number): Promise<void> => rm(folderOf(sessionId), { recursive: true, force: true }),

    /** Removes what a process before us has left: files that were on their way, and all of sessions that are over. To be called before the first upload. */
    async tidy(isLive: (sessionId: number) => boolean): Promise<void> {
      for (const entry of await namesIn(folder)) {
        const own = join(folder, entry);
        const left = isLive(Number(entry))
          ? (await namesIn(own)).filter((name) => name.startsWith(partialPrefix)).map((name) => join(own, name))
          : [own];
        for (const path of left) await rm(path, { recursive: true, force: true });
      }
    },
  };
}

/** What a source has to the last byte. */
async function* whole(source: Readable): AsyncGenerator<Buffer> {
  try {
    for await (const chunk of source) yield chunk as Buffer;
  } catch (cause) {
    throw new UploadError('cut', 'The file did not come whole. Please send it again.', { cause });
  }
}

const inMegabytes = (bytes: number): string => `${Math.floor(bytes / 1024 ** 2)} MB`;

const tooLarge = (limit: number): UploadError =>
  new UploadError(
    'too-large',
    `The file is too large: at most ${inMegabytes(limit)} can be uploaded at once. Please put it into the project's folder and add it from there.`,
  );

const noRoom = (limit: number): UploadError =>
  new UploadError(
    'too-large',
    `All files that are uploaded to a session can have at most ${inMegabytes(limit)}. Please put this one into the project's folder and add it from there.`,
  );

function explained(error: unknown): unknown {
  const { code } = error as NodeJS.ErrnoException;
  if (code === 'ENOSPC' || code === 'EDQUOT') {
    return new UploadError('full', 'There is no room left for the file on the disk. Please ask an administrator.', {
      cause: error,
    });
  }
  // Its folder goes when its driver has.
  if (code === 'ENOENT') {
    return new UploadError('ended', 'The session ended while the file was on its way.', { cause: error });
  }
  return error;
}

const absent = (error: NodeJS.ErrnoException): null => {
  if (error.code === 'ENOENT') return null;
  throw error;
};

const namesIn = async (path: string): Promise<string[]> => (await readdir(path).catch(absent)) ?? [];

const sizeOf = async (path: string): Promise<number | null> => (await stat(path).catch(absent))?.size ?? null;

async function bytesIn(path: string): Promise<number> {
  const entries = (await readdir(path, { recursive: true, withFileTypes: true }).catch(absent)) ?? [];
  const sizes = await Promise.all(
    entries.filter((entry) => entry.isFile()).map((entry) => sizeOf(join(entry.parentPath, entry.name))),
  );
  return sizes.reduce<number>((sum, size) => sum + (size ?? 0), 0);
}

async function digestOf(path: string): Promise<string> {
  const hash = createHash('sha256');
  await pipeline(createReadStream(path), hash);
  return hash.digest('hex');
}
