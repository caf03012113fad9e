import type { Kysely } from 'kysely';
import type { Database } from '../../../../db/schema.ts';
import { inTransaction } from '../../../../db/transaction.ts';
import type { ExecutionRecord } from '../../model.ts';
import { createTurnStore } from '../turns/store.ts';
import { createChainStore, type Success } from './store.ts';

type Ended = Pick<ExecutionRecord, 'id' | 'jobId' | 'state' | 'logicalAt' | 'windowStart' | 'windowEnd'>;

const timeless = { logicalAt: null, windowStart: null, windowEnd: null };

/** What all of them are for; null: they are for different times. */
function common(successes: readonly Success[]): Success | null {
  const [first, ...others] = successes;
  if (first === undefined) return null;
  const isSame = (other: Success) =>
    other.logicalAt === first.logicalAt &&
    other.windowStart === first.windowStart &&
    other.windowEnd === first.windowEnd;
  return others.every(isSame) ? first : null;
}

/**
 * A run has ended: has those jobs run that wait for it, and for nothing else any more. It may be told of one twice. A run that is started so is for the time that those
 * before it were for, when they were all for the same.
 */
export async function linkOn(db: Kysely<Database>, run: Ended, now: number): Promise<void> {
  const { jobId: afterId } = run;
  if (run.state !== 'succeeded' || afterId === null) return;
  for (const { id: jobId } of await createChainStore(db).before(afterId)) {
    await inTransaction(
      db,
      async (tx) => {
        const chains = createChainStore(tx);
        const needed = await chains.after(jobId);
        if (!needed.some(({ id }) => id === afterId)) return;
        if (!(await chains.add(jobId, afterId, { ...run, executionId: run.id }))) return;
        const unused = await chains.unused(jobId);
        if (!needed.every(({ id }) => unused.some((success) => success.afterId === id))) return;
        const { logicalAt, windowStart, windowEnd } = common(unused) ?? timeless;
        await createTurnStore(tx).insert(
          {
            jobId,
            kind: 'chain',
            key: `after:${run.id}`,
            trigger: { kind: 'chain', after: run.id },
            at: now,
            logicalAt,
            window: windowStart === null || windowEnd === null ? null : { start: windowStart, end: windowEnd },
            manner: 'wait',
            state: 'starting',
          },
          now,
        );
        await chains.use(jobId, now);
      },
      { turn: `chain:${jobId}` },
    );
  }
}
