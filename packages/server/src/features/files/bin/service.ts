import { lstat, readdir, rename, unlink } from 'node:fs/promises';
import { shownName, type Bin, type ProjectEntry, type Removal } from '@emberlab/contract';
import { HttpError } from '../../../http/errors.ts';
import { toInstant, type Clock } from '../../../lib/clock.ts';
import { newId } from '../../../lib/ids.ts';
import type { RuleStore } from '../rules.ts';
import { holdOwnFolder, moveName, mustBeOpen } from '../tree/make.ts';
import { isKept, ownFolder, partsOf, pathOf, splitLast, type Parts } from '../tree/path.ts';
import { presentEntry, typeOf } from '../tree/present.ts';
import { belongsToProject, explained, noEntry } from '../tree/problems.ts';
import { holding, holdWithin, walk, walkToFolder, within, type Held, type Tree } from '../tree/walk.ts';
import { removeWithin, roomOf } from './remove.ts';
import type { Binned, BinStore } from './store.ts';

const dayMs = 86_400_000;
/** So many of the bin are answered at once. */
const pageSize = 100;
const binNames = [ownFolder, Buffer.from('bin')];

export type BinService = ReturnType<typeof createBin>;

/** Which of the bin: those with `find` in their path; `after`: behind the place that the page before has named. */
export type BinAsked = { readonly find?: string | undefined; readonly after?: string | undefined };

/** Whose files, and who acts. */
export type Acting = { readonly tree: Tree; readonly projectId: string; readonly email: string | null };

/**
 * What members delete goes into a folder of ours in the project's own, and can be put back for a while. It takes the room that it took before; a row says
 * where it was. What has lost its row, or its file, goes with the rest.
 */
export function createBin(deps: {
  store: BinStore;
  rules: RuleStore;
  clock: Clock;
  onFreed: (projectId: string) => void;
}) {
  const { store, rules, clock } = deps;

  const inBin = <T>(tree: Tree, use: (bin: Held) => Promise<T>): Promise<T> =>
    holding(walk(tree, [], { follow: false }), (root) => holding(holdOwnFolder(tree, root, binNames), use));

  async function removeOne(acting: Acting, path: string, forever: boolean): Promise<void> {
    const parts = partsOf(path);
    const split = parts === null ? null : splitLast(parts);
    if (parts === null || split === null) throw noEntry();
    if (isKept(parts)) throw belongsToProject(pathOf(parts));
    await holding(walkToFolder(acting.tree, split.above), async (folder) => {
      mustBeOpen(acting.tree.who, folder);
      if (forever) await removeForever(acting, folder, split.name);
      else await putAway(acting, folder, parts, split.name);
    });
  }

  /** Into the bin: the row comes first, so that nothing lies there of which nobody knows where it was. */
  const putAway = (acting: Acting, folder: Held, parts: Parts, name: Buffer): Promise<void> =>
    inBin(acting.tree, async (bin) => {
      const stats = await lstat(within(folder, name));
      const id = newId();
      const type = typeOf(stats);
      const row = { id, path: pathOf(parts), type, deletedAt: clock.now(), deletedBy: acting.email };
      await store.insert(acting.projectId, { ...row, bytes: type === 'file' ? stats.size : null });
      try {
        await rename(within(folder, name), within(bin, Buffer.from(id)));
      } catch (error) {
        await store.remove(id);
        throw error;
      }
      if (type === 'folder') await store.setBytes(id, await roomOf(bin, id));
    });

  /** Off at once: it leaves its name first, whatever it holds. Where the disk has no room even for that, a new name beside the old one will do. */
  async function removeForever({ tree, projectId }: Acting, folder: Held, name: Buffer): Promise<void> {
    if (!(await lstat(within(folder, name))).isDirectory()) {
      await unlink(within(folder, name));
    } else {
      const id = newId();
      const place = Buffer.from(id);
      const moved = await inBin(tree, async (bin) => {
        await rename(within(folder, name), within(bin, place));
        await removeWithin(bin, id);
      }).then(
        () => true,
        (error: NodeJS.ErrnoException) => {
          if (error.code === 'ENOSPC' || error.code === 'EDQUOT') return false;
          throw error;
        },
      );
      if (!moved) {
        await rename(within(folder, name), within(folder, place));
        await removeWithin(folder, id);
      }
    }
    deps.onFreed(projectId);
  }

  /** Where something goes back to: its old name, or one that is free. */
  async function restoreInto(folder: Held, bin: Held, id: string, name: Buffer): Promise<Buffer> {
    for (let attempt = 0; ; attempt += 1) {
      const free = attempt === 0 ? name : restoredName(name, attempt);
      try {
        await moveName(bin, Buffer.from(id), folder, free);
        return free;
      } catch (error) {
        if (!(error instanceof HttpError && error.code === 'name_taken') || attempt > 100) throw error;
      }
    }
  }

  /** What is in the bin and what is known of it. Rows without a file are forgotten. */
  async function contentOf(tree: Tree, projectId: string): Promise<Binned[]> {
    const rows = await store.list(projectId);
    if (rows.length === 0) return [];
    return inBin(tree, async (bin) => {
      const names = new Set(await readdir(`/proc/self/fd/${bin.fd}`));
      const there = rows.filter(({ id }) => names.has(id));
      // A file on its way into the bin has its row already.
      for (const { id, deletedAt } of rows) {
        if (!names.has(id) && goneAfter(deletedAt, clock.now())) await store.remove(id);
      }
      return there;
    });
  }

  async function purge(tree: Tree, ids: readonly string[]): Promise<void> {
    await inBin(tree, async (bin) => {
      for (const id of ids) {
        await removeWithin(bin, id);
        await store.remove(id);
      }
    });
  }

  return {
    /** Deletes what lies at these paths. What can't be deleted is told, and the rest goes on. */
    async remove(acting: Acting, paths: readonly string[], forever: boolean): Promise<Removal> {
      const failed: { path: string; message: string }[] = [];
      for (const path of paths) {
        try {
          await removeOne(acting, path, forever);
        } catch (error) {
          const known = explained(error);
          if (!(known instanceof HttpError)) throw known;
          failed.push({ path, message: known.message });
        }
      }
      return { removed: paths.length - failed.length, failed };
    },

    /** What takes another's place is put away before. Throws where nothing is there. */
    putAway: async (acting: Acting, path: string): Promise<void> => removeOne(acting, path, false),

    async list({ tree, projectId }: Acting, query: BinAsked): Promise<Bin> {
      const { binDays } = await rules.of(projectId);
      return listBin(await contentOf(tree, projectId), binDays, query);
    },

    /** Puts something back; folders that it was in are to be there. Throws `not_found`, `name_taken`. */
    async restore({ tree, projectId }: Acting, id: string): Promise<ProjectEntry> {
      const row = await store.find(projectId, id);
      const parts = row === null ? null : partsOf(row.path);
      const split = parts === null ? null : splitLast(parts);
      if (split === null) throw noEntry();
      try {
        return await inBin(tree, (bin) =>
          holding(walkToFolder(tree, split.above).catch(noFolderAnyMore), async (folder) => {
            mustBeOpen(tree.who, folder);
            const name = await restoreInto(folder, bin, id, split.name);
            await store.remove(id);
            return holding(holdWithin(folder, name), async ({ stats }) => presentEntry([...split.above, name], stats));
          }),
        );
      } catch (error) {
        throw explained(error);
      }
    },

    async removeBinned({ tree, projectId }: Acting, id: string): Promise<void> {
      if ((await store.find(projectId, id)) === null) throw noEntry();
      await purge(tree, [id]);
      deps.onFreed(projectId);
    },

    /** Removes all: also what somebody has put there by hand. */
    async empty({ tree, projectId }: Acting): Promise<void> {
      await holding(walk(tree, [], { follow: false }), (root) =>
        holding(holdOwnFolder(tree, root, binNames.slice(0, 1)), async (own) => {
          const old = newId();
          await rename(within(own, Buffer.from('bin')), within(own, Buffer.from(old))).catch(
            (error: NodeJS.ErrnoException) => {
              if (error.code !== 'ENOENT') throw error;
            },
          );
          for (const { id } of await store.list(projectId)) await store.remove(id);
          await removeWithin(own, old);
        }),
      );
      deps.onFreed(projectId);
    },

    /** Removes what has been there for as long as it is kept, and nothing else. */
    async tidy(tree: Tree, projectId: string): Promise<void> {
      const rows = await contentOf(tree, projectId);
      const { binDays } = rows.length === 0 ? { binDays: 0 } : await rules.of(projectId);
      const old = rows.filter(({ deletedAt }) => deletedAt <= clock.now() - binDays * dayMs);
      if (old.length === 0) return;
      await purge(
        tree,
        old.map(({ id }) => id),
      );
      deps.onFreed(projectId);
    },
  };
}

