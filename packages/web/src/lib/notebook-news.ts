import type { NotebookNews, RecentNotebook } from '@emberlab/contract';
import type { InfiniteData, QueryClient } from '@tanstack/react-query';
import { keys } from './queries.ts';

export type RecentPages = InfiniteData<{ items: RecentNotebook[]; next: string | null }, string | undefined>;

/**
 * The pages with what has changed of runs that are on them, in order again; null when one of `runs` is on none, so that the list has to be asked for. A
 * cell after the other in a long notebook then costs no request.
 */
export function withNews(pages: RecentPages, runs: readonly NotebookNews[]): RecentPages | null {
  const known = new Map(pages.pages.flatMap(({ items }) => items).map((item) => [item.id, item]));
  for (const news of runs) {
    const item = known.get(news.id);
    if (item === undefined || item.path !== news.path) return null;
    known.set(news.id, { ...item, lastAt: news.lastAt, executions: news.executions });
  }
  const sorted = [...known.values()].toSorted((a, b) => b.lastAt.localeCompare(a.lastAt) || b.id.localeCompare(a.id));
  let at = 0;
  return {
    ...pages,
    pages: pages.pages.map((page) => {
      const items = sorted.slice(at, at + page.items.length);
      at += page.items.length;
      return { ...page, items };
    }),
  };
}

/** Brings the lists of notebooks that are shown up to date; `runs` null: anything may have changed. */
export function applyNotebookNews(client: QueryClient, project: string, runs: readonly NotebookNews[] | null): void {
  if (runs === null) {
    void client.invalidateQueries({ queryKey: keys.notebooks(project) });
    return;
  }
  for (const whose of ['mine', 'all'] as const) {
    const about = whose === 'mine' ? runs.filter(({ mine }) => mine) : runs;
    if (about.length === 0) continue;
    const lists = client.getQueriesData<RecentPages>({ queryKey: keys.recentNotebooksOf(project, whose) });
    for (const [queryKey, pages] of lists) {
      const next = pages === undefined ? null : withNews(pages, about);
      if (next === null) void client.invalidateQueries({ queryKey, exact: true });
      else client.setQueryData(queryKey, next);
    }
  }
  for (const path of new Set(runs.map((run) => run.path))) {
    void client.invalidateQueries({ queryKey: keys.notebookRuns(project, path) });
  }
}
