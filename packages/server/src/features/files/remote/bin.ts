import { everythingIn, type Storage } from '../../../storage/storage.ts';
import { HttpError } from '../../../http/errors.ts';
import type { Clock } from '../../../lib/clock.ts';
import { newId } from '../../../lib/ids.ts';
import { goneAfter, listBin, restoredName, type Acting, type BinAsked, type BinService } from '../bin/service.ts';
import type { Binned, BinStore } from '../bin/store.ts';
import type { RuleStore } from '../rules.ts';
import { isKept, partsOf, pathOf, splitLast } from '../tree/path.ts';
import { belongsToProject, noEntry } from '../tree/problems.ts';
import type { Tree } from '../tree/walk.ts';
import { makeFolders } from './changes.ts';
import { placeOf, projectOf } from './place.ts';
import { presentStored } from './present.ts';
import { asked, explainedByStorage } from './problems.ts';

/** The bin of files in a storage: a folder of ours in the project's own, as on a disk. */
export function createStoredBin(deps: {
  storage: Storage;
  store: BinStore;
  rules: RuleStore;
  clock: Clock;
  onFreed: (projectId: string) => void;
}): BinService {
  const { storage, store, rules, clock } = deps;
  const binOf = (tree: Tree): string => `${projectOf(tree)}/.emberlab/bin`;

  async function removeOne({ tree, projectId, email }: Acting, path: string, forever: boolean): Promise<void> {
    const parts = partsOf(path);
    if (parts === null || splitLast(parts) === null) throw noEntry();
    if (isKept(parts)) throw belongsToProject(pathOf(parts));
    const place = placeOf(tree, parts);
    const there = await storage.stat(place);
    if (there === null) throw noEntry();
    if (forever) {
      await storage.remove(place);
      deps.onFreed(projectId);
      return;
    }
    await makeFolders(storage, binOf(tree));
    const bytes = there.type === 'file' ? there.size : (await storage.usage(place)).bytes;
    const id = newId();
    // The row comes first, so that nothing lies there of which nobody knows where it was.
    const row = { id, path: pathOf(parts), type: there.type, bytes, deletedAt: clock.now(), deletedBy: email };
    await store.insert(projectId, row);
    const binned = `${binOf(tree)}/${id}`;
    try {
      await storage.move(place, binned);
    } catch (error) {
      // What is said to have failed may be done all the same: the row goes only where nothing came.
      if ((await storage.stat(binned).catch(() => undefined)) === null) await store.remove(id);
      throw error;
    }
  }

  /** What is in the bin and what is known of it. Rows without a file are forgotten. */
  async function contentOf(tree: Tree, projectId: string): Promise<Binned[]> {
    const rows = await store.list(projectId);
    if (rows.length === 0) return [];
    const bin = binOf(tree);
    const isThere = (await storage.stat(bin)) !== null;
    const names = new Set(isThere ? (await everythingIn(storage, bin, 1_000_000)).map(({ name }) => name) : []);
    for (const { id, deletedAt } of rows) {
      if (!names.has(id) && goneAfter(deletedAt, clock.now())) await store.remove(id);
    }
    return rows.filter(({ id }) => names.has(id));
  }

  async function purge(tree: Tree, projectId: string, ids: readonly string[]): Promise<void> {
    for (const id of ids) {
      await storage.remove(`${binOf(tree)}/${id}`);
      await store.remove(id);
    }
    deps.onFreed(projectId);
  }

  return {
    async remove(acting, paths, forever) {
      const failed: { path: string; message: string }[] = [];
      for (const path of paths) {
        try {
          await removeOne(acting, path, forever);
        } catch (error) {
          const known = explainedByStorage(error);
          if (!(known instanceof HttpError)) throw known;
          failed.push({ path, message: known.message });
        }
      }
      return { removed: paths.length - failed.length, failed };
    },

    putAway: (acting, path) => asked(removeOne(acting, path, false)),

    async list({ tree, projectId }: Acting, query: BinAsked) {
      const { binDays } = await rules.of(projectId);
      return listBin(await asked(contentOf(tree, projectId)), binDays, query);
    },

    async restore({ tree, projectId }, id) {
      const row = await store.find(projectId, id);
      const parts = row === null ? null : partsOf(row.path);
      const split = parts === null ? null : splitLast(parts);
      if (split === null) throw noEntry();
      const above = await asked(storage.stat(placeOf(tree, split.above)));
      if (above?.type !== 'folder') {
        throw new HttpError('not_found', {
          message: 'The folder that this was in is there no more. Please make it again, or restore it first.',
        });
      }
      for (let attempt = 0; attempt < 100; attempt += 1) {
        const name = attempt === 0 ? split.name : restoredName(split.name, attempt);
        const place = placeOf(tree, [...split.above, name]);
        if ((await asked(storage.stat(place))) !== null) continue;
        await asked(storage.move(`${binOf(tree)}/${id}`, place));
        await store.remove(id);
        const back = await asked(storage.stat(place));
        if (back === null) throw noEntry();
        return presentStored([...split.above, name], back);
      }
      throw new HttpError('name_taken');
    },

    async removeBinned({ tree, projectId }, id) {
      if ((await store.find(projectId, id)) === null) throw noEntry();
      await asked(purge(tree, projectId, [id]));
    },

    async empty({ tree, projectId }) {
      const rows = await store.list(projectId);
      await asked(storage.remove(binOf(tree)));
      for (const { id } of rows) await store.remove(id);
      deps.onFreed(projectId);
    },

    async tidy(tree, projectId) {
      const rows = await contentOf(tree, projectId);
      if (rows.length === 0) return;
      const { binDays } = await rules.of(projectId);
      const old = rows.filter(({ deletedAt }) => deletedAt <= clock.now() - binDays * 86_400_000);
      if (old.length > 0)
        await purge(
          tree,
          projectId,
          old.map(({ id }) => id),
        );
    },
  };
}
