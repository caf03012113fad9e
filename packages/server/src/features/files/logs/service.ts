import type { Stats } from 'node:fs';
import { lstat, readdir, rename } from 'node:fs/promises';
import type { FileRules } from '@emberlab/contract';
import type { Clock } from '../../../lib/clock.ts';
import { newId } from '../../../lib/ids.ts';
import { removeWithin } from '../bin/remove.ts';
import { holdOwnFolder } from '../tree/make.ts';
import { ownFolder } from '../tree/path.ts';
import { holding, holdWithin, itself, walk, within, type Held, type Tree } from '../tree/walk.ts';
import { fileId, openFiles } from './open-files.ts';
import { outdated, type LogRecord } from './retention.ts';

const dayMs = 86_400_000;
const logs = Buffer.from('Logs');
/** Folders in folders: what goes deeper is left alone. */
const deepest = 100;

/**
 * Removes logs that have grown old. `Logs` holds a folder for each job and the like, and in each of them a record for each run. Only what really lies below
 * it goes, found without following any link, and nothing that a process has open or that `inUse` names, as `folder/record`.
 */
export function createLogTidying(deps: {
  clock: Clock;
  inUse: (projectId: string) => Promise<readonly string[]>;
  /** Default: those of this machine. */
  openFiles?: () => Promise<ReadonlySet<string>>;
  onFreed: (projectId: string) => void;
}) {
  const findOpen = deps.openFiles ?? openFiles;

  return {
    async tidy(tree: Tree, projectId: string, { logDays, logNewest }: FileRules): Promise<void> {
      if (logDays === null) return;
      const before = deps.clock.now() - logDays * dayMs;
      const named = new Set(await deps.inUse(projectId));
      const open = await findOpen();
      let freed = false;
      await holding(walk(tree, [], { follow: false }), async (root) => {
        await eachFolder(root, logs, (all) =>
          eachEntry(all, async (name, stats) => {
            if (!stats.isDirectory()) return;
            await eachFolder(all, name, async (folder) => {
              const records = await recordsIn(
                folder,
                (record) => named.has(`${name.toString()}/${record.toString()}`),
                open,
              );
              for (const record of outdated(records, { before, newest: logNewest })) {
                freed = (await removeRecord(tree, root, folder, record.name)) || freed;
              }
            });
          }),
        );
      });
      if (freed) deps.onFreed(projectId);
    },
  };
}

/** Does something in a folder by its name in a held one; nothing where it is none. */
const eachFolder = async (above: Held, name: Buffer, use: (folder: Held) => Promise<void>): Promise<void> => {
  const held = await holdWithin(above, name).catch(() => null);
  if (held === null) return;
  await holding(Promise.resolve(held), async (folder) => (folder.stats.isDirectory() ? use(folder) : undefined));
};

async function eachEntry(folder: Held, use: (name: Buffer, stats: Stats) => Promise<void>): Promise<void> {
  for (const name of await readdir(itself(folder), { encoding: 'buffer' })) {
    const stats = await lstat(within(folder, name)).catch(() => null);
    if (stats !== null) await use(name, stats);
  }
}

async function recordsIn(
  folder: Held,
  isNamed: (name: Buffer) => boolean,
  open: ReadonlySet<string>,
): Promise<LogRecord[]> {
  const records: LogRecord[] = [];
  await eachEntry(folder, async (name, stats) => {
    if (!stats.isDirectory() && !stats.isFile()) return;
    const { changedAt, inUse } = await lookThrough(folder, name, stats, open, 0);
    records.push({ name, changedAt, inUse: inUse || isNamed(name) });
  });
  return records;
}

/** When something in it was changed last, and whether somebody has something in it open. What can't be looked through counts as in use. */
async function lookThrough(above: Held, name: Buffer, stats: Stats, open: ReadonlySet<string>, depth: number) {
  let [changedAt, inUse] = [stats.mtimeMs, open.has(fileId(stats)) || depth > deepest];
  if (!stats.isDirectory() || inUse) return { changedAt, inUse };
  const look = eachFolder(above, name, (folder) =>
    eachEntry(folder, async (child, facts) => {
      const found = await lookThrough(folder, child, facts, open, depth + 1);
      changedAt = Math.max(changedAt, found.changedAt);
      inUse ||= found.inUse;
    }),
  );
  await look.catch(() => (inUse = true));
  return { changedAt, inUse };
}

/** It leaves its name first, whatever it holds; false: it went meanwhile. */
async function removeRecord(tree: Tree, root: Held, folder: Held, name: Buffer): Promise<boolean> {
  const id = newId();
  return holding(holdOwnFolder(tree, root, [ownFolder]), async (own) => {
    const moved = await rename(within(folder, name), within(own, Buffer.from(id))).then(
      () => true,
      (error: NodeJS.ErrnoException) => {
        if (error.code === 'ENOENT') return false;
        throw error;
      },
    );
    if (moved) await removeWithin(own, id);
    return moved;
  });
}
