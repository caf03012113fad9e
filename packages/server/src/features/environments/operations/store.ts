import type { LibraryChange, OperationKind, OperationState } from '@emberlab/contract';
import type { Kysely, Transaction } from 'kysely';
import { z } from 'zod';
import type { Database } from '../../../db/schema.ts';
import { inTransaction } from '../../../db/transaction.ts';
import { newId } from '../../../lib/ids.ts';
import { next, nextOperation } from '../state.ts';
import { asked, change, titleOf, type Asked, type Change } from './change.ts';

/** A change of a project's environment. Times are ms since the epoch. */
export type OperationRecord = {
  readonly id: string;
  readonly projectId: string;
  /** their order in the project */
  readonly number: number;
  readonly kind: OperationKind;
  readonly state: OperationState;
  readonly title: string;
  readonly by: string | null;
  readonly change: Change;
  /** what people will have asked for after it; null: it has not begun */
  readonly asked: readonly Asked[] | null;
  readonly revisionId: string | null;
  readonly makesRevision: boolean;
  readonly cancelWanted: boolean;
  readonly problem: string | null;
  readonly changes: readonly LibraryChange[] | null;
  readonly conflicts: number | null;
  readonly createdAt: number;
  readonly startedAt: number | null;
  readonly endedAt: number | null;
};

export type OperationStore = ReturnType<typeof createOperationStore>;

/** What a revision that waits for its turn shows. */
const waiting = 'Waiting for its turn';
const unfinished: readonly OperationState[] = ['queued', 'running'];

