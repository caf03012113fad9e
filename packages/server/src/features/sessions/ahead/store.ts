import { sql, type Kysely } from 'kysely';
import type { Database } from '../../../db/schema.ts';
import type { StopReason } from '../state.ts';
import type { Ended } from './plan.ts';

/** More than any back-off looks at. */
const mostEnded = 20;

export type AheadStore = ReturnType<typeof createAheadStore>;

/** What the rows tell of drivers that were started ahead. */
export function createAheadStore(db: Kysely<Database>) {
  return {
    /** How those of a server ended since its owner has last asked for a session; newest first. */
    async ended(serverId: string): Promise<Ended[]> {
      const lastUse = db
        .selectFrom('sessions as used')
        .select((select) => sql<number>`coalesce(${select.fn.max('used.created_at')}, 0)`.as('at'))
        .where('used.server_id', '=', serverId)
        .where('used.ahead_key', 'is', null);
      const rows = await db
        .selectFrom('sessions')
        .select(['stop_reason', 'ended_at'])
        .where('server_id', '=', serverId)
        .where('ahead_key', 'is not', null)
        .where('ended_at', 'is not', null)
        .where('ended_at', '>=', lastUse)
        .orderBy('id', 'desc')
        .limit(mostEnded)
        .execute();
      return rows.map((row) => ({
        serverId,
        reason: row.stop_reason as StopReason | null,
        endedAt: row.ended_at ?? 0,
      }));
    },
  };
}
