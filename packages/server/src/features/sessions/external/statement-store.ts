import type { Kysely } from 'kysely';
import type { Database } from '../../../db/schema.ts';

export type ExternalStatementStore = ReturnType<typeof createExternalStatementStore>;

/** The rows of statements that came with a key: which number each has on its Livy, so that none is run twice. */
export function createExternalStatementStore(db: Kysely<Database>) {
  return {
    /** What is known of a statement by the key of the request that made it; null: nothing. */
    async find(sessionId: number, idempotencyKey: string): Promise<{ statementId: number | null } | null> {
      const row = await db
        .selectFrom('external_statements')
        .select('statement_id')
        .where('session_id', '=', sessionId)
        .where('idempotency_key', '=', idempotencyKey)
        .executeTakeFirst();
      return row === undefined ? null : { statementId: row.statement_id };
    },

    /** Notes that a statement is about to be sent. */
    async insert(sessionId: number, idempotencyKey: string): Promise<void> {
      await db
        .insertInto('external_statements')
        .values({ session_type: 'session', session_id: sessionId, idempotency_key: idempotencyKey, statement_id: null })
        .execute();
    },

    async set(sessionId: number, idempotencyKey: string, statementId: number): Promise<void> {
      await db
        .updateTable('external_statements')
        .set({ statement_id: statementId })
        .where('session_id', '=', sessionId)
        .where('idempotency_key', '=', idempotencyKey)
        .execute();
    },

    async remove(sessionId: number, idempotencyKey: string): Promise<void> {
      await db
        .deleteFrom('external_statements')
        .where('session_id', '=', sessionId)
        .where('idempotency_key', '=', idempotencyKey)
        .execute();
    },
  };
}
