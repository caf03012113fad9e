import type { Environment, Revision } from '@emberlab/contract';
import type { Kysely } from 'kysely';
import type { Database } from '../../db/schema.ts';
import { toInstant, toInstantOrNull } from '../../lib/clock.ts';
import { newId } from '../../lib/ids.ts';
import type { ProcessIdentity } from '../../lib/process.ts';
import { next, type RevisionState } from './state.ts';

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
};

export type EnvironmentStore = ReturnType<typeof createEnvironmentStore>;

/** What a revision that waits for its turn shows. */
const waiting = 'Waiting for its turn';

/** SQL of environments and their revisions. */
export function createEnvironmentStore(db: Kysely<Database>) {
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
  });

  return {
    /** Makes the next revision of a project, unless one is being made, or `onlyFirst` and there is one. Answers whether it did. */
    insert: (projectId: string, now: number, options: { onlyFirst: boolean }): Promise<boolean> =>
      db.transaction().execute(async (tx) => {
        // Written first: two transactions that only read would both find nothing.
        await tx
          .insertInto('environments')
          .values({ project_id: projectId, current_revision_id: null })
          .onConflict((conflict) => conflict.column('project_id').doUpdateSet({ project_id: projectId }))
          .execute();
        const last = await tx
          .selectFrom('revisions')
          .select(['number', 'state'])
          .where('project_id', '=', projectId)
          .orderBy('number', 'desc')
          .limit(1)
          .executeTakeFirst();
        if (last !== undefined && (options.onlyFirst || last.state === 'building')) return false;
        await tx
          .insertInto('revisions')
          .values({
            id: newId(),
            project_id: projectId,
            number: (last?.number ?? 0) + 1,
            state: 'building',
            step: waiting,
            progress: 0,
            problem: null,
            python_version: null,
            packages: null,
            pid: null,
            start_ticks: null,
            created_at: now,
            ready_at: null,
          })
          .execute();
        return true;
      }),

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

    /** Those that are being made: the one with a process first, then the oldest. None of projects that are being deleted. */
    async building(): Promise<RevisionRecord[]> {
      const found = await inUse()
        .where('state', '=', 'building')
        .orderBy('revisions.created_at')
        .orderBy('revisions.id')
        .execute();
      return found.map(toRecord).toSorted((a, b) => Number(a.process === null) - Number(b.process === null));
    },

    /** What is being made of one project, whatever becomes of that. */
    async unfinished(projectId: string): Promise<RevisionRecord[]> {
      const found = await rows().where('state', '=', 'building').where('project_id', '=', projectId).execute();
      return found.map(toRecord);
    },

    async current(projectId: string): Promise<RevisionRecord | null> {
      const row = await rows()
        .innerJoin('environments', 'environments.current_revision_id', 'revisions.id')
        .where('environments.project_id', '=', projectId)
        .executeTakeFirst();
      return row === undefined ? null : toRecord(row);
    },

    async latest(projectId: string): Promise<RevisionRecord | null> {
      const row = await rows()
        .where('project_id', '=', projectId)
        .orderBy('number', 'desc')
        .limit(1)
        .executeTakeFirst();
      return row === undefined ? null : toRecord(row);
    },

    /** The last that became ready, of any project. */
    async newestReady(): Promise<RevisionRecord | null> {
      const row = await inUse().where('state', '=', 'ready').orderBy('ready_at', 'desc').limit(1).executeTakeFirst();
      return row === undefined ? null : toRecord(row);
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

    /** The revision is good: in the same transaction it becomes what new servers use. */
    finish: (
      revision: RevisionRecord,
      result: { pythonVersion: string; packages: number; now: number },
    ): Promise<void> =>
      db.transaction().execute(async (tx) => {
        const { pythonVersion, packages, now } = result;
        const state = next(revision.state, 'finish');
        await tx
          .updateTable('revisions')
          .set({
            state,
            step: null,
            progress: 1,
            python_version: pythonVersion,
            packages,
            pid: null,
            start_ticks: null,
            ready_at: now,
          })
          .where('id', '=', revision.id)
          .execute();
        await tx
          .updateTable('environments')
          .set({ current_revision_id: revision.id })
          .where('project_id', '=', revision.projectId)
          .execute();
      }),

    async fail(revision: RevisionRecord, problem: string): Promise<void> {
      await db
        .updateTable('revisions')
        .set({ state: next(revision.state, 'fail'), step: null, problem, pid: null, start_ticks: null })
        .where('id', '=', revision.id)
        .execute();
    },
  };
}

const presentRevision = (record: RevisionRecord): Revision => ({
  id: record.id,
  number: record.number,
  state: record.state,
  step: record.step,
  progress: record.progress,
  problem: record.problem,
  pythonVersion: record.pythonVersion,
  packages: record.packages,
  createdAt: toInstant(record.createdAt),
  readyAt: toInstantOrNull(record.readyAt),
});

/** An environment as the contract has it. */
export const presentEnvironment = (current: RevisionRecord | null, latest: RevisionRecord | null): Environment => ({
  current: current === null ? null : presentRevision(current),
  latest: latest === null ? null : presentRevision(latest),
});
