import type { Readable } from 'node:stream';

/** A file or a folder as a storage has it. */
export type StoredEntry = {
  readonly name: string;
  readonly type: 'file' | 'folder';
  /** bytes; 0 of folders */
  readonly size: number;
  /** ms; 0 where the storage does not know, as of folders on S3 that nobody has made */
  readonly changedAt: number;
  /** another one for another content; empty of folders */
  readonly tag: string;
};

/** A part of what is in a folder; `next`: what the rest is asked for with. */
type StoredPage = { readonly entries: readonly StoredEntry[]; readonly next: string | null };

/** What takes up how much of how much; `most` null: as much as there is. */
export type Share = { readonly used: number; readonly most: number | null };

/** What a folder holds with all below it. The limits are the storage's own, which may count copies of a file each. */
export type StoredUsage = {
  /** bytes of all files, each once */
  readonly bytes: number;
  readonly files: number;
  /** bytes that are counted against a limit; null: the storage has no limits */
  readonly space: Share | null;
  /** files and folders */
  readonly names: Share | null;
};

/**
 * `absent`: nothing is there · `taken`: something of that name is · `misplaced`: a file is where a folder has to be, or a folder would go into itself · `changed`:
 * it is another file by now · `denied`: the storage lets the platform not do it · `full`: a limit of the storage is reached · `unfit`: it can't have such a name ·
 * `away`: it doesn't answer, or not as it should.
 */
export type StorageFault = 'absent' | 'taken' | 'misplaced' | 'changed' | 'denied' | 'full' | 'unfit' | 'away';

/** What a storage did not do. The message is for the log. */
export class StorageError extends Error {
  override readonly name = 'StorageError';
  readonly fault: StorageFault;

  constructor(fault: StorageFault, message: string, options?: ErrorOptions) {
    super(message, options);
    this.fault = fault;
  }
}

/**
 * Where the files of projects are when they are not in a folder of this machine. Paths are names with a slash between them, the first that of the project; each
 * name is well-formed, not empty, not `.` nor `..`. Everything throws a `StorageError`.
 */
export interface Storage {
  /** what people call it */
  readonly label: string;
  /** Makes the folder of a project where there is none, for its members alone as far as the storage knows such things. */
  prepare(project: string): Promise<void>;
  /** null: nothing is there. */
  stat(path: string): Promise<StoredEntry | null>;
  /** What is in a folder, in any order that stays the same. Throws `absent`, also for a file. */
  list(path: string, after?: string | null): Promise<StoredPage>;
  /** A part of a file. Throws `absent`, and `changed` where its tag is another by now. */
  read(
    path: string,
    part: { readonly start: number; readonly length: number; readonly tag: string },
  ): Promise<Readable>;
  /**
   * Writes a file. It is there, or in the place of the one before, at once when all of it has come; until then, and where that fails, everything is as it was.
   * Throws `taken` where something is there already that is not to be replaced, or is a folder, and `absent` where the folder above is not there.
   */
  write(path: string, content: AsyncIterable<Uint8Array>, options: { readonly replace: boolean }): Promise<StoredEntry>;
  /** Throws `taken`, `absent`. */
  makeFolder(path: string): Promise<StoredEntry>;
  /** Moves a file, or a folder with all in it, never onto something else. Throws `absent`, `taken`, `misplaced`. */
  move(from: string, to: string): Promise<void>;
  /** Removes a file, or a folder with all in it. Nothing happens where nothing is. */
  remove(path: string): Promise<void>;
  usage(path: string): Promise<StoredUsage>;
  /** Throws a `StorageError` with a sentence about what is wrong where it can't be used at all. */
  check(): Promise<void>;
  close(): void;
}

/** The folder that a path is in; empty: that of all projects. */
export const aboveOf = (path: string): string => path.split('/').slice(0, -1).join('/');

export const nameOfPath = (path: string): string => path.slice(path.lastIndexOf('/') + 1);

/** All that is in a folder; `most`: no more of them than so many, as far as pages go. */
export async function everythingIn(storage: Pick<Storage, 'list'>, path: string, most: number): Promise<StoredEntry[]> {
  const all: StoredEntry[] = [];
  for (let next: string | null = null; ;) {
    const page = await storage.list(path, next);
    all.push(...page.entries);
    next = page.next;
    if (next === null || all.length >= most) return all;
  }
}
