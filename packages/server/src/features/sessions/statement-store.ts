import { sql, type Kysely, type Selectable, type Updateable } from 'kysely';
import { prepareQuery, prepareUpdate, type ParametersOf } from '../../db/prepared.ts';
import type { Database } from '../../db/schema.ts';
import type { StatementsTable } from '../../db/schema/sessions.ts';
import { maxListLength } from './limits.ts';
import type { Statement, StatementKind, StatementOutput } from './model.ts';
import { vanishing, type StatementState } from './state.ts';

export type StatementProgress = Pick<Statement, 'kind' | 'state' | 'progress'>;

export type NewStatement = {
  readonly sessionId: number;
  readonly code: string;
  readonly kind: StatementKind;
  readonly idempotencyKey: string | null;
  readonly now: number;
};

export type StatementStore = ReturnType<typeof createStatementStore>;

const unfinished = ['waiting', 'running', 'cancelling'] as const satisfies readonly StatementState[];

/** The rows of statements: their code until they have ended, their outputs until their session leaves Livy's list. */
export function createStatementStore(db: Kysely<Database>) {
  type Key = { sessionId: number; id: number };
  const next = prepareQuery(db, (parameter: ParametersOf<NewStatement>) =>
    db
      .insertInto('statements')
      .values((values) => ({
        session_id: parameter('sessionId'),
        id: values
          .selectFrom('statements as earlier')
          .where('earlier.session_id', '=', parameter('sessionId'))
          .select(sql<number>`coalesce(max(earlier.id), -1) + 1`.as('next')),
        code: parameter('code'),
        kind: parameter('kind'),
        state: 'waiting',
        output_json: null,
        progress: 0,
        created_at: parameter('now'),
        started_at: 0,
        completed_at: 0,
        idempotency_key: parameter('idempotencyKey'),
      }))
      .returningAll(),
  );
  const byId = prepareQuery(db, (parameter: ParametersOf<Key>) =>
    db
      .selectFrom('statements')
      .selectAll()
      .where('session_id', '=', parameter('sessionId'))
      .where('id', '=', parameter('id')),
  );
  const progressById = prepareQuery(db, (parameter: ParametersOf<Key>) =>
    db
      .selectFrom('statements')
      .select(['kind', 'state', 'progress'])
      .where('session_id', '=', parameter('sessionId'))
      .where('id', '=', parameter('id')),
  );
  const unfinishedOf = prepareQuery(db, (parameter: ParametersOf<{ sessionId: number }>) =>
    db
      .selectFrom('statements')
      .select((e) => [
        e.fn.countAll<number>().as('count'),
        sql<number>`coalesce(sum(length(code)), 0)`.as('characters'),
      ])
      .where('session_id', '=', parameter('sessionId'))
      .where('state', 'in', unfinished),
  );
  const updateById = prepareUpdate(db, (change: Updateable<StatementsTable>, key: ParametersOf<Key>) =>
    db.updateTable('statements').set(change).where('session_id', '=', key('sessionId')).where('id', '=', key('id')),
  );

  return {
    /** Writes a statement down, with the next number of its session; callers of one session must not overlap. */
    async insert(statement: NewStatement): Promise<Statement> {
      const [row] = await next(statement);
      if (row === undefined) throw new Error('the statement was not inserted');
      return toStatement(row);
    },

    async find(sessionId: number, id: number): Promise<Statement | null> {
      const [row] = await byId({ sessionId, id });
      return row === undefined ? null : toStatement(row);
    },

    /** How far a statement is, without its code and its output, which may be large. */
    async findProgress(sessionId: number, id: number): Promise<StatementProgress | null> {
      const [row] = await progressById({ sessionId, id });
      return row === undefined ? null : { ...row, kind: row.kind as StatementKind };
    },

    /** The one that a request with this key has made. */
    async findByKey(sessionId: number, idempotencyKey: string): Promise<Statement | null> {
      const row = await db
        .selectFrom('statements')
        .selectAll()
        .where('session_id', '=', sessionId)
        .where('idempotency_key', '=', idempotencyKey)
        .executeTakeFirst();
      return row === undefined ? null : toStatement(row);
    },

    async count(sessionId: number): Promise<number> {
      const { count } = await db
        .selectFrom('statements')
        .select((select) => select.fn.countAll<number | string>().as('count'))
        .where('session_id', '=', sessionId)
        .executeTakeFirstOrThrow();
      return Number(count);
    },

    /** A page of a session's statements. One that would be larger than our memory should hold ends early, but has one at least. */
    async list(
      sessionId: number,
      page: { from: number; size: number | null; newestFirst: boolean },
    ): Promise<Statement[]> {
      const inOrder = () =>
        db
          .selectFrom('statements')
          .where('session_id', '=', sessionId)
          .orderBy('id', page.newestFirst ? 'desc' : 'asc')
          .offset(page.from);
      const lengths = await inOrder()
        .select(sql<number>`length(code) + coalesce(length(output_json), 0)`.as('length'))
        // SQLite has no OFFSET without LIMIT
        .limit(page.size ?? 2 ** 31 - 1)
        .execute();
      let total = 0;
      let count = 0;
      for (const { length } of lengths) {
        total += length;
        if (count > 0 && total > maxListLength) break;
        count++;
      }
      return (await inOrder().selectAll().limit(count).execute()).map(toStatement);
    },

    /** How many statements of a session have not ended, and how long their code is together, in characters. */
    async backlog(sessionId: number): Promise<{ count: number; characters: number }> {
      const [row] = await unfinishedOf({ sessionId });
      return row ?? { count: 0, characters: 0 };
    },

    /** When statements ran, as far as they are kept and have begun; `completedAt` is 0 for the one that runs. */
    async listRuns(sessionId: number): Promise<Pick<Statement, 'id' | 'startedAt' | 'completedAt'>[]> {
      const rows = await db
        .selectFrom('statements')
        .select(['id', 'started_at', 'completed_at'])
        .where('session_id', '=', sessionId)
        .where('started_at', '>', 0)
        .orderBy('id')
        .execute();
      return rows.map((row) => ({ id: row.id, startedAt: row.started_at, completedAt: row.completed_at }));
    },

    /** Those that have not ended, in the order in which they run. */
    async listUnfinished(sessionId: number): Promise<Statement[]> {
      const rows = await db
        .selectFrom('statements')
        .selectAll()
        .where('session_id', '=', sessionId)
        .where('state', 'in', unfinished)
        .orderBy('id')
        .execute();
      return rows.map(toStatement);
    },

    async update(
      { sessionId, id }: { sessionId: number; id: number },
      change: {
        state: StatementState;
        output?: StatementOutput | null;
        progress?: number;
        startedAt?: number;
        completedAt?: number;
      },
    ): Promise<void> {
      await updateById(
        { sessionId, id },
        {
          state: change.state,
          ...(change.output === undefined
            ? {}
            : { output_json: change.output === null ? null : JSON.stringify(change.output) }),
          ...(change.progress === undefined ? {} : { progress: change.progress }),
          ...(change.startedAt === undefined ? {} : { started_at: change.startedAt }),
          ...(change.completedAt === undefined ? {} : { completed_at: change.completedAt }),
        },
      );
    },

    /** Notes the progress of a statement that has not ended; it never falls. */
    async progress(sessionId: number, id: number, progress: number): Promise<void> {
      await db
        .updateTable('statements')
        .set({ progress })
        .where('session_id', '=', sessionId)
        .where('id', '=', id)
        .where('state', 'in', unfinished)
        .where('progress', '<', progress)
        .execute();
    },

    /** Removes ended statements of a session up to an id. */
    async removeUpTo(sessionId: number, id: number): Promise<void> {
      await db
        .deleteFrom('statements')
        .where('session_id', '=', sessionId)
        .where('id', '<=', id)
        .where('state', 'not in', unfinished)
        .execute();
    },

    /** Removes the statements of sessions that no client finds any more. */
    async removeUnlisted(endedBefore: number): Promise<void> {
      await db
        .deleteFrom('statements')
        .where('session_id', 'in', (where) =>
          where
            .selectFrom('sessions')
            .select('id')
            .where('ended_at', 'is not', null)
            .where((or) => or.or([or('ended_at', '<=', endedBefore), or('stop_reason', 'in', vanishing)])),
        )
        .execute();
    },
  };
}

function toStatement(row: Selectable<StatementsTable>): Statement {
  return {
    sessionId: row.session_id,
    id: row.id,
    code: row.code,
    kind: row.kind as StatementKind,
    state: row.state,
    output: row.output_json === null ? null : (JSON.parse(row.output_json) as StatementOutput),
    progress: row.progress,
    startedAt: row.started_at,
    completedAt: row.completed_at,
  };
}
