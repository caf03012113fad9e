import type { Kysely } from 'kysely';
import type { Database } from '../db/schema.ts';
import { createLimits, type LimitedPart, type Limits, type LimitsDeps } from '../features/limits/index.ts';
import type { Clock } from '../lib/clock.ts';

/** The real limits on a test's database, of which nothing is set until the test does; nothing is measured. */
export const testLimits = (
  db: Kysely<Database>,
  clock: Clock,
  parts: () => readonly LimitedPart[],
  measure: LimitsDeps['measure'] = async () => ({ bytes: 0, children: new Map(), whole: true }),
): Limits =>
  createLimits({
    db,
    clock,
    log: { info: () => undefined, warn: () => undefined, error: () => undefined },
    parts,
    folderOf: (name) => `/nowhere/${name}`,
    homesOf: (id) => `/nowhere/homes/${id}`,
    measure,
  });
