import type { SessionKind } from '@emberlab/contract';
import { LivyError } from './errors.ts';

/** What clients write, and what is answered. */
const canonical: Readonly<Record<string, string>> = {
  spark: 'spark',
  scala: 'spark',
  pyspark: 'pyspark',
  python: 'pyspark',
  sparkr: 'sparkr',
  r: 'sparkr',
  sql: 'sql',
  shared: 'shared',
};

/** The kind of a session or statement. Throws a 400 for a word that Livy doesn't know, and for kinds that have no interpreter here. */
export function readKind(written: string): SessionKind {
  const kind = Object.hasOwn(canonical, written) ? canonical[written] : undefined;
  if (kind === undefined) throw new LivyError(400, `Invalid kind: ${written.slice(0, 100)}`);
  if (kind !== 'pyspark') {
    throw new LivyError(400, `Sessions of the kind "${kind}" are not available here. Please use the kind "pyspark".`);
  }
  return kind;
}
