import type { Taken } from '../../lib/places.ts';

/** What the queue knows of a server. */
type Waiting = { readonly userId: string; readonly createdAt: number };

/**
 * The order in which servers get their turn, those that `wait` being sorted by their age: everybody's first one before anybody's second one, so that
 * nobody has to wait for all that another has asked for. A server that is starting counts as one that its user has had.
 */
export function turnsOf<T extends Waiting>(waiting: readonly T[], starting: readonly Waiting[]): T[] {
  const had = new Map<string, number>();
  const count = (userId: string): number => {
    const before = had.get(userId) ?? 0;
    had.set(userId, before + 1);
    return before;
  };
  for (const { userId } of starting) count(userId);
  return waiting
    .map((one) => ({ one, rank: count(one.userId) }))
    .toSorted((a, b) => a.rank - b.rank || a.one.createdAt - b.one.createdAt)
    .map(({ one }) => one);
}

/** How many are starting: everybody's, and this user's. */
export const countStarting = (userId: string, starting: readonly Waiting[]): Taken => ({
  all: starting.length,
  own: starting.filter((one) => one.userId === userId).length,
});
