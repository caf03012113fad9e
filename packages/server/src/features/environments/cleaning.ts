import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { Clock } from '../../lib/clock.ts';
import { removeTree } from '../../lib/trees.ts';
import type { Builder } from './builder.ts';
import { usesOf } from './operations/uses.ts';
import type { EnvironmentStore, RevisionRecord } from './store.ts';

/** How many revisions of a project keep their files in any case, the newest ones. */
const alwaysKept = 10;
/** How long the files of others stay, ms. */
const keptMs = 30 * 86_400_000;
/** How long an upload waits to be installed, ms. */
const uploadMs = 86_400_000;

/**
 * Those whose files can go: neither in use nor among the newest, and old. `current` and what `uses` names never are; a revision that can go loses its
 * files alone, and is made again from its lock by whoever restores it.
 */
export function removable(
  ready: readonly RevisionRecord[],
  facts: { currentId: string | null; uses: ReadonlyMap<string, number>; now: number },
): RevisionRecord[] {
  return ready
    .filter(({ removedAt }) => removedAt === null)
    .toSorted((a, b) => b.number - a.number)
    .slice(alwaysKept)
    .filter(({ id }) => id !== facts.currentId && (facts.uses.get(id) ?? 0) === 0)
    .filter(({ readyAt }) => facts.now - (readyAt ?? 0) > keptMs);
}

/** Removes what nothing uses any more: files of old revisions, and uploads that nobody has installed. */
export function createCleaner({ store, builder, clock }: { store: EnvironmentStore; builder: Builder; clock: Clock }) {
  return async (projectIds: readonly string[]): Promise<void> => {
    for (const projectId of projectIds) {
      // A change goes by what is there: what it needs may look unused until it is done.
      if ((await store.operations.pending(projectId)).length > 0) continue;
      const [ready, current] = await Promise.all([store.ready(projectId), store.current(projectId)]);
      const facts = { currentId: current?.id ?? null, uses: await usesOf(store, projectId), now: clock.now() };
      for (const revision of removable(ready, facts)) {
        // First the word, then the files: who restores it meanwhile makes it again.
        await store.setRemoved(revision.id, clock.now());
        await builder.removeFiles(revision);
      }
      const uploads = join(builder.projectFolder(projectId), 'uploads');
      for (const name of await readdir(uploads).catch(() => [])) {
        const found = await stat(join(uploads, name)).catch(() => null);
        if (found !== null && clock.now() - found.mtimeMs > uploadMs) await removeTree(join(uploads, name));
      }
    }
  };
}
