import { randomBytes } from 'node:crypto';
import { constants } from 'node:fs';
import { link, mkdir, open, readlink, realpath, rm, stat, type FileHandle } from 'node:fs/promises';
import { join, sep } from 'node:path';
import type { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { projectFileProblem, type ProjectEntry } from '@emberlab/contract';
import { HttpError } from '../../http/errors.ts';
import { toInstant } from '../../lib/clock.ts';

/** Where uploads go, in each project. */
const uploadFolder = 'Resources';

const longestNameBytes = 200;
const folderMode = 0o770;
const fileMode = 0o660;

/**
 * Writes a file into `Resources` while it comes; it gets its name once it is whole, and never that of another. Throws `bad_request` for a name that
 * Spark could not use, `name_taken`, `payload_too_large`; nothing is left of it then.
 */
export async function keepUpload(
  projectFolder: string,
  name: string,
  source: Readable,
  maxBytes: number,
): Promise<ProjectEntry> {
  checkName(name);
  const folder = await openFolder(projectFolder);
  // By the folder that was opened, whatever stands under its name meanwhile.
  const within = `/proc/self/fd/${folder.fd}`;
  const [partial, path] = [join(within, `.part-${randomBytes(8).toString('hex')}`), join(within, name)];
  try {
    if ((await stat(path).catch(() => null)) !== null) throw taken(name);
    const file = await open(partial, 'wx', fileMode);
    await file.chmod(fileMode);
    await pipeline(bounded(source, maxBytes), file.createWriteStream());
    // Unlike a rename this never takes the place of what is there.
    await link(partial, path);
    const facts = await stat(path);
    return {
      name,
      path: `${uploadFolder}/${name}`,
      type: 'file',
      size: facts.size,
      changedAt: toInstant(Math.floor(facts.mtimeMs)),
    };
  } catch (error) {
    throw explained(error, name);
  } finally {
    await rm(partial, { force: true });
    await folder.close();
  }
}

function checkName(name: string): void {
  const refuse = (message: string) => new HttpError('bad_request', { message, details: [{ path: 'name', message }] });
  if (name.includes('/') || name.startsWith('.'))
    throw refuse('Please take a plain file name, not one with a dot in front.');
  if (Buffer.byteLength(name) > longestNameBytes) throw refuse('Please take a shorter file name.');
  const problem = projectFileProblem(`${uploadFolder}/${name}`, 'files');
  if (problem !== undefined) throw refuse(problem);
}

/** The folder for uploads, opened. A link in its place is not followed. */
async function openFolder(projectFolder: string): Promise<FileHandle> {
  const path = join(projectFolder, uploadFolder);
  await mkdir(path, { mode: folderMode }).catch(() => undefined);
  const folder = await open(path, constants.O_RDONLY | constants.O_DIRECTORY | constants.O_NOFOLLOW).catch(
    (cause: unknown) => {
      throw new HttpError('not_found', { message: 'The project has no folder Resources to upload to.', cause });
    },
  );
  const real = await readlink(`/proc/self/fd/${folder.fd}`);
  if (real.startsWith((await realpath(projectFolder)) + sep)) return folder;
  await folder.close();
  throw new HttpError('not_found', { message: 'The project has no folder Resources to upload to.' });
}

async function* bounded(source: Readable, maxBytes: number): AsyncGenerator<Buffer> {
  let bytes = 0;
  for await (const chunk of source) {
    bytes += (chunk as Buffer).length;
    if (bytes > maxBytes) throw tooLarge(maxBytes);
    yield chunk as Buffer;
  }
}

const tooLarge = (maxBytes: number) =>
  new HttpError('payload_too_large', {
    message: `The file is too large: at most ${Math.floor(maxBytes / 1024 ** 2)} MB can be uploaded here. Please put it into the project by JupyterLab or a terminal.`,
  });

const taken = (name: string) =>
  new HttpError('name_taken', {
    message: `There is ${uploadFolder}/${name} already, and it was left as it is. Please pick that one, or give yours another name.`,
  });

function explained(error: unknown, name: string): unknown {
  const { code } = error as NodeJS.ErrnoException;
  if (code === 'EEXIST') return taken(name);
  if (code === 'ENOSPC' || code === 'EDQUOT') {
    return new HttpError('bad_request', { message: 'There is no room left for the file on the disk.', cause: error });
  }
  return error;
}
