import { sessionSample, type SessionSample } from '@emberlab/contract';
import type { Kysely } from 'kysely';
import type { Database } from '../../../db/schema.ts';
import { thin, type Sampled } from './thin.ts';

export type SampleStore = ReturnType<typeof createSampleStore>;

/** The rows of what was measured. They go with their session's row. */
export function createSampleStore(
  db: Kysely<Database>,
  limits: { readonly sampleMs: number; readonly keptSamples: number; readonly fineSamples: number },
) {
  const read = async (sessionId: number, after: number): Promise<Sampled[]> => {
    const rows = await db
      .selectFrom('session_samples')
      .select(['at', 'sample_json'])
      .where('session_id', '=', sessionId)
      .where('at', '>', after)
      .orderBy('at')
      .execute();
    return rows.map((row) => ({ at: row.at, sample: sessionSample.parse(JSON.parse(row.sample_json)) }));
  };

  return {
    /** Keeps a sample, unless the last one is too near; answers whether it did. Those of one session are added one after the other. */
    async add(sessionId: number, at: number, sample: SessionSample): Promise<boolean> {
      const { last, count } = await db
        .selectFrom('session_samples')
        .select((select) => [select.fn.max('at').as('last'), select.fn.countAll<number | string>().as('count')])
        .where('session_id', '=', sessionId)
        .executeTakeFirstOrThrow();
      if (last !== null && at - last < limits.sampleMs) return false;
      await db
        .insertInto('session_samples')
        .values({ session_id: sessionId, at, sample_json: JSON.stringify(sample) })
        .execute();
      if (Number(count) + 1 > limits.keptSamples) {
        const all = await read(sessionId, Number.MIN_SAFE_INTEGER);
        const kept = new Set(thin(all, limits.fineSamples).map((one) => one.at));
        await db
          .deleteFrom('session_samples')
          .where('session_id', '=', sessionId)
          .where(
            'at',
            'in',
            all.map((one) => one.at).filter((one) => !kept.has(one)),
          )
          .execute();
      }
      return true;
    },

    /** A session's samples after that moment, oldest first. */
    list: read,
  };
}
