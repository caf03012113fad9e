import { nameOfBytes, shownName, type archiveFormats } from '@emberlab/contract';
import { partsOf } from '../tree/path.ts';
import { explained, noFolder } from '../tree/problems.ts';
import { walkToFolder, type Held, type Tree } from '../tree/walk.ts';
import { entriesBelow, type Entry } from './below.ts';
import { tarOf } from './tar.ts';
import { zipOf } from './zip.ts';

export type ArchiveFormat = (typeof archiveFormats)[number];

const formats: Readonly<
  Record<ArchiveFormat, { type: string; make(entries: AsyncIterable<Entry>): AsyncGenerator<Buffer> }>
> = {
  tar: { type: 'application/x-tar', make: tarOf },
  zip: { type: 'application/zip', make: zipOf },
};

/** A folder that is held to be read into an archive. */
export type Archive = {
  readonly name: string;
  readonly type: string;
  readonly content: AsyncGenerator<Buffer>;
  release(): Promise<void>;
};

/** A folder of a project as an archive that is made while it is read. Throws `not_found`. */
export async function archiveOf(
  tree: Tree,
  path: string,
  projectName: string,
  format: ArchiveFormat,
): Promise<Archive> {
  const parts = partsOf(path);
  if (parts === null) throw noFolder();
  try {
    const folder = await walkToFolder(tree, parts);
    const last = parts.at(-1) ?? Buffer.from(projectName);
    const entries = wholeOf(tree, folder, last);
    return archiveFrom(entries, last, format, folder.close);
  } catch (error) {
    throw explained(error);
  }
}

/** An archive of entries; `name`: of the folder. */
export function archiveFrom(
  entries: AsyncIterable<Entry>,
  name: Buffer,
  format: ArchiveFormat,
  release: () => Promise<void>,
): Archive {
  const { type, make } = formats[format];
  return { name: `${shownName(nameOfBytes(name))}.${format}`, type, content: make(entries), release };
}

async function* wholeOf(tree: Tree, folder: Held, name: Buffer): AsyncGenerator<Entry> {
  try {
    yield* entriesBelow(tree, folder, Buffer.concat([name, Buffer.from('/')]));
  } finally {
    await folder.close();
  }
}
