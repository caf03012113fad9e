import { LivyError } from './errors.ts';

/** Livy's numbers are Java ints. */
const maxInt = 2 ** 31 - 1;

/** An int from a path or a query. Throws Livy's 400 for anything else. */
export function readInt(text: string): number {
  const value = /^[+-]?\d{1,10}$/.test(text) ? Number(text) : Number.NaN;
  if (!(Math.abs(value) <= maxInt)) throw new LivyError(400, `For input string: "${text.slice(0, 200)}"`);
  return value;
}

/** The same for a query's field that may be absent. One that is given twice counts as its last. */
export function readOptionalInt(query: Readonly<Record<string, unknown>>, name: string): number | null {
  const given = query[name];
  const last: unknown = Array.isArray(given) ? given.at(-1) : given;
  return typeof last !== 'string' || last === '' ? null : readInt(last);
}