/** Whether what is not in the bin will not come into it any more, either. */
export const goneAfter = (deletedAt: number, now: number): boolean => deletedAt < now - 60_000;

/** A page of all that is in a bin, which are the newest first. `days`: for so long each is kept. */
export function listBin(all: readonly Binned[], days: number, { find, after }: BinAsked): Bin {
  const wanted = (find ?? '').trim().toLowerCase();
  const found = all.filter(({ path }) => shownName(path).toLowerCase().includes(wanted));
  const left = after === undefined ? found : found.filter((one) => isBehind(one, after));
  const shown = left.slice(0, pageSize);
  const last = shown.at(-1);
  return {
    days,
    total: { items: all.length, bytes: all.reduce((sum, { bytes }) => sum + (bytes ?? 0), 0) },
    next: left.length > pageSize && last !== undefined ? `${last.deletedAt}-${last.id}` : null,
    items: shown.map(({ id, path, type, bytes, deletedAt, deletedBy }) => ({
      id,
      path,
      name: path.split('/').at(-1) ?? path,
      type,
      size: bytes,
      deletedAt: toInstant(deletedAt),
      deletedBy,
      goesAt: toInstant(deletedAt + days * dayMs),
    })),
  };
}

/** Whether something comes behind a place in the bin, also where what was there has gone since. */
function isBehind({ deletedAt, id }: Binned, place: string): boolean {
  const [at = '', before = ''] = place.split('-');
  return deletedAt < Number(at) || (deletedAt === Number(at) && id > before);
}

const noFolderAnyMore = (cause: unknown): never => {
  throw new HttpError('not_found', {
    message: 'The folder that this was in is there no more. Please make it again, or restore it first.',
    cause,
  });
};

/** `a (restored).csv`: another name that says what it is. */
export function restoredName(name: Buffer, attempt: number): Buffer {
  const dot = name.lastIndexOf(0x2e);
  const [stem, ending] = dot > 0 ? [name.subarray(0, dot), name.subarray(dot)] : [name, Buffer.alloc(0)];
  const note = Buffer.from(attempt === 1 ? ' (restored)' : ` (restored ${attempt})`);
  return Buffer.concat([stem.subarray(0, 255 - note.length - ending.length), note, ending]);
}
