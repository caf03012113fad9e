/** PostgreSQL's numbers of types that the driver hands over as text: `int8`, which counts and sums are too, and `numeric`, which sums of those are. */
const int8 = 20;
const numeric = 1700;

/** Ours are times and counts, which JavaScript holds whole. One that it doesn't would be another number without anyone seeing it. */
function toNumber(text: string): number {
  const value = Number(text);
  if (Number.isInteger(value) && !Number.isSafeInteger(value)) {
    throw new RangeError(`the database has a number that is too large: ${text}`);
  }
  return value;
}

/** How a type's values are read, where that is not as the driver does. */
export const ownParserOf = (type: number): ((text: string) => number) | undefined =>
  type === int8 || type === numeric ? toNumber : undefined;

/** A text of PostgreSQL has no NUL: such a sign is stored as half a surrogate pair is by both databases, as the sign for what can't be shown. */
export const toParameter = (value: unknown): unknown =>
  typeof value === 'string' && value.includes('\0') ? value.replaceAll('\0', '\uFFFD') : value;
