import { createReadStream } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { HttpError } from '../../../http/errors.ts';
import { everythingIn, StorageError, type Storage } from '../../../storage/storage.ts';
import { makeFolders } from './changes.ts';
import { asked } from './problems.ts';

/** The folders that every project begins with. */
const folders = ['Jupyter', 'Resources', 'Logs'] as const;
/** Where the platform keeps what is half written. */
const writingFolder = '.emberlab';

/** Opened once it is read: a storage may refuse before that. */
async function* contentOf(file: string): AsyncGenerator<Buffer> {
  for await (const chunk of createReadStream(file)) yield chunk as Buffer;
}

/** Makes, fills and removes the folders of projects in a storage. */
export function projectFoldersIn(storage: Storage) {
  async function fill(place: string, from: string): Promise<void> {
    await makeFolders(storage, place);
    for (const entry of await readdir(from, { withFileTypes: true })) {
      const [source, target] = [join(from, entry.name), `${place}/${entry.name}`];
      if (entry.isDirectory()) await fill(target, source);
      if (entry.isFile()) await storage.write(target, contentOf(source), { replace: true });
    }
  }
  async function prepare(name: string): Promise<void> {
    await storage.prepare(name);
    for (const folder of folders) {
      // What is there already belongs to the members.
      await storage.makeFolder(`${name}/${folder}`).catch((error: unknown) => {
        if (!(error instanceof StorageError && error.fault === 'taken')) throw error;
      });
    }
  }
  /** What an interrupted creation leaves is nobody's. */
  async function mustBeFree(name: string): Promise<void> {
    if ((await storage.stat(name)) === null) return;
    const own = new Set<string>([...folders, writingFolder]);
    for (const entry of await everythingIn(storage, name, own.size + 1)) {
      const ours = entry.type === 'folder' && own.has(entry.name);
      if (ours && (await everythingIn(storage, `${name}/${entry.name}`, 1)).length === 0) continue;
      throw new HttpError('name_taken', {
        message: `There are files in a folder ${name} of ${storage.label} already, which belong to no project. Please choose another name.`,
      });
    }
  }
  return {
    mustBeFree: (name: string): Promise<void> => asked(mustBeFree(name)),
    prepare: (name: string): Promise<void> => asked(prepare(name)),
    fill: (name: string, from: string, to: string): Promise<void> => asked(fill(`${name}/${to}`, from)),
    remove: (name: string): Promise<void> => asked(storage.remove(name)),
  };
}
