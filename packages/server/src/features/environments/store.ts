import type { Kysely } from 'kysely';
import type { Database } from '../../db/schema.ts';
import type { ProcessIdentity } from '../../lib/process.ts';
import type { Asked } from './operations/change.ts';
import { createOperationStore } from './operations/store.ts';
import type { RevisionState } from './state.ts';

/** A revision of a project's environment. Times are ms since the epoch. */
export type RevisionRecord = {
  readonly id: string;
  readonly projectId: string;
  readonly number: number;
  readonly state: RevisionState;
  readonly step: string | null;
  readonly progress: number;
  readonly problem: string | null;
  readonly pythonVersion: string | null;
  readonly packages: number | null;
  /** the build's process, once it has been started */
  readonly process: ProcessIdentity | null;
  readonly createdAt: number;
  readonly readyAt: number | null;
  /** when its files were removed */
  readonly removedAt: number | null;
};

export type EnvironmentStore = ReturnType<typeof createEnvironmentStore>;

/** SQL of environments, their revisions and what changes them. */
export function createEnvironmentStore(db: Kysely<Database>) {
  const operations = createOperationStore(db);
  const rows = () => db.selectFrom('revisions').selectAll('revisions');
  const inUse = () =>
    rows().innerJoin('projects', 'projects.id', 'revisions.project_id').where('projects.deleting_at', 'is', null);
  type Row = Awaited<ReturnType<ReturnType<typeof rows>['executeTakeFirstOrThrow']>>;
  const toRecord = (row: Row): RevisionRecord => ({
    id: row.id,
    projectId: row.project_id,
    number: row.number,
    state: row.state,
    step: row.step,
    progress: row.progress,
    problem: row.problem,
    pythonVersion: row.python_version,
    packages: row.packages,
    process: row.pid === null || row.start_ticks === null ? null : { pid: row.pid, startTicks: row.start_ticks },
    createdAt: row.created_at,
    readyAt: row.ready_at,
    removedAt: row.removed_at,
  });

  return {
    operations,

    /** Has the next revision of a project made, unless one is being made, or `onlyFirst` and there is one. Answers whether it will be. */
    async insert(projectId: string, now: number, options: { onlyFirst: boolean }): Promise<boolean> {
      const unless = options.onlyFirst ? 'any' : 'pending';
      return (await operations.insert({ projectId, change: { kind: 'create' }, by: null, now, unless })) !== null;
    },

    async projectsWithout(): Promise<string[]> {
      const found = await db
        .selectFrom('projects')
        .select('id')
        .where('deleting_at', 'is', null)
        .where((e) =>
          e.not(e.exists(e.selectFrom('revisions').select('id').whereRef('revisions.project_id', '=', 'projects.id'))),
        )
        .execute();
      return found.map((row) => row.id);
    },

    async current(projectId: string): Promise<RevisionRecord | null> {
      const row = await rows()
        .innerJoin('environments', 'environments.current_revision_id', 'revisions.id')
        .where('environments.project_id', '=', projectId)
        .executeTakeFirst();
      return row === undefined ? null : toRecord(row);
    },

    /** Those that are being made: those with a process first, then the oldest. None of projects that are being deleted. */
    async building(): Promise<RevisionRecord[]> {
      const found = await inUse()
        .where('state', '=', 'building')
        .orderBy('revisions.created_at')
        .orderBy('revisions.id')
        .execute();
      return found.map(toRecord).toSorted((a, b) => Number(a.process === null) - Number(b.process === null));
    },

    /** The names of projects whose newest revision could not be made. */
    async failedIn(): Promise<string[]> {
      const newest = db
        .selectFrom('revisions')
        .select((e) => ['project_id as of', e.fn.max('number').as('last')])
        .groupBy('project_id')
        .as('newest');
      const found = await inUse()
        .innerJoin(newest, (join) =>
          join.onRef('newest.of', '=', 'revisions.project_id').onRef('newest.last', '=', 'revisions.number'),
        )
        .select('projects.name as project_name')
        .where('revisions.state', '=', 'failed')
        .where('projects.archived_at', 'is', null)
        .orderBy('projects.name')
        .execute();
      return found.map((row) => row.project_name);
    },

    /** Those that new servers use, of all projects that are not being deleted. */
    async currents(): Promise<RevisionRecord[]> {
      const found = await rows()
        .innerJoin('environments', 'environments.current_revision_id', 'revisions.id')
        .innerJoin('projects', 'projects.id', 'environments.project_id')
        .where('projects.deleting_at', 'is', null)
        .execute();
      return found.map(toRecord);
    },

    /** The one that is being made, or was made or tried last, or gone back to. */
    async latest(projectId: string): Promise<RevisionRecord | null> {
      const last = await operations.lastOf(projectId);
      const named = last === null ? null : await this.byId(last);
      if (named !== null) return named;
      const row = await rows()
        .where('project_id', '=', projectId)
        .orderBy('number', 'desc')
        .limit(1)
        .executeTakeFirst();
      return row === undefined ? null : toRecord(row);
    },

    async byId(id: string): Promise<RevisionRecord | null> {
      const row = await rows().where('id', '=', id).executeTakeFirst();
      return row === undefined ? null : toRecord(row);
    },

    async byNumber(projectId: string, number: number): Promise<RevisionRecord | null> {
      const row = await rows().where('project_id', '=', projectId).where('number', '=', number).executeTakeFirst();
      return row === undefined ? null : toRecord(row);
    },

    /** Those that worked, the newest first. */
    async ready(projectId: string): Promise<RevisionRecord[]> {
      const found = await rows()
        .where('project_id', '=', projectId)
        .where('state', '=', 'ready')
        .orderBy('number', 'desc')
        .execute();
      return found.map(toRecord);
    },

    async asked(revisionId: string): Promise<Asked[]> {
      const found = await db
        .selectFrom('revision_requests')
        .select(['name', 'kind', 'requirement', 'detail'])
        .where('revision_id', '=', revisionId)
        .orderBy('name')
        .execute();
      return found;
    },

    /** What was asked for in the last revision that anything was asked for in, where there is none in use. */
    async lastAsked(projectId: string): Promise<Asked[]> {
      const row = await db
        .selectFrom('revisions')
        .innerJoin('revision_requests', 'revision_requests.revision_id', 'revisions.id')
        .select('revisions.id')
        .where('project_id', '=', projectId)
        .orderBy('number', 'desc')
        .limit(1)
        .executeTakeFirst();
      return row === undefined ? [] : this.asked(row.id);
    },

    async setProcess(id: string, process: ProcessIdentity): Promise<void> {
      await db
        .updateTable('revisions')
        .set({ pid: process.pid, start_ticks: process.startTicks })
        .where('id', '=', id)
        .execute();
    },

    /** Notes how far a build is. */
    async setProgress(id: string, step: string, progress: number): Promise<void> {
      await db
        .updateTable('revisions')
        .set({ step, progress })
        .where('id', '=', id)
        .where('state', '=', 'building')
        .execute();
    },

    async setRemoved(id: string, now: number): Promise<void> {
      await db.updateTable('revisions').set({ removed_at: now }).where('id', '=', id).execute();
    },

    /** How many servers run with each revision of a project. */
    async serversOf(projectId: string): Promise<ReadonlyMap<string, number>> {
      const found = await db
        .selectFrom('servers')
        .select(['revision_id', (e) => e.fn.countAll<number>().as('count')])
        .where('project_id', '=', projectId)
        .where('ended_at', 'is', null)
        .where('revision_id', 'is not', null)
        .groupBy('revision_id')
        .execute();
      return new Map(found.map((row) => [row.revision_id ?? '', row.count]));
    },

    /** When each session, batch and run of a job of a project that has not ended was asked for, or begun. */
    async driversSince(projectId: string): Promise<number[]> {
      const [sessions, batches, runs] = await Promise.all([
        db
          .selectFrom('sessions')
          .select('created_at')
          .where('project_id', '=', projectId)
          .where('ended_at', 'is', null)
          .execute(),
        db
          .selectFrom('batches')
          .select('created_at')
          .where('project_id', '=', projectId)
          .where('ended_at', 'is', null)
          .where('execution_id', 'is', null)
          .execute(),
        // A run says when it left the queue; until then it has none.
        db
          .selectFrom('executions')
          .select('started_at as created_at')
          .where('project_id', '=', projectId)
          .where('started_at', 'is not', null)
          .where('ended_at', 'is', null)
          .execute(),
      ]);
      return [...sessions, ...batches, ...runs].map((row) => row.created_at ?? 0);
    },
  };
}
