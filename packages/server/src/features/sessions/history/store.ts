import type { Kysely } from 'kysely';
import type { Database } from '../../../db/schema.ts';
import type { ProcessIdentity } from '../../../lib/process.ts';

export type HistoryStore = ReturnType<typeof createHistoryStore>;

/** The same for drivers of runs of jobs. */
export const createProgramHistoryStore = (db: Kysely<Database>): HistoryStore => ({
  async insert(batchId, now) {
    await db
      .insertInto('program_histories')
      .values({ batch_id: batchId, pid: null, start_ticks: null, created_at: now })
      .execute();
  },
  async launched(batchId, process) {
    await db
      .updateTable('program_histories')
      .set({ pid: process.pid, start_ticks: process.startTicks })
      .where('batch_id', '=', batchId)
      .execute();
  },
  async list() {
    const rows = await db.selectFrom('program_histories').selectAll().orderBy('batch_id').execute();
    return rows.map((row) => ({
      sessionId: row.batch_id,
      process: row.pid === null || row.start_ticks === null ? null : { pid: row.pid, startTicks: row.start_ticks },
      createdAt: row.created_at,
    }));
  },
  async remove(batchId) {
    await db.deleteFrom('program_histories').where('batch_id', '=', batchId).execute();
  },
});

/** The rows of history servers: one for each that runs or may run, written before it is started. */
export function createHistoryStore(db: Kysely<Database>) {
  return {
    async insert(sessionId: number, now: number): Promise<void> {
      await db
        .insertInto('history_servers')
        .values({ session_id: sessionId, pid: null, start_ticks: null, created_at: now })
        .execute();
    },

    async launched(sessionId: number, process: ProcessIdentity): Promise<void> {
      await db
        .updateTable('history_servers')
        .set({ pid: process.pid, start_ticks: process.startTicks })
        .where('session_id', '=', sessionId)
        .execute();
    },

    /** `process` null: its start was not written down. */
    async list(): Promise<{ sessionId: number; process: ProcessIdentity | null; createdAt: number }[]> {
      const rows = await db.selectFrom('history_servers').selectAll().orderBy('session_id').execute();
      return rows.map((row) => ({
        sessionId: row.session_id,
        process: row.pid === null || row.start_ticks === null ? null : { pid: row.pid, startTicks: row.start_ticks },
        createdAt: row.created_at,
      }));
    },

    async remove(sessionId: number): Promise<void> {
      await db.deleteFrom('history_servers').where('session_id', '=', sessionId).execute();
    },
  };
}
