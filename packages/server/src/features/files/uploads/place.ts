import { link, unlink } from 'node:fs/promises';
import { HttpError } from '../../../http/errors.ts';
import type { BinService } from '../bin/service.ts';
import { newPartsOf } from '../changes.ts';
import { mustBeOpen } from '../tree/make.ts';
import type { Parts } from '../tree/path.ts';
import { presentEntry } from '../tree/present.ts';
import { taken } from '../tree/problems.ts';
import { holding, holdWithin, walkToFolder, within } from '../tree/walk.ts';
import type { UploadTarget } from './service.ts';

/** Places files beside those that are there, on the same disk: a file of any size has its name at once. */
export function placeOnDisk(bin: Pick<BinService, 'putAway'>): UploadTarget {
  return {
    async mustBeFree({ tree }, upload) {
      const { above, name } = newPartsOf(`${upload.folder}/${upload.name}`);
      await holding(walkToFolder(tree, above), async (folder) => {
        mustBeOpen(tree.who, folder);
        const there = await holdWithin(folder, name).catch((error: NodeJS.ErrnoException) => {
          if (error.code === 'ENOENT') return null;
          throw error;
        });
        if (there === null) return;
        await there.close();
        mustLetPlace(upload, there.stats.isDirectory());
      });
    },

    async place(sending, upload, partials) {
      const { parts, above, name } = newPartsOf(`${upload.folder}/${upload.name}`);
      const partial = within(partials, Buffer.from(upload.id));
      return holding(walkToFolder(sending.tree, above), async (folder) => {
        mustBeOpen(sending.tree.who, folder);
        for (let attempt = 0; attempt < 100; attempt += 1) {
          const free = attempt > 0 && upload.conflict === 'keepBoth' ? numbered(name, attempt) : name;
          try {
            // Unlike a rename this never takes the place of what is there.
            await link(partial, within(folder, free));
          } catch (error) {
            if ((error as NodeJS.ErrnoException).code !== 'EEXIST' || upload.conflict === 'refuse') throw error;
            if (upload.conflict === 'replace') await bin.putAway(sending, `${upload.folder}/${upload.name}`);
            continue;
          }
          await unlink(partial);
          const placed: Parts = [...parts.slice(0, -1), free];
          return holding(holdWithin(folder, free), async ({ stats }) => presentEntry(placed, stats));
        }
        throw taken(upload.name);
      });
    },
  };
}

/** Throws where what is there stays, by what the sender wants. */
export function mustLetPlace({ name, conflict }: { name: string; conflict: string }, isFolder: boolean): void {
  if (conflict === 'refuse') throw taken(name);
  if (conflict === 'replace' && isFolder) {
    throw new HttpError('name_taken', {
      message: `${name} is a folder, and no file takes its place. Please take another name.`,
    });
  }
}

/** `a (2).csv`: the second of that name. */
export function numbered(name: Buffer, attempt: number): Buffer {
  const dot = name.lastIndexOf(0x2e);
  const [stem, ending] = dot > 0 ? [name.subarray(0, dot), name.subarray(dot)] : [name, Buffer.alloc(0)];
  const note = Buffer.from(` (${attempt + 1})`);
  return Buffer.concat([stem.subarray(0, 255 - note.length - ending.length), note, ending]);
}
