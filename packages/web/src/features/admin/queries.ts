import type { MachineHistory } from '@emberlab/contract';
import { queryOptions } from '@tanstack/react-query';
import { api } from '../../lib/api.ts';
import { oneOf } from '../../lib/read-search.ts';

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

export const runningQuery = queryOptions({
  queryKey: adminKeys.running,
  queryFn: ({ signal }) => api.call('admin.running', {}, signal),
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

export const allProjectsQuery = queryOptions({
  queryKey: adminKeys.projects,
  queryFn: ({ signal }) => api.call('admin.projects', {}, signal),
});

export const settingsQuery = queryOptions({
  queryKey: adminKeys.settings,
  queryFn: ({ signal }) => api.call('admin.settings', {}, signal),
});
