import { LivyError } from './errors.ts';

/** Livy's numbers are Java ints. */
const maxInt = 2 ** 31 - 1;

/** An int from a path or a query, of which `what` is said in a refusal. Throws Livy's 400 for anything else. */
export function readInt(text: string, what = 'an id'): number {
  const value = /^[+-]?\d{1,10}$/.test(text) ? Number(text) : Number.NaN;
  if (!(Math.abs(value) <= maxInt)) {
    // Livy's own words in front
    throw new LivyError(400, `For input string: "${text.slice(0, 200)}". Please write a whole number as ${what}.`);
  }
  return value;
}

/** The same for a query's field that may be absent. One that is given twice counts as its last. */
export function readOptionalInt(query: Readonly<Record<string, unknown>>, name: string): number | null {
  const given = query[name];
  const last: unknown = Array.isArray(given) ? given.at(-1) : given;
  return typeof last !== 'string' || last === '' ? null : readInt(last, `"${name}"`);
}
