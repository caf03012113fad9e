import type { Readable } from 'node:stream';
import { projectFileProblem, type ProjectEntry } from '@emberlab/contract';
import { HttpError } from '../../http/errors.ts';
import { putFile } from './put.ts';
import { makeFolder, mustBeOpen } from './tree/make.ts';
import { explained } from './tree/problems.ts';
import { holding, walk, type Held, type Tree } from './tree/walk.ts';

/** Where uploads in one piece go, in each project. */
const uploadFolder = 'Resources';
export const uploadParts = [Buffer.from(uploadFolder)];

const longestNameBytes = 200;

/**
 * Writes a file into `Resources` while it comes; it gets its name once it is whole, and never that of another. Throws `bad_request` for a name that
 * Spark could not use, `name_taken`, `payload_too_large`; nothing is left of it then.
 */
export async function keepUpload(tree: Tree, name: string, source: Readable, maxBytes: number): Promise<ProjectEntry> {
  checkUploadName(name);
  try {
    return await holding(openFolder(tree), async (folder) => {
      mustBeOpen(tree.who, folder);
      const entry = await putFile(tree, folder, [...uploadParts, Buffer.from(name)], bounded(source, maxBytes));
      if (entry === null) throw uploadTaken(name);
      return entry;
    });
  } catch (error) {
    throw explained(error);
  }
}

/** Throws `bad_request` for a name that Spark could not use. */
export function checkUploadName(name: string): void {
  const refuse = (message: string) => new HttpError('bad_request', { message, details: [{ path: 'name', message }] });
  if (name.includes('/') || name.startsWith('.'))
    throw refuse('Please take a plain file name, not one with a dot in front.');
  if (Buffer.byteLength(name) > longestNameBytes) throw refuse('Please take a shorter file name.');
  const problem = projectFileProblem(`${uploadFolder}/${name}`, 'files');
  if (problem !== undefined) throw refuse(problem);
}

/** The folder for uploads, held. A link in its place is not followed. */
async function openFolder(tree: Tree): Promise<Held> {
  await holding(walk(tree, [], { follow: false }), async (root) => {
    await makeFolder(tree.who, root, Buffer.from(uploadFolder)).catch(() => undefined);
  });
  const folder = await walk(tree, uploadParts, { follow: false });
  if (folder.stats.isDirectory()) return folder;
  await folder.close();
  throw new HttpError('not_found', { message: 'The project has no folder Resources to upload to.' });
}

/** What comes, as long as it is not too much. Throws `payload_too_large`. */
export async function* bounded(source: Readable, maxBytes: number): AsyncGenerator<Buffer> {
  let bytes = 0;
  for await (const chunk of source) {
    bytes += (chunk as Buffer).length;
    if (bytes > maxBytes) throw tooLarge(maxBytes);
    yield chunk as Buffer;
  }
}

const tooLarge = (maxBytes: number) =>
  new HttpError('payload_too_large', {
    message: `The file is too large: at most ${Math.floor(maxBytes / 1024 ** 2)} MB can be uploaded here. Please upload it on the page Files.`,
  });

export const uploadTaken = (name: string): HttpError =>
  new HttpError('name_taken', {
    message: `There is ${uploadFolder}/${name} already, and it was left as it is. Please pick that one, or give yours another name.`,
  });
