import { queryOptions } from '@tanstack/react-query';
import { api } from '../../lib/api.ts';

/** What a cluster has changes with everything that runs there, ms. */
const everyMs = 15_000;

export const engineKeys = {
  all: ['engines'],
  profiles: ['profiles'],
  capacity: (project: string, engine: string) => ['project', project, 'engines', engine, 'capacity'],
};

export const enginesQuery = queryOptions({
  queryKey: engineKeys.all,
  queryFn: ({ signal }) => api.call('engines.list', {}, signal),
  refetchInterval: everyMs,
});

export const capacityQuery = (project: string, engine: string) =>
  queryOptions({
    queryKey: engineKeys.capacity(project, engine),
    queryFn: ({ signal }) => api.call('engines.capacity', { params: { project, engine } }, signal),
    refetchInterval: everyMs,
  });

/** The settings have them: they change with a restart alone. */
export const profilesQuery = queryOptions({
  queryKey: engineKeys.profiles,
  queryFn: ({ signal }) => api.call('profiles.list', {}, signal),
});
