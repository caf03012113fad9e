import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { example } from '@emberlab/contract';
import { z } from 'zod';

/** An example as its list has it: with what it reads of the platform's data, as `folder/file`. */
const listed = example.extend({ data: z.array(z.string().regex(/^[\w-]+\/[\w.-]+$/)) });
export type ListedExample = z.infer<typeof listed>;

export type Gallery = ReturnType<typeof openGallery>;

/** The examples in a folder: `gallery.json` says what each of them is, `gallery/<id>.ipynb` is its notebook. */
export function openGallery(folder: string) {
  let items: Promise<ListedExample[]> | null = null;
  const read = async (): Promise<ListedExample[]> =>
    z.array(listed).parse(JSON.parse(await readFile(join(folder, 'gallery.json'), 'utf8')));
  return {
    /** They come with the platform, so they are read once. */
    list(): Promise<ListedExample[]> {
      items ??= read().catch((error: unknown) => {
        items = null;
        throw error;
      });
      return items;
    },
    fileOf: ({ id }: Pick<ListedExample, 'id'>): string => join(folder, 'gallery', `${id}.ipynb`),
  };
}
