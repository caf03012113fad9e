import type { SessionSample } from '@emberlab/contract';
import type { Clock } from '../../../lib/clock.ts';
import { thin, type ListedExecutor, type RunApplication, type RunSight } from '../../sessions/index.ts';
import type { ExecutionRecord } from '../model.ts';
import { mostKept } from './executors.ts';
import type { ExecutionStore } from './store.ts';

/** What was seen of a run's Spark application the last time. */
export type Sight = Pick<RunSight, 'uiAvailable' | 'metrics' | 'progress'>;
export type Watch = ReturnType<typeof createWatch>;

/** How often Spark is asked, ms. */
const everyMs = 2000;
/** Executors are written down this often while only their numbers change, ms. */
const executorsMs = 30_000;
/** While nothing changes, a sample is kept this often, ms. */
const quietMs = 30_000;
const mostSamples = 600;
const fineSamples = 200;

/**
 * Looks at the Spark applications of runs: how far they are, what they take. It is kept in memory, and seen again after a restart; samples, and executors for
 * those who look when the run has ended, are rows.
 */
export function createWatch(parts: {
  store: ExecutionStore;
  applicationOf(run: ExecutionRecord): Pick<RunApplication, 'look'>;
  clock: Clock;
  changed(run: ExecutionRecord): Promise<void>;
}) {
  const { store, clock } = parts;
  const sights = new Map<number, Sight>();
  const lookedAt = new Map<number, number>();
  const samples = new Map<number, { at: number; text: string }>();
  const executors = new Map<number, { items: readonly ListedExecutor[]; which: string; writtenAt: number }>();

  const keep = async (id: number, sample: SessionSample): Promise<void> => {
    const now = clock.now();
    const text = JSON.stringify({ ...sample, gcMs: 0 });
    const last = samples.get(id);
    if (last !== undefined && last.text === text && now - last.at < quietMs) return;
    samples.set(id, { at: now, text });
    await store.samples.add(id, now, sample);
    const all = await store.samples.list(id, Number.MIN_SAFE_INTEGER);
    if (all.length <= mostSamples) return;
    const kept = new Set(thin(all, fineSamples).map(({ at }) => at));
    await store.samples.remove(
      id,
      all.map(({ at }) => at).filter((at) => !kept.has(at)),
    );
  };

  /** Which they are is written down at once, what they have done so far now and then. */
  const noteExecutors = async (id: number, all: readonly ListedExecutor[]): Promise<void> => {
    if (all.length === 0) return;
    const items = all.slice(0, mostKept);
    const now = clock.now();
    const which = JSON.stringify(items.map(({ id: one, active, logs }) => [one, active, logs]));
    const before = executors.get(id);
    const write = before === undefined || before.which !== which || now - before.writtenAt >= executorsMs;
    executors.set(id, { items, which, writtenAt: write ? now : before.writtenAt });
    if (write) await store.executors.keep(id, items);
  };

  return {
    executorsOf: (id: number): readonly ListedExecutor[] | null => executors.get(id)?.items ?? null,

    sightOf: (id: number): Sight | null => sights.get(id) ?? null,

    async look(run: ExecutionRecord): Promise<void> {
      const now = clock.now();
      if (run.frozen.configuration.type !== 'spark' || now - (lookedAt.get(run.id) ?? 0) < everyMs) return;
      lookedAt.set(run.id, now);
      const seen = await parts.applicationOf(run).look(run.id);
      if (seen === null) return;
      const { uiAvailable, metrics, progress, sample } = seen;
      const before = sights.get(run.id);
      sights.set(run.id, { uiAvailable, metrics, progress });
      if (sample !== null) await keep(run.id, sample);
      await noteExecutors(run.id, seen.executors);
      if (JSON.stringify(before) === JSON.stringify(sights.get(run.id))) return;
      const present = await store.find(run.id);
      if (present !== null) await parts.changed(present);
    },

    /** It has ended: what was seen of it last is no longer so, and its executors have done what they have. */
    async ended(id: number): Promise<void> {
      const last = executors.get(id);
      for (const map of [sights, lookedAt, samples, executors]) map.delete(id);
      if (last !== undefined) await store.executors.keep(id, last.items);
    },
  };
}
