import { defaultFileRules, type FileRules } from '@emberlab/contract';
import type { Kysely } from 'kysely';
import type { Database } from '../../db/schema.ts';

export type RuleStore = ReturnType<typeof createRuleStore>;

/** SQL of how long projects keep their bins and logs; without a row it is as usual. */
export function createRuleStore(db: Kysely<Database>) {
  return {
    async of(projectId: string): Promise<FileRules> {
      const row = await db.selectFrom('file_rules').selectAll().where('project_id', '=', projectId).executeTakeFirst();
      if (row === undefined) return defaultFileRules;
      return { binDays: row.bin_days, logDays: row.log_days, logNewest: row.log_newest };
    },

    async set(projectId: string, { binDays, logDays, logNewest }: FileRules): Promise<void> {
      const values = { bin_days: binDays, log_days: logDays, log_newest: logNewest };
      await db
        .insertInto('file_rules')
        .values({ project_id: projectId, ...values })
        .onConflict((conflict) => conflict.column('project_id').doUpdateSet(values))
        .execute();
    },

    /** Projects whose files are looked after: those in use. */
    async projects(): Promise<{ id: string; name: string }[]> {
      return db
        .selectFrom('projects')
        .select(['id', 'name'])
        .where('deleting_at', 'is', null)
        .where('archived_at', 'is', null)
        .orderBy('id')
        .execute();
    },
  };
}
