import { infiniteQueryOptions, queryOptions } from '@tanstack/react-query';
import { api } from '../../lib/api.ts';
import { keys } from '../../lib/queries.ts';

export const librariesQuery = (project: string) =>
  queryOptions({
    queryKey: keys.libraries(project),
    queryFn: ({ signal }) => api.call('environment.libraries', { params: { project } }, signal),
  });

export const conflictsQuery = (project: string) =>
  queryOptions({
    queryKey: keys.libraryConflicts(project),
    queryFn: ({ signal }) => api.call('environment.conflicts', { params: { project } }, signal),
  });

/** Changes, the newest first, page by page. Those that wait or are being made are all on the first. */
export const operationsQuery = (project: string) =>
  infiniteQueryOptions({
    queryKey: keys.operations(project),
    queryFn: ({ signal, pageParam: cursor }) =>
      api.call('environment.operations', { params: { project }, query: { cursor } }, signal),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: ({ next }) => next,
  });

export const operationQuery = (project: string, id: string) =>
  queryOptions({
    queryKey: keys.operation(project, id),
    queryFn: ({ signal }) => api.call('environment.operation', { params: { project, id } }, signal),
  });

export const revisionsQuery = (project: string) =>
  queryOptions({
    queryKey: keys.revisions(project),
    queryFn: ({ signal }) => api.call('environment.revisions', { params: { project } }, signal),
  });

/** Names in the index that fit what somebody has typed. */
export const nameSearchQuery = (project: string, q: string) =>
  queryOptions({
    queryKey: [...keys.libraryIndex(project), 'search', q],
    queryFn: ({ signal }) => api.call('environment.search', { params: { project }, query: { q } }, signal),
    gcTime: 30_000,
  });

export const indexLibraryQuery = (project: string, name: string) =>
  queryOptions({
    queryKey: [...keys.libraryIndex(project), 'library', name],
    queryFn: ({ signal }) => api.call('environment.library', { params: { project, name } }, signal),
    staleTime: 60_000,
  });

export const indexSettingsQuery = queryOptions({
  queryKey: keys.indexSettings,
  queryFn: ({ signal }) => api.call('indexSettings.get', {}, signal),
});
