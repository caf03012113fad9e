import type { ProcessUse, Running } from '@emberlab/contract';
import { toInstant, type Clock } from '../../lib/clock.ts';
import { coresBetween } from '../../lib/process-use.ts';
import type { ProcessIdentity } from '../../lib/process.ts';
import type { RunningThing } from '../projects/index.ts';
import type { AdminDeps } from './deps.ts';
import type { AdminStore } from './store.ts';

/** Processes are looked at no more often than that, ms, however many look. */
const leastMs = 2500;
/** Of the time, at most one part in so many and one goes into looking. */
const restShare = 4;
/** A smaller change of memory is not told, MB. */
const stepMb = 16;

/** What runs, with the ids that its names stand for. */
export type Watched = { readonly thing: RunningThing; readonly shown: Running };
export type Watch = ReturnType<typeof createWatch>;

/** Knows all that runs and what it takes. One look at the machine's processes serves all of it. */
export function createWatch(
  deps: Pick<AdminDeps, 'parts' | 'useOf'> & { clock: Clock; store: Pick<AdminStore, 'names'> },
) {
  const { parts, clock, store } = deps;
  const seen = new Map<string, { cpuMs: number; at: number }>();
  let uses = new Map<string, ProcessUse>();
  let lookedAt = Number.NEGATIVE_INFINITY;
  let last: { readonly all: readonly Watched[]; readonly at: number; readonly tookMs: number } | null = null;

  /** Looks at the processes, unless that was done a moment ago. */
  function measure(things: readonly RunningThing[]): void {
    const now = clock.steady();
    if (now - lookedAt < leastMs) return;
    lookedAt = now;
    const roots = things.flatMap(({ process }) => (process === null ? [] : [process]));
    const found = deps.useOf(roots);
    const measured = new Map<string, ProcessUse>();
    for (const root of roots) {
      const use = found.get(root.pid);
      if (use === undefined) continue;
      const key = keyOf(root);
      const before = seen.get(key);
      seen.set(key, { cpuMs: use.cpuMs, at: now });
      measured.set(key, {
        memoryMb: Math.round(use.memoryBytes / 1024 ** 2 / stepMb) * stepMb,
        cores: before === undefined ? 0 : coresBetween(before, { cpuMs: use.cpuMs, at: now }),
      });
    }
    uses = measured;
    for (const key of seen.keys()) if (!measured.has(key)) seen.delete(key);
  }

  async function lookNow(): Promise<Watched[]> {
    const things = (await Promise.all(parts.map((part) => part.running()))).flat();
    measure(things);
    if (things.length === 0) return [];
    const names = await store.names({
      projects: [...new Set(things.map(({ projectId }) => projectId))],
      users: [...new Set(things.flatMap(({ userId }) => (userId === null ? [] : [userId])))],
    });
    return things
      .toSorted((a, b) => a.since - b.since)
      .flatMap((thing) => {
        const project = names.projects.get(thing.projectId);
        // Gone between the two looks.
        if (project === undefined) return [];
        const { kind, id, title, phase, state, profile = null, place, process } = thing;
        const owner = thing.userId === null ? null : (names.users.get(thing.userId) ?? null);
        const use = thing.use ?? (process === null ? null : (uses.get(keyOf(process)) ?? null));
        const since = toInstant(thing.since);
        return [{ thing, shown: { kind, id, title, project, owner, phase, state, since, profile, place, use } }];
      });
  }

  return {
    /** All that runs now, the oldest first: as it is at this moment. */
    lookNow,
    /** The same, for who only shows it: with so much that a look takes its time, as it was a moment ago. */
    async look(): Promise<readonly Watched[]> {
      const began = clock.steady();
      if (last !== null && began - last.at < last.tookMs * restShare) return last.all;
      const all = await lookNow();
      const at = clock.steady();
      last = { all, at, tookMs: at - began };
      return all;
    },
  };
}

const keyOf = ({ pid, startTicks }: ProcessIdentity): string => `${pid} ${startTicks}`;
