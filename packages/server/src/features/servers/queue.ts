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

/** Whether one of this user's may start now: the places of one user are half of all, so that the others still get some. */
export function hasPlace(userId: string, starting: readonly Waiting[], places: number): boolean {
  const own = starting.filter((one) => one.userId === userId).length;
  return starting.length < places && own < Math.ceil(places / 2);
}
