import { configurationShape, type Configuration } from '@emberlab/contract';
import type { Kysely } from 'kysely';
import type { Database } from '../../db/schema.ts';

/** A member in a project. */
export type Whose = { readonly projectId: string; readonly userId: string };

/** What an owner has set for a project. Times are ms since the epoch. */
export type StoredDefaults = {
  readonly jupyter: Configuration;
  readonly jobs: Configuration;
  readonly changedAt: number;
};

export type ConfigurationStore = ReturnType<typeof createConfigurationStore>;

const read = (json: string): Configuration => configurationShape.parse(JSON.parse(json));

/** SQL of the configurations that members have saved, and of the defaults of projects. */
export function createConfigurationStore(db: Kysely<Database>) {
  return {
    /** null: the member has none of their own. */
    async own({ projectId, userId }: Whose): Promise<Configuration | null> {
      const row = await db
        .selectFrom('configurations')
        .select('configuration_json')
        .where('project_id', '=', projectId)
        .where('user_id', '=', userId)
        .executeTakeFirst();
      return row === undefined ? null : read(row.configuration_json);
    },

    async save({ projectId, userId }: Whose, value: Configuration, now: number): Promise<void> {
      const configuration_json = JSON.stringify(value);
      await db
        .insertInto('configurations')
        .values({ project_id: projectId, user_id: userId, configuration_json, updated_at: now })
        .onConflict((conflict) =>
          conflict.columns(['project_id', 'user_id']).doUpdateSet({ configuration_json, updated_at: now }),
        )
        .execute();
    },

    async remove({ projectId, userId }: Whose): Promise<void> {
      await db.deleteFrom('configurations').where('project_id', '=', projectId).where('user_id', '=', userId).execute();
    },

    async defaults(projectId: string): Promise<StoredDefaults | null> {
      const row = await db
        .selectFrom('configuration_defaults')
        .selectAll()
        .where('project_id', '=', projectId)
        .executeTakeFirst();
      if (row === undefined) return null;
      return { jupyter: read(row.jupyter_json), jobs: read(row.jobs_json), changedAt: row.changed_at };
    },

    async saveDefaults(projectId: string, { jupyter, jobs, changedAt }: StoredDefaults): Promise<void> {
      const columns = {
        jupyter_json: JSON.stringify(jupyter),
        jobs_json: JSON.stringify(jobs),
        changed_at: changedAt,
      };
      await db
        .insertInto('configuration_defaults')
        .values({ project_id: projectId, ...columns })
        .onConflict((conflict) => conflict.column('project_id').doUpdateSet(columns))
        .execute();
    },
  };
}
