import { createLoop } from '../../../lib/lifecycle.ts';
import type { Clock } from '../../../lib/clock.ts';
import type { Log } from '../../../lib/log.ts';
import type { Measure } from './measure.ts';
import type { DiskStore } from './store.ts';

/** A project is measured again after so long, ms. */
const everyMs = 10 * 60_000;
/** How often is looked which are due, ms. */
const lookEveryMs = 60_000;

export type DiskWorker = ReturnType<typeof createDiskWorker>;

/**
 * Measures the room that projects' files and members' own folders take, one project after the other, again and again. What it finds is in rows, so a
 * restart begins where it was.
 */
export function createDiskWorker(deps: {
  store: DiskStore;
  measure: Measure;
  clock: Clock;
  log: Log;
  /** the folder of a project by its name, and that of its members' own folders by its id */
  folderOf: (projectName: string) => string;
  homesOf: (projectId: string) => string;
  /** bytes of a project's files elsewhere */
  storedBytes?: (projectName: string) => Promise<number>;
}) {
  const { store, measure, clock, log } = deps;
  const closed = new AbortController();
  /** those that somebody waits for */
  const wanted = new Set<string>();
  /** those that could not be measured last */
  const failed = new Set<string>();
  let loop: ReturnType<typeof createLoop> | null = null;

  async function measureOne(project: { id: string; name: string }, known: ReadonlySet<string>): Promise<void> {
    wanted.delete(project.id);
    try {
      const { signal } = closed;
      const shared = await measure(deps.folderOf(project.name), { signal, children: null });
      const elsewhere = (await deps.storedBytes?.(project.name)) ?? 0;
      const homes = await measure(deps.homesOf(project.id), { signal, children: (name) => known.has(name) });
      const least = { shared: !shared.whole, users: !homes.whole };
      await store.write(project.id, { shared: shared.bytes + elsewhere, users: homes.children, least }, clock.now());
      failed.delete(project.id);
    } catch (error) {
      if (closed.signal.aborted) return;
      failed.add(project.id);
      log.warn({ err: error, project: project.id }, 'the files of a project could not be measured; it is tried again');
    }
  }

  async function step(): Promise<void> {
    const due = await store.dueProjects(clock.now() - everyMs);
    // Once for all of them: there may be very many of both.
    const known = due.length > 0 ? await store.userIds() : new Set<string>();
    for (const project of due) {
      // Who waits comes first.
      while (wanted.size > 0 && !closed.signal.aborted) await measureWanted();
      if (closed.signal.aborted) return;
      await measureOne(project, known);
    }
    while (wanted.size > 0 && !closed.signal.aborted) await measureWanted();
  }

  async function measureWanted(): Promise<void> {
    const [first] = wanted;
    if (first === undefined) return;
    wanted.delete(first);
    const project = await store.findProject(first);
    if (project !== null) await measureOne(project, await store.userIds());
  }

  return {
    /** Has a project measured before all others: somebody was refused something by what was measured before. */
    soon(projectId: string): void {
      wanted.add(projectId);
      loop?.wake();
    },
    /** Whether its files could not be measured when that was tried last. */
    hasFailed: (projectId: string): boolean => failed.has(projectId),
    /** Measures all that is due, and resolves when that is done. */
    step,
    start(): void {
      const onError = (error: unknown) => log.error({ err: error }, 'files could not be measured; it is tried again');
      loop = createLoop({ step, intervalMs: lookEveryMs, onError });
    },
    async close(): Promise<void> {
      closed.abort(new Error('closed'));
      await loop?.close();
    },
  };
}
