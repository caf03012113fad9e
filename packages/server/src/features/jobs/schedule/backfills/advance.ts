import type { Kysely } from 'kysely';
import type { Database } from '../../../../db/schema.ts';
import { inTransaction } from '../../../../db/transaction.ts';
import { toInstant } from '../../../../lib/clock.ts';
import { windowStartOf } from '../plan.ts';
import { timesOf } from '../times.ts';
import { createTurnStore } from '../turns/store.ts';
import { createBackfillStore } from './store.ts';

/** Lets a backfill go on by one run once the one before is over; the row says how far it is. */
export async function advanceBackfill(
  db: Kysely<Database>,
  { id, jobId }: { id: number; jobId: number },
  now: number,
): Promise<void> {
  await inTransaction(
    db,
    async (tx) => {
      const [backfills, turns] = [createBackfillStore(tx), createTurnStore(tx)];
      const backfill = await backfills.find(id);
      if (backfill === null || backfill.endedAt !== null || (await turns.openOf([id])).size > 0) return;
      const at = backfill.next;
      if (at === null) {
        await backfills.end(id, 'succeeded', now);
        return;
      }
      const times = timesOf(backfill.cron, backfill.timezone);
      await turns.insert(
        {
          jobId,
          backfillId: id,
          kind: 'backfill',
          key: `backfill:${id}:${toInstant(at)}`,
          trigger: { kind: 'backfill', backfill: id },
          at: now,
          logicalAt: at,
          window: { start: windowStartOf(times, at), end: at },
          manner: 'wait',
          state: 'starting',
        },
        now,
      );
      const next = times.next(at);
      await backfills.advance(id, next === null || next > backfill.to ? null : next);
    },
    { turn: `backfill:${jobId}` },
  );
}
