import {
  configurationShape,
  notebookPath,
  type Configuration,
  type NotebookNews,
  type NotebookRun,
  type RecentNotebook,
} from '@emberlab/contract';
import { HttpError } from '../../http/errors.ts';
import type { ProjectBus, ProjectSnapshot } from '../../http/project-events.ts';
import { toInstant, type Clock } from '../../lib/clock.ts';
import { newId } from '../../lib/ids.ts';
import { isFileIn } from '../files/index.ts';
import { withoutSecrets } from './secrets.ts';
import type { NotebookStore, RunCursor, RunFilter, RunRecord } from './store.ts';

/** What the notebooks feature is built from. */
export type NotebooksDeps = {
  readonly clock: Clock;
  readonly config: { readonly notebookRunsKept: number };
  readonly bus: ProjectBus;
  readonly projects: { nameOf(projectId: string): Promise<string | null>; folderOf(name: string): string };
  /** Whether a path of a project, by its name, is a file in it. Default: in its folder. */
  readonly isFile?: (projectName: string, path: string) => Promise<boolean>;
};

/** Which page of which runs is asked for. */
export type ListQuery = {
  readonly whose: 'mine' | 'all';
  readonly cursor?: string | undefined;
  readonly limit: number;
};
/** A member in a project. */
type Whose = { readonly projectId: string; readonly userId: string };

/** A run as the Jupyter server of a member reports it: users' code may have written every field of it. */
export type SeenRun = {
  /** the process of the kernel */
  readonly id: string;
  readonly path: string;
  readonly kernel: string;
  readonly firstAt: number;
  readonly lastAt: number;
  readonly executions: number;
};

export type NotebookService = ReturnType<typeof createNotebookService>;

/** Which notebooks have run, with which configuration. */
export function createNotebookService(deps: NotebooksDeps & { store: NotebookStore }) {
  const { store, clock, bus } = deps;
  const isFile = deps.isFile ?? ((name: string, path: string) => isFileIn(deps.projects.folderOf(name), path));

  /** Whether a notebook is in the project's folder; the folder is asked for once. */
  async function lookInto(projectId: string): Promise<(path: string) => Promise<boolean>> {
    const name = await deps.projects.nameOf(projectId);
    return async (path) => name !== null && isFile(name, path);
  }

  /** A notebook has another path: what ran before under the old one goes with it, unless there still is such a notebook. */
  async function follow(projectId: string, from: string, to: string): Promise<void> {
    const isThere = await lookInto(projectId);
    if (!(await isThere(from)) && (await isThere(to))) await store.move(projectId, from, to);
  }

  const filterOf = ({ projectId, userId }: Whose, query: ListQuery): RunFilter => ({
    projectId,
    userId: query.whose === 'mine' ? userId : null,
  });

  return {
    /** Writes down what a server says of its notebooks, and tells the project. What can't be, and what is known, is left out. */
    async note(server: Whose & { readonly id: string; readonly createdAt: number }, seen: readonly SeenRun[]) {
      const { id: serverId, projectId, userId, createdAt } = server;
      const now = clock.now();
      const within = (time: number, from: number) => Math.min(now, Math.max(from, time));
      const known = await store.ofServer(
        serverId,
        seen.map((run) => run.id),
      );
      const news: Omit<NotebookNews, 'mine'>[] = [];
      let isNew = false;
      for (const run of seen) {
        const path = notebookPath.safeParse(run.path).data;
        const before = known.get(run.id);
        if (path === undefined || (before?.path === path && before.executions >= run.executions)) continue;
        const firstAt = within(run.firstAt, createdAt);
        const lastAt = within(run.lastAt, firstAt);
        const { id: process, kernel, executions } = run;
        const row = { id: newId(), projectId, userId, serverId, process, path, kernel, executions, firstAt, lastAt };
        const id = await store.put(row);
        if (before === undefined) isNew = true;
        else if (before.path !== path) await follow(projectId, before.path, path);
        news.push({ id, path, lastAt: toInstant(lastAt), executions });
      }
      if (news.length === 0) return;
      if (isNew) await store.prune(projectId, userId, deps.config.notebookRunsKept);
      bus.publish({
        projectId,
        users: [userId],
        present: (viewer) => ({
          type: 'notebooks',
          runs: news.map((one) => ({ ...one, mine: viewer.userId === userId })),
        }),
      });
    },

    /** Notebooks by their last runs. */
    async recent(whose: Whose, query: ListQuery & { readonly search?: string | undefined }) {
      const filter = { ...filterOf(whose, query), search: query.search };
      const { items, next } = await pageOf(query, (page) => store.recent(filter, page));
      const isThere = await lookInto(whose.projectId);
      const present = async (record: (typeof items)[number]): Promise<RecentNotebook> => ({
        ...presentRun(record, whose.userId),
        runs: record.runs,
        missing: !(await isThere(record.path)),
      });
      return { items: await Promise.all(items.map(present)), next };
    },

    /** The runs of one notebook. */
    async runs(whose: Whose, query: ListQuery & { readonly path: string }) {
      const filter = { ...filterOf(whose, query), path: query.path };
      const { items, next } = await pageOf(query, (page) => store.runs(filter, page));
      return { items: items.map((record) => presentRun(record, whose.userId)), next };
    },

    /**
     * The configuration with which a notebook ran last, or in one of its runs, as this member may use it. Throws `not_found` where there is none,
     * `notebook_missing` where the notebook isn't.
     */
    async configurationOf(
      { projectId, userId }: Whose,
      notebook: { path: string; run?: string | undefined },
    ): Promise<Configuration> {
      const { path } = notebook;
      const record =
        notebook.run === undefined
          ? (await store.runs({ projectId, userId: null, path }, { after: null, limit: 1 }))[0]
          : await store.find(projectId, notebook.run);
      if (record === undefined || record === null || record.path !== path) {
        throw new HttpError('not_found', { message: 'No such run of this notebook is known.' });
      }
      if (!(await (await lookInto(projectId))(path))) throw new HttpError('notebook_missing');
      const configuration = configurationFor(record, userId);
      if (configuration === null) {
        throw new HttpError('not_found', {
          message: 'This run had a configuration that can’t be used any more. Please start Jupyter with another one.',
        });
      }
      return configuration;
    },

    /** The beginning of an event stream: who shows a list is to ask for it, for it may have changed meanwhile. */
    snapshot: (async () => [{ type: 'notebooks', runs: null }]) satisfies ProjectSnapshot,
  };
}

