import type { MachineHistory } from '@emberlab/contract';
import { keepPreviousData, queryOptions } from '@tanstack/react-query';
import { api } from '../../lib/api.ts';
import { oneOf } from '../../lib/read-search.ts';
import type { AllProjectsSearch } from './all-projects-search.ts';
import type { RunningSearch } from './running-search.ts';

export const adminKeys = {
  running: ['admin', 'running'],
  machine: (hours: string) => ['admin', 'machine', hours],
  now: ['admin', 'now'],
  health: ['admin', 'health'],
  projects: ['admin', 'projects'],
  settings: ['admin', 'settings'],
} as const;

/** How far back the plots of the machine reach. */
export const spans = ['1', '6', '24'] as const;
export type Span = (typeof spans)[number];

/** How far back an address wants to look; what is missing is as usual. */
export const readOverviewSearch = (search: Record<string, unknown>): { hours?: Span | undefined } => ({
  hours: oneOf(spans, String(search['hours'])),
});

const everyMs = 30_000;

/** How many more are shown at a time. */
export const pageSize = 100;
/** So many are shown at most: who wants others asks for less. */
export const mostShown = 500;

/** What runs, as the words of an address ask for it; `limit`: how many of it at most. */
export const runningQuery = (search: RunningSearch, limit: number) =>
  queryOptions({
    queryKey: [...adminKeys.running, search, limit],
    queryFn: ({ signal }) =>
      api.call(
        'admin.running',
        {
          query: {
            search: search.q,
            group: search.kind,
            owner: search.owner,
            project: search.project,
            sort: search.sort ?? 'memory',
            reverse: search.reverse === true ? 'true' : undefined,
            limit: String(limit),
          },
        },
        signal,
      ),
    placeholderData: keepPreviousData,
  });

/** Written down every half minute. */
export const machineQuery = (hours: Span) =>
  queryOptions({
    queryKey: adminKeys.machine(hours),
    queryFn: ({ signal }) => api.call('admin.machine', { query: { hours } }, signal),
    refetchInterval: everyMs,
  });

/** As the events say; until there was one, nothing. */
export const nowQuery = queryOptions({
  queryKey: adminKeys.now,
  queryFn: (): MachineHistory['now'] | null => null,
  staleTime: Number.POSITIVE_INFINITY,
});

export const healthQuery = queryOptions({
  queryKey: adminKeys.health,
  queryFn: ({ signal }) => api.call('admin.health', {}, signal),
  refetchInterval: everyMs,
});

/** Projects, likewise. */
export const allProjectsQuery = (search: AllProjectsSearch, limit: number) =>
  queryOptions({
    queryKey: [...adminKeys.projects, search, limit],
    queryFn: ({ signal }) =>
      api.call(
        'admin.projects',
        {
          query: {
            search: search.q,
            show: search.show === 'all' ? undefined : search.show,
            sort: search.sort,
            reverse: search.reverse === true ? 'true' : undefined,
            limit: String(limit),
          },
        },
        signal,
      ),
    placeholderData: keepPreviousData,
  });

export const settingsQuery = queryOptions({
  queryKey: adminKeys.settings,
  queryFn: ({ signal }) => api.call('admin.settings', {}, signal),
});
