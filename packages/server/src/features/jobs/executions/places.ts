import type { Kysely } from 'kysely';
import type { Database } from '../../../db/schema.ts';
import { inTransaction } from '../../../db/transaction.ts';
import type { ExecutionRecord } from '../model.ts';
import { createExecutionStore } from './store.ts';
import { statesWithPlace } from './taken.ts';

/** What claiming a place comes to: the run as it is then, or null where it is no longer in the queue; or what it has to wait for. */
export type Claim = { readonly run: ExecutionRecord | null } | { readonly waits: 'places' | 'before' };
export type ClaimPlace = (run: ExecutionRecord, now: number) => Promise<Claim>;

/**
 * Gives runs their places. It is decided in the database, one claim after the other, whichever control plane it comes from: what a control plane has read
 * before says nothing about the places that another has given since.
 */
export const createPlaces =
  (db: Kysely<Database>, limit: number): ClaimPlace =>
  (run, now) =>
    inTransaction(
      db,
      async (tx) => {
        const having = await tx
          .selectFrom('executions')
          .select('job_id')
          .where('ended_at', 'is', null)
          .where('state', 'in', [...statesWithPlace])
          .execute();
        if (having.length >= limit) return { waits: 'places' };
        const alone = !run.frozen.policy.concurrentRuns && run.jobId !== null;
        if (alone && having.some((other) => other.job_id === run.jobId)) return { waits: 'before' };
        return { run: await createExecutionStore(tx).apply(run.id, 'prepare', now) };
      },
      { turn: 'places of runs' },
    );