/** SQL of the changes of environments. */
export function createOperationStore(db: Kysely<Database>) {
  const rows = () => db.selectFrom('environment_operations').selectAll('environment_operations');
  type Row = Awaited<ReturnType<ReturnType<typeof rows>['executeTakeFirstOrThrow']>>;
  const toRecord = (row: Row): OperationRecord => ({
    id: row.id,
    projectId: row.project_id,
    number: row.number,
    kind: row.kind,
    state: row.state,
    title: row.title,
    by: row.by_email,
    change: change.parse(JSON.parse(row.change_json)),
    asked: row.asked_json === null ? null : z.array(asked).parse(JSON.parse(row.asked_json)),
    revisionId: row.revision_id,
    makesRevision: row.makes_revision === 1,
    cancelWanted: row.cancel_wanted === 1,
    problem: row.problem,
    changes: row.changes_json === null ? null : (JSON.parse(row.changes_json) as LibraryChange[]),
    conflicts: row.conflicts,
    createdAt: row.created_at,
    startedAt: row.started_at,
    endedAt: row.ended_at,
  });

  const end = async (
    tx: Transaction<Database>,
    operation: OperationRecord,
    how: { event: 'fail' | 'cancel'; problem: string; now: number },
  ): Promise<void> => {
    const problem = how.event === 'cancel' ? null : how.problem;
    await tx
      .updateTable('environment_operations')
      .set({ state: nextOperation(operation.state, how.event), problem, ended_at: how.now })
      .where('id', '=', operation.id)
      .execute();
    if (!operation.makesRevision || operation.revisionId === null) return;
    await tx
      .updateTable('revisions')
      .set({ state: next('building', 'fail'), step: null, problem: how.problem, pid: null, start_ticks: null })
      .where('id', '=', operation.revisionId)
      .execute();
  };

  return {
    /**
     * Puts a change at the end of its project's queue. `unless`: nothing is done while one is `pending`, or when there has been `any`. Null: nothing was
     * done. `restores`: the revision that it goes back to, where nothing has to be made for that.
     */
    insert: (wanted: {
      projectId: string;
      change: Change;
      by: string | null;
      now: number;
      unless?: 'pending' | 'any';
      restores?: string;
    }): Promise<string | null> =>
      inTransaction(db, async (tx) => {
        const { projectId, now, restores } = wanted;
        // Written first: two transactions that only read would both find nothing.
        await tx
          .insertInto('environments')
          .values({ project_id: projectId, current_revision_id: null })
          .onConflict((conflict) => conflict.column('project_id').doUpdateSet({ project_id: projectId }))
          .execute();
        const ofProject = (table: 'revisions' | 'environment_operations') =>
          tx
            .selectFrom(table)
            .select((e) => e.fn.max('number').as('number'))
            .where('project_id', '=', projectId);
        const lastRevision = (await ofProject('revisions').executeTakeFirst())?.number ?? null;
        const lastNumber = (await ofProject('environment_operations').executeTakeFirst())?.number ?? null;
        const pending = await tx
          .selectFrom('environment_operations')
          .select('id')
          .where('project_id', '=', projectId)
          .where('state', 'in', [...unfinished])
          .executeTakeFirst();
        if (wanted.unless === 'any' && lastRevision !== null) return null;
        if (wanted.unless !== undefined && pending !== undefined) return null;
        let revisionId = restores ?? null;
        if (restores === undefined) {
          revisionId = newId();
          await tx
            .insertInto('revisions')
            .values({
              id: revisionId,
              project_id: projectId,
              number: (lastRevision ?? 0) + 1,
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
        }
        const id = newId();
        await tx
          .insertInto('environment_operations')
          .values({
            id,
            project_id: projectId,
            number: (lastNumber ?? 0) + 1,
            kind: wanted.change.kind,
            state: 'queued',
            title: titleOf(wanted.change),
            by_email: wanted.by,
            change_json: JSON.stringify(wanted.change),
            asked_json: null,
            revision_id: revisionId,
            makes_revision: restores === undefined ? 1 : 0,
            problem: null,
            changes_json: null,
            conflicts: null,
            created_at: now,
            started_at: null,
            ended_at: null,
          })
          .execute();
        return id;
      }),

    async byId(projectId: string, id: string): Promise<OperationRecord | null> {
      const row = await rows().where('project_id', '=', projectId).where('id', '=', id).executeTakeFirst();
      return row === undefined ? null : toRecord(row);
    },

    /** The change that makes a revision. */
    async making(revisionId: string): Promise<OperationRecord | null> {
      const row = await rows().where('revision_id', '=', revisionId).where('makes_revision', '=', 1).executeTakeFirst();
      return row === undefined ? null : toRecord(row);
    },

    /** Those of a project, the newest first; from one on, if that is named. */
    async list(projectId: string, page: { from?: string | undefined; limit: number }): Promise<OperationRecord[]> {
      const from = page.from === undefined ? null : await this.byId(projectId, page.from);
      const found = await rows()
        .where('project_id', '=', projectId)
        .$if(from !== null, (query) => query.where('number', '<=', from?.number ?? 0))
        .orderBy('number', 'desc')
        .limit(page.limit)
        .execute();
      return found.map(toRecord);
    },

    /** Those of a project that have succeeded, in their order. */
    async succeeded(projectId: string): Promise<OperationRecord[]> {
      const found = await rows()
        .where('project_id', '=', projectId)
        .where('state', '=', 'succeeded')
        .orderBy('ended_at')
        .orderBy('number')
        .execute();
      return found.map(toRecord);
    },

    /** What waits or is being made in a project, in its order, whatever becomes of the project. */
    async pending(projectId: string): Promise<OperationRecord[]> {
      const found = await rows()
        .where('project_id', '=', projectId)
        .where('state', 'in', [...unfinished])
        .orderBy('number')
        .execute();
      return found.map(toRecord);
    },

    /** The next of each project, the oldest first. None of projects that are being deleted. */
    async heads(): Promise<OperationRecord[]> {
      const found = await rows()
        .innerJoin('projects', 'projects.id', 'environment_operations.project_id')
        .where('projects.deleting_at', 'is', null)
        .where('state', 'in', [...unfinished])
        .orderBy('environment_operations.created_at')
        .orderBy('number')
        .execute();
      const heads = new Map<string, OperationRecord>();
      for (const record of found.map(toRecord)) {
        const head = heads.get(record.projectId);
        if (head === undefined || head.number > record.number) heads.set(record.projectId, record);
      }
      return [...heads.values()];
    },

    /** The revision that the oldest unfinished change makes, or the last that wasn't cancelled; null: there is none. */
    async lastOf(projectId: string): Promise<string | null> {
      const [first] = await this.pending(projectId);
      if (first !== undefined) return first.revisionId;
      const row = await db
        .selectFrom('environment_operations')
        .select('revision_id')
        .where('project_id', '=', projectId)
        .where('state', 'in', ['succeeded', 'failed'])
        .orderBy('number', 'desc')
        .limit(1)
        .executeTakeFirst();
      return row?.revision_id ?? null;
    },

    async begin(operation: OperationRecord, wanted: { asked: readonly Asked[]; now: number }): Promise<void> {
      await db
        .updateTable('environment_operations')
        .set({
          state: nextOperation(operation.state, 'begin'),
          asked_json: JSON.stringify(wanted.asked),
          started_at: wanted.now,
        })
        .where('id', '=', operation.id)
        .execute();
    },

    /** It is good: in the same transaction its revision becomes what new servers use. */
    finish: (
      operation: OperationRecord,
      result: {
        made: { pythonVersion: string; packages: number; asked: readonly Asked[] } | null;
        changes: readonly LibraryChange[];
        conflicts: number;
        now: number;
      },
    ): Promise<void> =>
      inTransaction(db, async (tx) => {
        const { made, now } = result;
        await tx
          .updateTable('environment_operations')
          .set({
            state: nextOperation(operation.state, 'finish'),
            changes_json: JSON.stringify(result.changes),
            conflicts: result.conflicts,
            ended_at: now,
          })
          .where('id', '=', operation.id)
          .execute();
        const { revisionId } = operation;
        if (made !== null && revisionId !== null) {
          await tx
            .updateTable('revisions')
            .set({
              state: next('building', 'finish'),
              step: null,
              progress: 1,
              python_version: made.pythonVersion,
              packages: made.packages,
              pid: null,
              start_ticks: null,
              ready_at: now,
            })
            .where('id', '=', revisionId)
            .execute();
          const asks = made.asked.map((one) => ({ revision_id: revisionId, ...one }));
          if (asks.length > 0) await tx.insertInto('revision_requests').values(asks).execute();
        }
        await tx
          .updateTable('environments')
          .set({ current_revision_id: revisionId })
          .where('project_id', '=', operation.projectId)
          .execute();
      }),

    fail: (operation: OperationRecord, problem: string, now: number): Promise<void> =>
      inTransaction(db, (tx) => end(tx, operation, { event: 'fail', problem, now })),

    cancel: (operation: OperationRecord, now: number): Promise<void> =>
      inTransaction(db, (tx) => end(tx, operation, { event: 'cancel', problem: 'It was cancelled.', now })),

    /** Notes that somebody wants it to end. */
    async wantCancel(id: string): Promise<void> {
      await db.updateTable('environment_operations').set({ cancel_wanted: 1 }).where('id', '=', id).execute();
    },
  };
}
