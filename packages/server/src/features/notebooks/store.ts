import { sql, type ExpressionBuilder, type Kysely } from 'kysely';
import type { Database } from '../../db/schema.ts';
import { hasText } from '../../db/search.ts';

/** A run of a notebook, with the member who ran it. Times are ms since the epoch. */
export type RunRecord = {
  readonly id: string;
  readonly path: string;
  readonly kernel: string;
  readonly executions: number;
  readonly firstAt: number;
  readonly lastAt: number;
  readonly owner: { readonly id: string; readonly email: string; readonly name: string };
  /** of the server in which it ran, as that was stored: it may be of an earlier version of Emberlab */
  readonly configurationJson: string;
};

/** Which runs a list has: of a project, of one member of it, of one path, of paths that contain a text. */
export type RunFilter = {
  readonly projectId: string;
  readonly userId: string | null;
  readonly path?: string;
  readonly search?: string | undefined;
};

/** Where a page of a list begins: behind this run. */
export type RunCursor = { readonly lastAt: number; readonly id: string };
export type Page = { readonly after: RunCursor | null; readonly limit: number };

export type NotebookStore = ReturnType<typeof createNotebookStore>;

/** SQL of the runs of notebooks. */
export function createNotebookStore(db: Kysely<Database>) {
  const rows = (filter: RunFilter, { after, limit }: Page) =>
    db
      .selectFrom('notebook_runs as run')
      .innerJoin('users', 'users.id', 'run.user_id')
      .innerJoin('servers', 'servers.id', 'run.server_id')
      .selectAll('run')
      .select(['users.email', 'users.name', 'servers.configuration_json'])
      .where('run.project_id', '=', filter.projectId)
      .$if(filter.userId !== null, (query) => query.where('run.user_id', '=', filter.userId ?? ''))
      .$if(filter.path !== undefined, (query) => query.where('run.path', '=', filter.path ?? ''))
      .$if((filter.search ?? '') !== '', (query) => query.where(hasText(['run.path'], filter.search ?? '')))
      .$if(after !== null, (query) =>
        query.where((e) =>
          e.or([
            e('run.last_at', '<', after?.lastAt ?? 0),
            e.and([e('run.last_at', '=', after?.lastAt ?? 0), e('run.id', '<', after?.id ?? '')]),
          ]),
        ),
      )
      .orderBy('run.last_at', 'desc')
      .orderBy('run.id', 'desc')
      .limit(limit);
  type Row = Awaited<ReturnType<ReturnType<typeof rows>['executeTakeFirstOrThrow']>>;
  const toRecord = (row: Row): RunRecord => ({
    id: row.id,
    path: row.path,
    kernel: row.kernel,
    executions: row.executions,
    firstAt: row.first_at,
    lastAt: row.last_at,
    owner: { id: row.user_id, email: row.email, name: row.name },
    configurationJson: row.configuration_json,
  });

  return {
    /** Runs, the newest first. */
    async runs(filter: RunFilter, page: Page): Promise<RunRecord[]> {
      return (await rows(filter, page).execute()).map(toRecord);
    },

    /** For each path its last run, and how many there are; the newest first. */
    async recent(filter: RunFilter, page: Page): Promise<(RunRecord & { runs: number })[]> {
      /** other runs of the same notebook, as far as the list has them */
      const others = (e: ExpressionBuilder<Database & { run: Database['notebook_runs'] }, 'run'>) =>
        e
          .selectFrom('notebook_runs as other')
          .whereRef('other.project_id', '=', 'run.project_id')
          .whereRef('other.path', '=', 'run.path')
          .$if(filter.userId !== null, (query) => query.where('other.user_id', '=', filter.userId ?? ''));
      const found = await rows(filter, page)
        .select((e) =>
          others(e)
            .select((other) => other.fn.countAll<number>().as('n'))
            .as('runs'),
        )
        .where((e) =>
          e.not(
            e.exists(
              others(e)
                .select('other.id')
                .where((other) =>
                  other.or([
                    other('other.last_at', '>', other.ref('run.last_at')),
                    other.and([
                      other('other.last_at', '=', other.ref('run.last_at')),
                      other('other.id', '>', other.ref('run.id')),
                    ]),
                  ]),
                ),
            ),
          ),
        )
        .execute();
      return found.map((row) => ({ ...toRecord(row), runs: row.runs ?? 0 }));
    },

    async find(projectId: string, id: string): Promise<RunRecord | null> {
      const row = await rows({ projectId, userId: null }, { after: null, limit: 1 })
        .where('run.id', '=', id)
        .executeTakeFirst();
      return row === undefined ? null : toRecord(row);
    },

    /** What is known of processes of a server's kernels, by their names. */
    async ofServer(
      serverId: string,
      processes: readonly string[],
    ): Promise<Map<string, { path: string; executions: number }>> {
      if (processes.length === 0) return new Map();
      const found = await db
        .selectFrom('notebook_runs')
        .select(['process', 'path', 'executions'])
        .where('server_id', '=', serverId)
        .where('process', 'in', processes)
        .execute();
      return new Map(found.map(({ process, path, executions }) => [process, { path, executions }]));
    },

    /** Writes a run down, or what has changed of it: a later time and a higher number count. Answers its id. */
    async put(run: {
      id: string;
      projectId: string;
      userId: string;
      serverId: string;
      process: string;
      path: string;
      kernel: string;
      executions: number;
      firstAt: number;
      lastAt: number;
    }): Promise<string> {
      const later = (column: 'executions' | 'last_at') =>
        sql<number>`case when excluded.${sql.ref(column)} > notebook_runs.${sql.ref(column)}
          then excluded.${sql.ref(column)} else notebook_runs.${sql.ref(column)} end`;
      const { id } = await db
        .insertInto('notebook_runs')
        .values({
          id: run.id,
          project_id: run.projectId,
          user_id: run.userId,
          server_id: run.serverId,
          process: run.process,
          path: run.path,
          kernel: run.kernel,
          executions: run.executions,
          first_at: run.firstAt,
          last_at: run.lastAt,
        })
        .onConflict((conflict) =>
          conflict.columns(['server_id', 'process']).doUpdateSet({
            path: run.path,
            executions: later('executions'),
            last_at: later('last_at'),
          }),
        )
        .returning('id')
        .executeTakeFirstOrThrow();
      return id;
    },

    /** All runs of a notebook go with it to another path. */
    async move(projectId: string, from: string, to: string): Promise<void> {
      await db
        .updateTable('notebook_runs')
        .set({ path: to })
        .where('project_id', '=', projectId)
        .where('path', '=', from)
        .execute();
    },

    /** Forgets the runs of a member in a project beyond the newest `keep`. */
    async prune(projectId: string, userId: string, keep: number): Promise<void> {
      await db
        .deleteFrom('notebook_runs')
        .where('id', 'in', (e) =>
          e
            .selectFrom('notebook_runs')
            .select('id')
            .where('project_id', '=', projectId)
            .where('user_id', '=', userId)
            .orderBy('last_at', 'desc')
            .orderBy('id', 'desc')
            .limit(1_000_000)
            .offset(keep),
        )
        .execute();
    },
  };
}
