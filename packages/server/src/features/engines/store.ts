import type { Kysely } from 'kysely';
import type { Database } from '../../db/schema.ts';
import { inTransaction } from '../../db/transaction.ts';

export type EngineStore = ReturnType<typeof createEngineStore>;

/** SQL of who may use which engines. */
export function createEngineStore(db: Kysely<Database>) {
  return {
    /** The engines that are for some projects alone, with the names of these in their order; the others are for all. */
    async restricted(): Promise<Map<string, string[]>> {
      const rows = await db
        .selectFrom('restricted_engines')
        .leftJoin('engine_projects', 'engine_projects.engine', 'restricted_engines.engine')
        .leftJoin('projects', 'projects.id', 'engine_projects.project_id')
        .select(['restricted_engines.engine', 'projects.name'])
        .execute();
      const names = (of: readonly { name: string | null }[]) =>
        of.flatMap(({ name }) => (name === null ? [] : [name])).toSorted();
      return new Map([...Map.groupBy(rows, ({ engine }) => engine)].map(([engine, its]) => [engine, names(its)]));
    },

    /** The engines that a project may not use. */
    async barredFor(projectId: string): Promise<Set<string>> {
      const rows = await db
        .selectFrom('restricted_engines')
        .select('engine')
        .where(({ not, exists, selectFrom }) =>
          not(
            exists(
              selectFrom('engine_projects')
                .select('engine_projects.engine')
                .whereRef('engine_projects.engine', '=', 'restricted_engines.engine')
                .where('engine_projects.project_id', '=', projectId),
            ),
          ),
        )
        .execute();
      return new Set(rows.map(({ engine }) => engine));
    },

    /** Ids of projects by their names; names of none are absent. */
    async projectIds(names: readonly string[]): Promise<Map<string, string>> {
      if (names.length === 0) return new Map();
      const rows = await db.selectFrom('projects').select(['id', 'name']).where('name', 'in', names).execute();
      return new Map(rows.map(({ id, name }) => [name, id]));
    },

    /** `projectIds` null: for all. */
    async setProjects(engine: string, projectIds: readonly string[] | null, now: number): Promise<void> {
      await inTransaction(
        db,
        async (tx) => {
          await tx.deleteFrom('engine_projects').where('engine', '=', engine).execute();
          await tx.deleteFrom('restricted_engines').where('engine', '=', engine).execute();
          if (projectIds === null) return;
          await tx.insertInto('restricted_engines').values({ engine, since: now }).execute();
          const rows = projectIds.map((id) => ({ engine, project_id: id }));
          if (rows.length > 0) await tx.insertInto('engine_projects').values(rows).execute();
        },
        { turn: 'engines' },
      );
    },
  };
}
