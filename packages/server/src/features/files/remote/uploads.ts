import type { ProjectEntry } from '@emberlab/contract';
import { unlink } from 'node:fs/promises';
import type { Storage } from '../../../storage/storage.ts';
import type { BinService } from '../bin/service.ts';
import { newPartsOf } from '../changes.ts';
import { noFolder, taken } from '../tree/problems.ts';
import { holding, holdWithin, openHeld, within } from '../tree/walk.ts';
import { mustLetPlace, numbered } from '../uploads/place.ts';
import type { UploadTarget } from '../uploads/service.ts';
import { putStored } from './changes.ts';
import { placeOf } from './place.ts';
import { asked } from './problems.ts';

/** Brings files into a storage once all pieces of them are here: pieces wait on the disk of this machine. */
export function placeInStorage(storage: Storage, bin: Pick<BinService, 'putAway'>): UploadTarget {
  return {
    async mustBeFree({ tree }, upload) {
      const { parts, above } = newPartsOf(`${upload.folder}/${upload.name}`);
      if ((await asked(storage.stat(placeOf(tree, above))))?.type !== 'folder') throw noFolder();
      const there = await asked(storage.stat(placeOf(tree, parts)));
      if (there !== null) mustLetPlace(upload, there.type === 'folder');
    },

    async place(sending, upload, partials): Promise<ProjectEntry> {
      const { parts, above, name } = newPartsOf(`${upload.folder}/${upload.name}`);
      const id = Buffer.from(upload.id);
      for (let attempt = 0; attempt < 100; attempt += 1) {
        const free = attempt > 0 && upload.conflict === 'keepBoth' ? [...above, numbered(name, attempt)] : parts;
        if ((await asked(storage.stat(placeOf(sending.tree, free)))) === null) {
          const entry = await holding(holdWithin(partials, id), async (held) => {
            const file = await openHeld(held);
            try {
              return await putStored(storage, sending.tree, free, file.createReadStream({ autoClose: false }));
            } finally {
              await file.close();
            }
          });
          if (entry !== null) {
            await unlink(within(partials, id));
            return entry;
          }
        }
        if (upload.conflict === 'refuse') break;
        if (upload.conflict === 'replace') await bin.putAway(sending, `${upload.folder}/${upload.name}`);
      }
      throw taken(upload.name);
    },
  };
}