/** The configuration of a run as a member may see and use it: somebody else's without what may be a secret. */
function configurationFor(record: RunRecord, viewerId: string): Configuration | null {
  const stored = configurationShape.safeParse(JSON.parse(record.configurationJson)).data ?? null;
  return stored === null || record.owner.id === viewerId ? stored : withoutSecrets(stored);
}

const presentRun = (record: RunRecord, viewerId: string): NotebookRun => ({
  id: record.id,
  path: record.path,
  kernel: record.kernel,
  firstAt: toInstant(record.firstAt),
  lastAt: toInstant(record.lastAt),
  executions: record.executions,
  owner: { email: record.owner.email, name: record.owner.name },
  mine: record.owner.id === viewerId,
  configuration: configurationFor(record, viewerId),
});

/** Reads one page, and one run more to know whether there is another. */
async function pageOf<T extends RunCursor>(
  { cursor, limit }: Pick<ListQuery, 'cursor' | 'limit'>,
  read: (page: { after: RunCursor | null; limit: number }) => Promise<T[]>,
): Promise<{ items: T[]; next: string | null }> {
  const found = await read({ after: cursor === undefined ? null : readCursor(cursor), limit: limit + 1 });
  const items = found.slice(0, limit);
  const last = items.at(-1);
  return { items, next: found.length > limit && last !== undefined ? `${last.lastAt}-${last.id}` : null };
}

function readCursor(cursor: string): RunCursor {
  const [, lastAt, id] = /^(\d{1,15})-([a-z0-9]{8,40})$/.exec(cursor) ?? [];
  if (lastAt === undefined || id === undefined) {
    throw new HttpError('bad_request', { message: 'The cursor is none that a list has answered.' });
  }
  return { lastAt: Number(lastAt), id };
}
