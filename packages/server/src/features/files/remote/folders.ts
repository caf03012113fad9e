import { createReadStream } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { StorageError, type Storage } from '../../../storage/storage.ts';
import { makeFolders } from './changes.ts';
import { asked } from './problems.ts';

/** The folders that every project begins with. */
const folders = ['Jupyter', 'Resources', 'Logs'] as const;

/** Makes, fills and removes the folders of projects in a storage. */
export function projectFoldersIn(storage: Storage) {
  async function fill(place: string, from: string): Promise<void> {
    await makeFolders(storage, place);
    for (const entry of await readdir(from, { withFileTypes: true })) {
      const [source, target] = [join(from, entry.name), `${place}/${entry.name}`];
      if (entry.isDirectory()) await fill(target, source);
      if (entry.isFile()) await storage.write(target, createReadStream(source), { replace: true });
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
  return {
    prepare: (name: string): Promise<void> => asked(prepare(name)),
    fill: (name: string, from: string, to: string): Promise<void> => asked(fill(`${name}/${to}`, from)),
    remove: (name: string): Promise<void> => asked(storage.remove(name)),
  };
}
