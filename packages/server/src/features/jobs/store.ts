import {
  configurationShape,
  jobPolicy,
  type Configuration,
  type ExecutionState,
  type JobParameters,
  type LastRun,
} from '@emberlab/contract';
import { sql, type Kysely, type SelectQueryBuilder } from 'kysely';
import type { Database } from '../../db/schema.ts';
import { toInstant } from '../../lib/clock.ts';
import type { JobDefinition, JobRecord } from './model.ts';

export type JobStore = ReturnType<typeof createJobStore>;

export type JobsAsked = {
  readonly search?: string | undefined;
  readonly name?: string | undefined;
  readonly type?: JobRecord['type'] | undefined;
  readonly state?: ExecutionState | undefined;
  /** e-mail address */
  readonly owner?: string | undefined;
  readonly running: boolean;
  readonly sort: 'name' | 'type' | 'owner' | 'created' | 'updated' | 'lastRun' | 'state';
  readonly order: 'asc' | 'desc';
  readonly offset: number;
  readonly limit: number;
};

/** How many runs the list shows of each job. */
const lastRunsShown = 10;

/** The form of a name by which two are the same. */
const nameKey = (name: string): string => name.normalize('NFC').toLowerCase();

const columnsOf = (job: JobDefinition) => ({
  type: job.type,
  program: job.program,
  main_class: job.mainClass,
  arguments_json: JSON.stringify(job.arguments),
  parameters_json: JSON.stringify(job.parameters),
  configuration_json: JSON.stringify(job.configuration),
  policy_json: JSON.stringify(job.policy),
});

