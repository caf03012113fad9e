import { createReadStream } from 'node:fs';
import { readFile, stat } from 'node:fs/promises';
import { basename, join } from 'node:path';
import type { Example, ProjectEntry } from '@emberlab/contract';
import { HttpError } from '../../http/errors.ts';
import type { Gifts, Receiver } from '../files/index.ts';
import type { Gallery, ListedExample } from './gallery.ts';

export type ExampleService = ReturnType<typeof createExampleService>;

/** Notebooks that teach, and their way into a project. */
export function createExampleService(deps: {
  gallery: Gallery;
  /** the folder with the data sets that the examples read, a folder each */
  data: string;
  gifts: Gifts;
}) {
  const { gallery, gifts } = deps;

  async function find(id: string): Promise<ListedExample> {
    const found = (await gallery.list()).find((each) => each.id === id);
    if (found === undefined) throw new HttpError('not_found', { message: 'There is no such example.' });
    return found;
  }

  return {
    list: async (): Promise<{ items: Example[] }> => ({ items: (await gallery.list()).map(present) }),

    async get(id: string): Promise<Example & { notebook: string }> {
      const found = await find(id);
      return { ...present(found), notebook: await readFile(gallery.fileOf(found), 'utf8') };
    },

    /** Copies an example for a member. The notebook comes last: where it is, its data are. */
    async copy(to: Receiver, id: string): Promise<ProjectEntry> {
      const found = await find(id);
      for (const path of found.data) {
        const [folder = '', name = ''] = path.split('/');
        await gifts.copyIfMissing(to, {
          folder: ['Resources', folder],
          name,
          ...(await contentOf(join(deps.data, path))),
        });
      }
      const file = gallery.fileOf(found);
      return gifts.copyBeside(to, { folder: ['Jupyter'], name: basename(file), ...(await contentOf(file)) });
    },
  };
}

const contentOf = async (file: string) => ({ size: (await stat(file)).size, open: () => createReadStream(file) });

const present = ({ data: _data, ...shown }: ListedExample): Example => shown;
