import { infiniteQueryOptions, queryOptions } from '@tanstack/react-query';
import { api } from '../../lib/api.ts';
import { keys } from '../../lib/queries.ts';
import type { AlertsSearch } from './alerts-search.ts';

export const receiversQuery = (project: string) =>
  queryOptions({
    queryKey: [...keys.alerts(project), 'receivers'],
    queryFn: ({ signal }) => api.call('alerts.receivers', { params: { project } }, signal),
  });

export const rulesQuery = (project: string) =>
  queryOptions({
    queryKey: [...keys.alerts(project), 'rules'],
    queryFn: ({ signal }) => api.call('alerts.rules', { params: { project } }, signal),
  });

export const jobRulesQuery = (project: string, id: number) =>
  queryOptions({
    queryKey: [...keys.alerts(project), 'rules', id],
    queryFn: ({ signal }) => api.call('alerts.jobRules', { params: { project, id } }, signal),
  });

/** Deliveries page by page, the newest first. */
export const deliveriesOf = (project: string, { show: state, receiver }: AlertsSearch) =>
  infiniteQueryOptions({
    queryKey: [...keys.alerts(project), 'deliveries', { state, receiver }],
    queryFn: ({ signal, pageParam: cursor }) =>
      api.call('alerts.deliveries', { params: { project }, query: { state, receiver, cursor } }, signal),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: ({ next }) => next,
  });