/** SQL of jobs. */
export function createJobStore(db: Kysely<Database>) {
  const select = () =>
    db
      .selectFrom('jobs')
      .innerJoin('users', 'users.id', 'jobs.owner_id')
      .selectAll('jobs')
      .select(['users.email as owner_email', 'users.name as owner_name']);
  type Query = ReturnType<typeof select>;
  type Row = Awaited<ReturnType<Query['executeTakeFirstOrThrow']>>;

  const ofLastRun = (column: 'state' | 'created_at') =>
    sql`(select e.${sql.ref(column)} from executions e where e.job_id = jobs.id order by e.id desc limit 1)`;
  const sorts = {
    name: sql`jobs.name_key`,
    type: sql`jobs.type`,
    owner: sql`users.email`,
    created: sql`jobs.created_at`,
    updated: sql`jobs.updated_at`,
    // Those that have never run come behind, or in front when it is turned round, in both databases.
    lastRun: sql`coalesce(${ofLastRun('created_at')}, 0)`,
    state: sql`coalesce(${ofLastRun('state')}, '')`,
  };

  return {
    /** null: the name is taken. */
    async insert(
      job: JobDefinition & { projectId: string; ownerId: string; name: string; now: number },
    ): Promise<number | null> {
      const row = await db
        .insertInto('jobs')
        .values({
          project_id: job.projectId,
          owner_id: job.ownerId,
          name: job.name,
          name_key: nameKey(job.name),
          ...columnsOf(job),
          created_at: job.now,
          updated_at: job.now,
        })
        .onConflict((conflict) => conflict.columns(['project_id', 'name_key']).doNothing())
        .returning('id')
        .executeTakeFirst();
      return row?.id ?? null;
    },

    async find(id: number): Promise<JobRecord | null> {
      const row = await select().where('jobs.id', '=', id).executeTakeFirst();
      return row === undefined ? null : toRecord(row);
    },

    async isTaken(projectId: string, name: string): Promise<boolean> {
      const row = await db
        .selectFrom('jobs')
        .select('id')
        .where('project_id', '=', projectId)
        .where('name_key', '=', nameKey(name))
        .executeTakeFirst();
      return row !== undefined;
    },

    /** Answers whether that could be done: false, the name is taken. */
    async update(id: number, job: JobDefinition & { name: string; projectId: string }, now: number): Promise<boolean> {
      const key = nameKey(job.name);
      const { numUpdatedRows } = await db
        .updateTable('jobs')
        .set({ name: job.name, name_key: key, ...columnsOf(job), updated_at: now })
        .where('id', '=', id)
        .where(({ not, exists, selectFrom }) =>
          not(
            exists(
              selectFrom('jobs as other')
                .select('other.id')
                .where('other.project_id', '=', job.projectId)
                .where('other.name_key', '=', key)
                .where('other.id', '<>', id),
            ),
          ),
        )
        .executeTakeFirst();
      return numUpdatedRows > 0n;
    },

    async remove(id: number): Promise<void> {
      await db.deleteFrom('jobs').where('id', '=', id).execute();
    },

    async list(projectId: string, asked: JobsAsked): Promise<JobRecord[]> {
      let query = select().where('jobs.project_id', '=', projectId);
      if (asked.search !== undefined && asked.search !== '') {
        query = query.where(sql<boolean>`jobs.name_key like ${`%${escaped(nameKey(asked.search))}%`} escape '\\'`);
      }
      if (asked.name !== undefined) query = query.where('jobs.name_key', '=', nameKey(asked.name));
      if (asked.type !== undefined) query = query.where('jobs.type', '=', asked.type);
      if (asked.owner !== undefined) query = query.where('users.email', '=', asked.owner);
      if (asked.state !== undefined) query = query.where(sql<boolean>`${ofLastRun('state')} = ${asked.state}`);
      if (asked.running) query = running(query);
      const rows = await query
        .orderBy(sorts[asked.sort], asked.order)
        .orderBy('jobs.id', asked.order)
        .offset(asked.offset)
        .limit(asked.limit)
        .execute();
      return rows.map(toRecord);
    },

    /** The last runs of these jobs, the newest first. */
    async lastRuns(jobIds: readonly number[]): Promise<Map<number, LastRun[]>> {
      const [first, ...more] = jobIds.map((jobId) =>
        db
          .selectFrom(
            db
              .selectFrom('executions')
              .select(['id', 'job_id', 'state', 'created_at', 'started_at', 'ended_at'])
              .where('job_id', '=', jobId)
              .orderBy('id', 'desc')
              .limit(lastRunsShown)
              .as(`of_${jobId}`),
          )
          .selectAll(),
      );
      if (first === undefined) return new Map();
      const rows = await more.reduce((all, one) => all.unionAll(one), first).execute();
      const byJob = Map.groupBy(rows, (row) => Number(row.job_id));
      return new Map(
        [...byJob].map(([jobId, its]) => [
          jobId,
          its
            .toSorted((a, b) => b.id - a.id)
            .map((row) => ({
              id: row.id,
              state: row.state,
              createdAt: toInstant(row.created_at),
              durationSeconds: row.started_at === null || row.ended_at === null ? null : secondsOf(row),
            })),
        ]),
      );
    },
  };

  // Of all runs, few go on: these are looked for first, and not those of each job.
  function running(query: Query): SelectQueryBuilder<Database, 'jobs' | 'users', Row> {
    return query.where('jobs.id', 'in', (inner) =>
      inner
        .selectFrom('executions')
        .select('executions.job_id')
        .where('executions.ended_at', 'is', null)
        .where('executions.job_id', 'is not', null)
        .$narrowType<{ job_id: number }>(),
    );
  }

  function toRecord(row: Row): JobRecord {
    return {
      id: row.id,
      projectId: row.project_id,
      name: row.name,
      type: row.type,
      program: row.program,
      mainClass: row.main_class,
      arguments: JSON.parse(row.arguments_json) as string[],
      parameters: JSON.parse(row.parameters_json) as JobParameters,
      configuration: configurationShape.parse(JSON.parse(row.configuration_json)) satisfies Configuration,
      policy: jobPolicy.parse(JSON.parse(row.policy_json)),
      owner: { id: row.owner_id, email: row.owner_email, name: row.owner_name },
      createdAt: row.created_at,
      updatedAt: row.updated_at,
    };
  }
}

const secondsOf = (row: { started_at: number | null; ended_at: number | null }): number =>
  ((row.ended_at ?? 0) - (row.started_at ?? 0)) / 1000;

/** What LIKE would take for a pattern. */
const escaped = (text: string): string => text.replace(/[\\%_]/g, String.raw`\$&`);
