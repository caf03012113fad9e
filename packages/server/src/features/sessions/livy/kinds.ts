import type { SessionKind } from '@emberlab/contract';
import type { CodeKind, StatementKind } from '../model.ts';
import { LivyError } from './errors.ts';

/** What clients write, and what is answered. */
const canonical: Readonly<Record<string, SessionKind>> = {
  spark: 'spark',
  scala: 'spark',
  pyspark: 'pyspark',
  python: 'pyspark',
  sparkr: 'sparkr',
  r: 'sparkr',
  sql: 'sql',
  shared: 'shared',
};

/** The kind of a session. Throws a 400 for a word that Livy doesn't know. */
export function readKind(written: string): SessionKind {
  const kind = Object.hasOwn(canonical, written) ? canonical[written] : undefined;
  if (kind === undefined) throw new LivyError(400, `Invalid kind: ${written.slice(0, 100)}`);
  return kind;
}

/** The kind of a piece of code: what is written with it, else its session's. Throws a 400 where neither says one. */
export function readCodeKind(written: string | null, session: SessionKind): CodeKind {
  const kind = written === null ? session : readKind(written);
  // Livy's own words
  if (kind === 'shared') throw new LivyError(400, 'Code type should be specified if session kind is shared');
  return kind;
}

/** The kind of a statement: that of its code, or `arrow`, which is ours and brings rows instead of text. */
export const readStatementKind = (written: string | null, session: SessionKind): StatementKind =>
  written === 'arrow' ? 'arrow' : readCodeKind(written, session);
