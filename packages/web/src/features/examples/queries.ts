import { queryOptions } from '@tanstack/react-query';
import { api } from '../../lib/api.ts';
import { keys } from '../../lib/queries.ts';

/** They come with the platform, and change with its version alone. */
const staleTime = 3_600_000;

export const examplesQuery = (project: string) =>
  queryOptions({
    queryKey: keys.examples(project),
    queryFn: ({ signal }) => api.call('examples.list', { params: { project } }, signal),
    staleTime,
  });

export const exampleQuery = (project: string, example: string) =>
  queryOptions({
    queryKey: [...keys.examples(project), example],
    queryFn: ({ signal }) => api.call('examples.get', { params: { project, example } }, signal),
    staleTime,
  });
