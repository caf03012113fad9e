import type { Kysely } from 'kysely';
import type { Database } from '../../../../db/schema.ts';
import { inTransaction } from '../../../../db/transaction.ts';
import { retryAt } from '../../executions/retry.ts';
import { createExecutionStore } from '../../executions/store.ts';
import { createBackfillStore } from '../backfills/store.ts';
import { createTurnStore } from './store.ts';

/** Closes a turn of which nothing more comes, and counts it where its backfill counts. */
export async function closeTurn(
  db: Kysely<Database>,
  turn: { readonly id: number; readonly backfillId: number | null },
  now: number,
  outcome: { readonly succeeded: boolean; readonly problem?: string },
): Promise<void> {
  await inTransaction(db, async (tx) => {
    const closed = await createTurnStore(tx).close(turn.id, now, outcome.problem ?? null);
    if (closed && !outcome.succeeded && turn.backfillId !== null) {
      await createBackfillStore(tx).countFailed(turn.backfillId);
    }
  });
}

/** Looks which turns are over: their run has ended, and so have those in which it was tried again. */
export async function settle(db: Kysely<Database>, now: number): Promise<void> {
  const turns = createTurnStore(db);
  const executions = createExecutionStore(db);
  for (const turn of await turns.ended()) {
    let run = turn.executionId === null ? null : await executions.find(turn.executionId);
    while (run !== null && retryAt(run) !== null) {
      const retry = await turns.retryOf(turn.jobId, run.id);
      // It will be tried again; whoever sees to that has not done so yet.
      if (retry === null) break;
      await turns.follow(turn.id, retry);
      run = await executions.find(retry);
    }
    if (run !== null && (run.endedAt === null || retryAt(run) !== null)) continue;
    await closeTurn(db, turn, now, { succeeded: run?.state === 'succeeded' });
  }
}
