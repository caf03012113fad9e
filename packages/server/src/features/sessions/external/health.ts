import type { Clock } from '../../../lib/clock.ts';
import type { Limits } from '../limits.ts';

/** A Livy that takes long, or does not answer, is asked again after this at the latest, ms. */
export const mostRestMs = 60_000;

/** What is known of a Livy in memory: since when it has not answered, when its lists were read, and when they are to be read again. */
type Health = {
  awaySince: number | null;
  toldAway: boolean;
  failures: number;
  readAt: number;
  nextAt: number;
  reading: Promise<void> | null;
};

/** Which Livy servers answer. All of it may be lost at any moment. */
export function createHealth({ clock, limits }: { clock: Clock; limits: Limits }) {
  const all = new Map<string, Health>();
  const of = (livyId: string): Health => {
    const known = all.get(livyId) ?? {
      awaySince: null,
      toldAway: false,
      failures: 0,
      readAt: -Infinity,
      nextAt: 0,
      reading: null,
    };
    all.set(livyId, known);
    return known;
  };
  const isAway = (livyId: string | null): boolean => {
    const since = livyId === null ? null : (all.get(livyId)?.awaySince ?? null);
    return since !== null && clock.now() - since >= limits.absentMs;
  };
  return {
    of,

    /** Whether it has not answered for so long that people should know. */
    isAway,

    /** Whether that is another than when this was asked last. */
    isNews(livyId: string): boolean {
      const known = of(livyId);
      const before = known.toldAway;
      known.toldAway = isAway(livyId);
      return before !== known.toldAway;
    },

    /** Whether its lists are to be read again. */
    isDue: (livyId: string): boolean => clock.now() >= of(livyId).nextAt,

    answered(livyId: string, restMs: number): void {
      Object.assign(of(livyId), { awaySince: null, failures: 0, readAt: clock.now(), nextAt: clock.now() + restMs });
    },

    failed(livyId: string): void {
      const known = of(livyId);
      known.awaySince ??= clock.now();
      known.failures++;
      known.nextAt = clock.now() + Math.min(limits.livyPollMs * 2 ** Math.min(known.failures, 10), mostRestMs);
    },

    keepOnly(livyIds: ReadonlySet<string | null>): void {
      for (const livyId of all.keys()) if (!livyIds.has(livyId)) all.delete(livyId);
    },
  };
}
