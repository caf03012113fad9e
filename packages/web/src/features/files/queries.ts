import { infiniteQueryOptions, queryOptions } from '@tanstack/react-query';
import { api } from '../../lib/api.ts';
import { keys } from '../../lib/queries.ts';
import type { FileSearch } from './file-search.ts';

/** A folder as the page shows it. */
export const folderQuery = (project: string, { path, q, sort, reverse, hidden }: FileSearch) => {
  const asked = {
    path: path ?? '',
    find: q,
    sort,
    reverse: reverse === true ? ('1' as const) : undefined,
    all: hidden === true ? ('1' as const) : undefined,
  };
  return infiniteQueryOptions({
    queryKey: [...keys.files(project), 'folder', asked],
    queryFn: ({ signal, pageParam }) =>
      api.call('files.list', { params: { project }, query: { ...asked, after: pageParam ?? undefined } }, signal),
    initialPageParam: null as string | null,
    getNextPageParam: (page) => page.next,
  });
};

/** What is called so in a folder and below it. */
export const foundQuery = (project: string, { path, q, hidden }: FileSearch) => {
  const asked = { path: path ?? '', find: q, all: hidden === true ? ('1' as const) : undefined };
  return queryOptions({
    queryKey: [...keys.files(project), 'found', asked],
    queryFn: ({ signal }) => api.call('files.search', { params: { project }, query: asked }, signal),
  });
};

/** What the files take of a storage outside of the machine. It may have to look at all of them, so it is asked once in a while. */
export const filesUsageQuery = (project: string) =>
  queryOptions({
    queryKey: keys.filesUsage(project),
    queryFn: ({ signal }) => api.call('files.usage', { params: { project } }, signal),
    staleTime: 60_000,
  });

/** What is in the bin, page by page. `find`: part of the path. */
export const binQuery = (project: string, find: string | undefined) =>
  infiniteQueryOptions({
    queryKey: [...keys.bin(project), find],
    queryFn: ({ signal, pageParam: after }) =>
      api.call('files.bin', { params: { project }, query: { find, after } }, signal),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: ({ next }) => next,
  });

export const fileRulesQuery = (project: string) =>
  queryOptions({
    queryKey: keys.fileRules(project),
    queryFn: ({ signal }) => api.call('files.rules', { params: { project } }, signal),
  });

/** The caller's uploads that are not done, also those of another visit. */
export const ownUploadsQuery = (project: string) =>
  queryOptions({
    queryKey: keys.ownUploads(project),
    queryFn: ({ signal }) => api.call('files.uploads', { params: { project } }, signal),
  });
