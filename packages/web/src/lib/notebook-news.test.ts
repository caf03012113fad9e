import type { NotebookNews, RecentNotebook } from '@emberlab/contract';
import { QueryClient } from '@tanstack/react-query';
import { describe, expect, it } from 'vitest';
import { recentNotebook } from '../test/app.tsx';
import { applyNotebookNews, withNews, type RecentPages } from './notebook-news.ts';
import { recentNotebooksQuery } from './queries.ts';

const at = (minute: number) => `2026-01-31T09:${minute}:00.000Z`;
const item = (id: string, minute: number): RecentNotebook => ({
  ...recentNotebook,
  id,
  path: `${id}.ipynb`,
  lastAt: at(minute),
});
const pages: RecentPages = {
  pages: [
    { items: [item('c', 30), item('b', 20)], next: 'more' },
    { items: [item('a', 10)], next: null },
  ],
  pageParams: [undefined, 'more'],
};
const news = (id: string, minute: number): NotebookNews => ({
  id,
  path: `${id}.ipynb`,
  lastAt: at(minute),
  executions: 9,
  mine: false,
});

describe('withNews', () => {
  it('changes what is known, and puts it in its place', () => {
    const next = withNews(pages, [news('a', 40)]);
    expect(next?.pages.map(({ items }) => items.map(({ id }) => id))).toEqual([['a', 'c'], ['b']]);
    expect(next?.pages[0]?.items[0]).toMatchObject({ lastAt: at(40), executions: 9 });
  });

  it('does not know what a new run and a renamed notebook look like', () => {
    expect(withNews(pages, [news('d', 40)])).toBeNull();
    expect(withNews(pages, [{ ...news('a', 40), path: 'renamed.ipynb' }])).toBeNull();
  });
});

describe('applyNotebookNews', () => {
  it("leaves the caller's own list alone when others run notebooks", () => {
    const client = new QueryClient();
    const mine = recentNotebooksQuery('demo', 'mine', '');
    const all = recentNotebooksQuery('demo', 'all', '');
    client.setQueryData(mine.queryKey, pages);
    client.setQueryData(all.queryKey, pages);
    const invalid = () => [mine, all].map(({ queryKey }) => client.getQueryState(queryKey)?.isInvalidated === true);
    applyNotebookNews(client, 'demo', [news('d', 40)]);
    expect(invalid()).toEqual([false, true]);
    applyNotebookNews(client, 'demo', null);
    expect(invalid()).toEqual([true, true]);
  });
});
