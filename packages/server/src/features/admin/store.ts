import { machineSample, type MachineSample, type ProjectOverview } from '@emberlab/contract';
import type { Kysely } from 'kysely';
import type { Database } from '../../db/schema.ts';
import { toInstant } from '../../lib/clock.ts';

export type AdminStore = ReturnType<typeof createAdminStore>;

/** A sample with its time, ms since the epoch. */
export type StoredSample = { readonly at: number; readonly sample: MachineSample };

/** SQL of what administrators see beside what runs: names, projects, and how the machine did. */
export function createAdminStore(db: Kysely<Database>) {
  return {
    /** Names of projects and people by their ids. */
    async names(ids: { projects: readonly string[]; users: readonly string[] }) {
      const projects = await db
        .selectFrom('projects')
        .select(['id', 'name', 'label'])
        .where('id', 'in', ids.projects)
        .execute();
      const users =
        ids.users.length === 0
          ? []
          : await db.selectFrom('users').select(['id', 'email', 'name']).where('id', 'in', ids.users).execute();
      return {
        projects: new Map(projects.map(({ id, name, label }) => [id, { name, label }])),
        users: new Map(users.map(({ id, email, name }) => [id, { email, name }])),
      };
    },

    async projectId(name: string): Promise<string | null> {
      return (await db.selectFrom('projects').select('id').where('name', '=', name).executeTakeFirst())?.id ?? null;
    },

    async hasUser(email: string): Promise<boolean> {
      return (await db.selectFrom('users').select('id').where('email', '=', email).executeTakeFirst()) !== undefined;
    },

    /** All projects, the last used first. */
    async projects(): Promise<Omit<ProjectOverview, 'running'>[]> {
      const rows = await db
        .selectFrom('projects')
        .select(['id', 'name', 'label', 'deleting_at', 'archived_at', 'created_at', 'last_activity_at'])
        .orderBy('last_activity_at', 'desc')
        .execute();
      const counts = await db
        .selectFrom('members')
        .select((e) => ['project_id', e.fn.countAll<number | string>().as('count')])
        .groupBy('project_id')
        .execute();
      const owners = await db
        .selectFrom('members')
        .innerJoin('users', 'users.id', 'members.user_id')
        .select(['members.project_id', 'users.email'])
        .where('members.role', '=', 'owner')
        .orderBy('users.email')
        .execute();
      const membersOf = new Map(counts.map((row) => [row.project_id, Number(row.count)]));
      const ownersOf = Map.groupBy(owners, ({ project_id: id }) => id);
      return rows.map((row) => ({
        name: row.name,
        label: row.label,
        state: row.deleting_at !== null ? 'deleting' : row.archived_at !== null ? 'archived' : 'active',
        owners: (ownersOf.get(row.id) ?? []).map(({ email }) => email),
        members: membersOf.get(row.id) ?? 0,
        createdAt: toInstant(row.created_at),
        lastActivityAt: toInstant(row.last_activity_at),
      }));
    },

    /** Whether the database answers. */
    async ping(): Promise<void> {
      await db.selectFrom('facts').select('name').limit(1).execute();
    },

    async addSample({ at, sample }: StoredSample): Promise<void> {
      await db
        .insertInto('machine_samples')
        .values({ at, sample_json: JSON.stringify(sample) })
        .onConflict((conflict) => conflict.column('at').doNothing())
        .execute();
    },

    /** Samples from then on, oldest first. */
    async samples(since: number): Promise<StoredSample[]> {
      const rows = await db.selectFrom('machine_samples').selectAll().where('at', '>=', since).orderBy('at').execute();
      return rows.map((row) => ({ at: row.at, sample: machineSample.parse(JSON.parse(row.sample_json)) }));
    },

    async forgetSamples(before: number): Promise<void> {
      await db.deleteFrom('machine_samples').where('at', '<', before).execute();
    },
  };
}
