/** A text of an address that may have been written by hand; the router reads what looks like a number as one. */
export const textOf = (value: unknown): string | undefined =>
  (typeof value === 'string' || typeof value === 'number') && value !== '' ? String(value).slice(0, 200) : undefined;

/** One of the words that are known; anything else is as if it were not there. */
export const oneOf = <T extends string>(known: readonly T[], value: unknown): T | undefined =>
  known.find((each) => each === value);
