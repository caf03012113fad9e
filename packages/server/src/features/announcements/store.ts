import type { AnnouncementLevel } from '@emberlab/contract';
import type { Kysely } from 'kysely';
import type { Database } from '../../db/schema.ts';
import { inTransaction } from '../../db/transaction.ts';

/** Times are ms since the epoch; `until` null: until somebody ends it. */
export type AnnouncementRecord = {
  readonly id: string;
  readonly text: string;
  readonly level: AnnouncementLevel;
  readonly from: number;
  readonly until: number | null;
  readonly atLogin: boolean;
  readonly author: string | null;
  readonly changedAt: number;
};

export type AnnouncementChange = Omit<AnnouncementRecord, 'id' | 'author'> & { readonly authorId: string };

export type AnnouncementStore = ReturnType<typeof createAnnouncementStore>;

/** SQL of announcements. */
export function createAnnouncementStore(db: Kysely<Database>) {
  const select = () =>
    db
      .selectFrom('announcements')
      .leftJoin('users', 'users.id', 'announcements.author_id')
      .selectAll('announcements')
      .select('users.email as author');
  type Row = Awaited<ReturnType<ReturnType<typeof select>['executeTakeFirstOrThrow']>>;
  const toRecord = (row: Row): AnnouncementRecord => ({
    id: row.id,
    text: row.text,
    level: row.level,
    from: row.from_at,
    until: row.until_at,
    atLogin: row.at_login === 1,
    author: row.author,
    changedAt: row.changed_at,
  });
  const toColumns = (change: AnnouncementChange) => ({
    text: change.text,
    level: change.level,
    from_at: change.from,
    until_at: change.until,
    at_login: change.atLogin ? 1 : 0,
    author_id: change.authorId,
    changed_at: change.changedAt,
  });

  return {
    async insert(id: string, change: AnnouncementChange): Promise<void> {
      await db
        .insertInto('announcements')
        .values({ id, ...toColumns(change) })
        .execute();
    },

    /** Changes one, and forgets who has put it away: it says something else now. */
    async update(id: string, change: AnnouncementChange): Promise<void> {
      await inTransaction(db, async (tx) => {
        await tx.updateTable('announcements').set(toColumns(change)).where('id', '=', id).execute();
        await tx.deleteFrom('dismissed_announcements').where('announcement_id', '=', id).execute();
      });
    },

    async end(id: string, now: number): Promise<void> {
      await db.updateTable('announcements').set({ until_at: now, changed_at: now }).where('id', '=', id).execute();
    },

    async find(id: string): Promise<AnnouncementRecord | null> {
      const row = await select().where('announcements.id', '=', id).executeTakeFirst();
      return row === undefined ? null : toRecord(row);
    },

    /** The newest first. */
    async list(limit: number): Promise<AnnouncementRecord[]> {
      const rows = await select()
        .orderBy('announcements.from_at', 'desc')
        .orderBy('announcements.id')
        .limit(limit)
        .execute();
      return rows.map(toRecord);
    },

    /** What is announced at a moment, warnings first, then the newest. */
    async current(now: number): Promise<AnnouncementRecord[]> {
      const rows = await select()
        .where('from_at', '<=', now)
        .where((e) => e.or([e('until_at', 'is', null), e('until_at', '>', now)]))
        .orderBy('level', 'desc')
        .orderBy('from_at', 'desc')
        .orderBy('announcements.id')
        .execute();
      return rows.map(toRecord);
    },

    async dismiss(id: string, userId: string): Promise<void> {
      await db
        .insertInto('dismissed_announcements')
        .values({ announcement_id: id, user_id: userId })
        .onConflict((conflict) => conflict.columns(['announcement_id', 'user_id']).doNothing())
        .execute();
    },

    async dismissedBy(userId: string): Promise<Set<string>> {
      const rows = await db
        .selectFrom('dismissed_announcements')
        .select('announcement_id')
        .where('user_id', '=', userId)
        .execute();
      return new Set(rows.map((row) => row.announcement_id));
    },
  };
}
