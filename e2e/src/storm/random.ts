import { createHash } from 'node:crypto';

/** Numbers that look random and are the same for the same seed. */
export type Random = {
  /** in [0, 1) */
  next(): number;
  /** a whole number, both ends included */
  between(low: number, high: number): number;
  pick<T>(items: readonly T[]): T;
};

/** The digests of the seed and a count: slow, and needs no understanding. */
export function seeded(seed: number): Random {
  let count = 0;
  const next = () => {
    count += 1;
    return createHash('sha256').update(`${seed} ${count}`).digest().readUInt32LE() / 2 ** 32;
  };
  return {
    next,
    between: (low, high) => low + Math.floor(next() * (high - low + 1)),
    pick: (items) => {
      const item = items[Math.floor(next() * items.length)];
      if (item === undefined) throw new Error('there is nothing to pick from');
      return item;
    },
  };
}
