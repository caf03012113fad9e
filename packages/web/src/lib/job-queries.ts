import type { CallInput, MetricsOverTime } from '@emberlab/contract';
import { infiniteQueryOptions, queryOptions } from '@tanstack/react-query';
import { api } from './api.ts';
import { addToHistory } from './metrics-over-time.ts';
import { keys } from './queries.ts';

/** What a list of jobs, or of runs, is asked for. */
export type JobsAsked = Omit<NonNullable<CallInput<'jobs.list'>['query']>, 'cursor' | 'limit'>;
export type RunsAsked = Omit<NonNullable<CallInput<'executions.list'>['query']>, 'cursor' | 'limit'>;

export const jobsQuery = (project: string, asked: JobsAsked) =>
  infiniteQueryOptions({
    queryKey: [...keys.jobLists(project), asked],
    queryFn: ({ signal, pageParam: cursor }) =>
      api.call('jobs.list', { params: { project }, query: { ...asked, cursor } }, signal),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: ({ next }) => next,
  });

export const jobQuery = (project: string, id: number) =>
  queryOptions({
    queryKey: keys.job(project, id),
    queryFn: ({ signal }) => api.call('jobs.get', { params: { project, id } }, signal),
  });

/** What can be told of a program in the project; people change it in between. */
export const inspectionQuery = (project: string, program: string) =>
  queryOptions({
    queryKey: keys.inspection(project, program),
    queryFn: ({ signal }) => api.call('jobs.inspect', { params: { project }, query: { program } }, signal),
    gcTime: 0,
  });

export const scheduleQuery = (project: string, job: number) =>
  queryOptions({
    queryKey: keys.schedule(project, job),
    queryFn: ({ signal }) => api.call('schedule.get', { params: { project, id: job } }, signal),
  });

export const chainQuery = (project: string, job: number) =>
  queryOptions({
    queryKey: keys.chain(project, job),
    queryFn: ({ signal }) => api.call('chains.get', { params: { project, id: job } }, signal),
  });

export const backfillsQuery = (project: string, job: number) =>
  infiniteQueryOptions({
    queryKey: keys.backfills(project, job),
    queryFn: ({ signal, pageParam: cursor }) =>
      api.call('backfills.list', { params: { project, id: job }, query: { cursor } }, signal),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: ({ next }) => next,
  });

export const runsQuery = (project: string, asked: RunsAsked) =>
  infiniteQueryOptions({
    queryKey: [...keys.runLists(project), asked],
    queryFn: ({ signal, pageParam: cursor }) =>
      api.call('executions.list', { params: { project }, query: { ...asked, cursor } }, signal),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: ({ next }) => next,
  });

export const runQuery = (project: string, id: number) =>
  queryOptions({
    queryKey: keys.run(project, id),
    queryFn: ({ signal }) => api.call('executions.get', { params: { project, id } }, signal),
  });

/** What was measured of a run's application: all at first, then what is new. */
export const runMetricsQuery = (project: string, id: number) =>
  queryOptions({
    queryKey: keys.runMetrics(project, id),
    async queryFn({ client, signal }) {
      const known = client.getQueryData<MetricsOverTime>(keys.runMetrics(project, id));
      const query = { since: known?.points.at(-1)?.at };
      return addToHistory(known, await api.call('executions.metrics', { params: { project, id }, query }, signal));
    },
  });

export const runExecutorsQuery = (project: string, id: number) =>
  queryOptions({
    queryKey: keys.runExecutors(project, id),
    queryFn: ({ signal }) => api.call('executions.executors', { params: { project, id } }, signal),
  });
