import type { Kysely } from 'kysely';
import type { Database } from '../../../db/schema.ts';

/** Which runs are kept no longer. */
export type OldRuns = {
  /** those that had ended by then, ms since the epoch; null: none is too old */
  readonly before: number | null;
  /** of a job, the newest ones that have ended: what is beyond them goes, however young it is */
  readonly most: number;
  /** of a job, the newest ones that stay, however old they are */
  readonly always: number;
};

/** SQL that finds the runs which are kept no longer. None of them is one of whose end somebody is still to hear. */
export function createOldRunStore(db: Kysely<Database>) {
  const ended = (jobId: number | null) =>
    db
      .selectFrom('executions')
      .select('id')
      .where('job_id', jobId === null ? 'is' : '=', jobId)
      .where('ended_at', 'is not', null);

  /** The newest but so many of a job's that have ended; null: it has fewer. */
  async function newest(jobId: number, place: number): Promise<number | null> {
    const row = await ended(jobId)
      .orderBy('id', 'desc')
      .offset(place - 1)
      .limit(1)
      .executeTakeFirst();
    return row?.id ?? null;
  }

  return {
    /** All jobs. */
    async jobIds(): Promise<number[]> {
      return (await db.selectFrom('jobs').select('id').orderBy('id').execute()).map(({ id }) => id);
    },

    /** Those of a job behind the one with the id `after`, in their order. `jobId` null: of all jobs that have been deleted, which go by their age alone. */
    async list(
      jobId: number | null,
      { before, most, always }: OldRuns,
      { after, limit }: { after: number; limit: number },
    ): Promise<number[]> {
      const kept = jobId === null ? null : await newest(jobId, always);
      const full = jobId === null ? null : await newest(jobId, most);
      if ((jobId !== null && kept === null) || (before === null && full === null)) return [];
      const rows = await ended(jobId)
        .where('id', '>', after)
        .where('announced_at', 'is not', null)
        .$if(kept !== null, (query) => query.where('id', '<', kept ?? 0))
        .where((w) =>
          w.or([
            ...(before === null ? [] : [w('ended_at', '<=', before)]),
            ...(full === null ? [] : [w('id', '<', full)]),
          ]),
        )
        // What has to know how it ended has not looked yet.
        .where((w) =>
          w.not(
            w.exists(
              w
                .selectFrom('job_turns')
                .select('job_turns.id')
                .whereRef('job_turns.execution_id', '=', 'executions.id')
                .where('job_turns.over_at', 'is', null),
            ),
          ),
        )
        .orderBy('id')
        .limit(limit)
        .execute();
      return rows.map(({ id }) => id);
    },
  };
}
