import type { LimitOverrides, LimitValues } from '@emberlab/contract';
import type { Kysely } from 'kysely';
import type { Database } from '../../db/schema.ts';
import { hasText } from '../../db/search.ts';
import { inTransaction } from '../../db/transaction.ts';
import { noLimits } from './policy.ts';

/** A user or project with what is set for it. */
export type Limited = {
  readonly id: string;
  readonly name: string;
  readonly label: string;
  readonly own: LimitOverrides;
};

export type LimitsPage = {
  readonly search: string;
  /** only those for whom something is set */
  readonly own: boolean;
  /** the name of the last one of the page before */
  readonly after: string;
  readonly limit: number;
};

type Row = { kind: keyof LimitValues; value: number | null };
const toOverrides = (rows: readonly Row[]): Partial<LimitValues> =>
  Object.fromEntries(rows.map(({ kind, value }) => [kind, value]));
const toRows = (values: LimitOverrides): Row[] =>
  (Object.entries(values) as [keyof LimitValues, number | null | undefined][]).flatMap(([kind, value]) =>
    value === undefined ? [] : [{ kind, value }],
  );

export type LimitStore = ReturnType<typeof createLimitStore>;

/** SQL of limits. */
export function createLimitStore(db: Kysely<Database>) {
  const ofUser = async (userId: string): Promise<LimitOverrides> =>
    toOverrides(await db.selectFrom('user_limits').select(['kind', 'value']).where('user_id', '=', userId).execute());
  const ofProject = async (projectId: string): Promise<LimitOverrides> =>
    toOverrides(
      await db.selectFrom('project_limits').select(['kind', 'value']).where('project_id', '=', projectId).execute(),
    );

  return {
    ofUser,
    ofProject,

    async defaults(): Promise<{ user: LimitValues; project: LimitValues }> {
      const rows = await db.selectFrom('default_limits').selectAll().execute();
      const of = (whose: 'user' | 'project'): LimitValues => ({
        ...noLimits,
        ...toOverrides(rows.filter((row) => row.whose === whose)),
      });
      return { user: of('user'), project: of('project') };
    },

    /** What is set for anybody, by ids. */
    async all(): Promise<{ users: Map<string, LimitOverrides>; projects: Map<string, LimitOverrides> }> {
      const [users, projects] = [
        await db.selectFrom('user_limits').select(['user_id as id', 'kind', 'value']).execute(),
        await db.selectFrom('project_limits').select(['project_id as id', 'kind', 'value']).execute(),
      ];
      const byId = (rows: readonly (Row & { id: string })[]) =>
        new Map([...Map.groupBy(rows, (row) => row.id)].map(([id, its]) => [id, toOverrides(its)] as const));
      return { users: byId(users), projects: byId(projects) };
    },

    async setDefaults(values: { user: LimitValues; project: LimitValues }): Promise<void> {
      const rows = (['user', 'project'] as const).flatMap((whose) =>
        toRows(values[whose]).flatMap(({ kind, value }) => (value === null ? [] : [{ whose, kind, value }])),
      );
      await inTransaction(
        db,
        async (tx) => {
          await tx.deleteFrom('default_limits').execute();
          if (rows.length > 0) await tx.insertInto('default_limits').values(rows).execute();
        },
        { turn: 'limits' },
      );
    },

    async setUser(userId: string, values: LimitOverrides): Promise<void> {
      const rows = toRows(values).map((row) => ({ user_id: userId, ...row }));
      await inTransaction(
        db,
        async (tx) => {
          await tx.deleteFrom('user_limits').where('user_id', '=', userId).execute();
          if (rows.length > 0) await tx.insertInto('user_limits').values(rows).execute();
        },
        { turn: 'limits' },
      );
    },

    async setProject(projectId: string, values: LimitOverrides): Promise<void> {
      const rows = toRows(values).map((row) => ({ project_id: projectId, ...row }));
      await inTransaction(
        db,
        async (tx) => {
          await tx.deleteFrom('project_limits').where('project_id', '=', projectId).execute();
          if (rows.length > 0) await tx.insertInto('project_limits').values(rows).execute();
        },
        { turn: 'limits' },
      );
    },

    /** Users, people and programs alike, by address (`name`); those that are disabled use nothing. */
    async users({ search, own, after, limit }: LimitsPage): Promise<Limited[]> {
      const rows = await db
        .selectFrom('users')
        .select(['id', 'email', 'name'])
        .where('disabled_at', 'is', null)
        .where('email', '>', after)
        .$if(search !== '', (query) => query.where(hasText(['email', 'name'], search)))
        .$if(own, (query) => query.where('id', 'in', (e) => e.selectFrom('user_limits').select('user_id')))
        .orderBy('email')
        .limit(limit)
        .execute();
      return Promise.all(
        rows.map(async (row) => ({ id: row.id, name: row.email, label: row.name, own: await ofUser(row.id) })),
      );
    },

    /** Projects by name. */
    async projects({ search, own, after, limit }: LimitsPage): Promise<Limited[]> {
      const rows = await db
        .selectFrom('projects')
        .select(['id', 'name', 'label'])
        .where('deleting_at', 'is', null)
        .where('name', '>', after)
        .$if(search !== '', (query) => query.where(hasText(['name', 'label'], search)))
        .$if(own, (query) => query.where('id', 'in', (e) => e.selectFrom('project_limits').select('project_id')))
        .orderBy('name')
        .limit(limit)
        .execute();
      return Promise.all(rows.map(async (row) => ({ ...row, own: await ofProject(row.id) })));
    },

    async findUser(email: string): Promise<Limited | null> {
      const row = await db
        .selectFrom('users')
        .select(['id', 'email', 'name'])
        .where('email', '=', email)
        .executeTakeFirst();
      return row === undefined ? null : { id: row.id, name: row.email, label: row.name, own: await ofUser(row.id) };
    },

    async findProject(name: string): Promise<Limited | null> {
      const row = await db
        .selectFrom('projects')
        .select(['id', 'name', 'label'])
        .where('name', '=', name)
        .executeTakeFirst();
      return row === undefined ? null : { ...row, own: await ofProject(row.id) };
    },
  };
}
