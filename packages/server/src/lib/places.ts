/** Who has places of a bounded number of them: everybody, and the one who asks for another. */
export type Taken = { readonly all: number; readonly own: number };

/** The smaller of two bounds; null: neither is one. */
export const smaller = (a: number | null, b: number | null): number | null =>
  a === null || b === null ? (a ?? b) : Math.min(a, b);

/** Whether there is another place for somebody: one user gets half of them at most, so that the others still get some. */
export const hasPlace = ({ all, own }: Taken, places: number): boolean => all < places && own < Math.ceil(places / 2);
