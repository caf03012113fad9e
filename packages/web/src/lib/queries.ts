import type { Configuration, ConfigurationUse, MetricsOverTime } from '@emberlab/contract';
import { infiniteQueryOptions, queryOptions, type QueryClient, type QueryKey } from '@tanstack/react-query';
import { api } from './api.ts';
import { addToHistory } from './metrics-over-time.ts';

/** Whose runs of notebooks. */
export type Whose = 'mine' | 'all';

/** Where each resource lives in the cache; live events are written to the same places. */
export const keys = {
  auth: ['auth'],
  system: ['system'],
  tour: ['tour'],
  tokens: ['tokens'],
  signIn: ['sign-in'],
  logins: ['logins'],
  serviceAccounts: ['service-accounts'],
  serviceAccountTokens: (id: string) => ['service-accounts', id, 'tokens'],
  people: ['people'],
  announcements: ['announcements'],
  announcementsAtLogin: ['announcements', 'login'],
  allAnnouncements: ['announcements', 'all'],
  limitDefaults: ['limits'],
  limitedUsers: ['limits', 'users'],
  limitedProjects: ['limits', 'projects'],
  projects: ['projects'],
  project: (project: string) => ['project', project],
  members: (project: string) => ['project', project, 'members'],
  invitations: (project: string) => ['project', project, 'invitations'],
  alerts: (project: string) => ['project', project, 'alerts'],
  limits: (project: string) => ['project', project, 'limits'],
  environment: (project: string) => ['project', project, 'environment'],
  libraries: (project: string) => ['project', project, 'environment', 'libraries'],
  libraryConflicts: (project: string) => ['project', project, 'environment', 'conflicts'],
  operations: (project: string) => ['project', project, 'environment', 'operations'],
  operation: (project: string, id: string) => ['project', project, 'environment', 'operation', id],
  revisions: (project: string) => ['project', project, 'environment', 'revisions'],
  libraryIndex: (project: string) => ['project', project, 'library-index'],
  indexSettings: ['index-settings'],
  configuration: (project: string) => ['project', project, 'jupyter', 'configuration'],
  configurationDefaults: (project: string) => ['project', project, 'configuration', 'defaults'],
  place: (project: string) => ['project', project, 'configuration', 'place'],
  check: (project: string, configuration: string, use: string) => [
    'project',
    project,
    'configuration',
    'check',
    use,
    configuration,
  ],
  examples: (project: string) => ['project', project, 'examples'],
  files: (project: string) => ['project', project, 'files'],
  bin: (project: string) => ['project', project, 'files', 'bin'],
  filesUsage: (project: string) => ['project', project, 'files-usage'],
  fileRules: (project: string) => ['project', project, 'file-rules'],
  ownUploads: (project: string) => ['project', project, 'own-uploads'],
  server: (project: string) => ['project', project, 'jupyter', 'server'],
  serverRuns: (project: string, latest: string | null) => ['project', project, 'jupyter', 'runs', latest],
  notebooks: (project: string) => ['project', project, 'notebooks'],
  recentNotebooksOf: (project: string, whose: Whose) => ['project', project, 'notebooks', 'recent', whose],
  notebookRuns: (project: string, path: string) => ['project', project, 'notebooks', 'runs', path],
  sessions: (project: string) => ['project', project, 'sessions'],
  livy: (project: string) => ['project', project, 'livy'],
  batches: (project: string) => ['project', project, 'batches'],
  batch: (project: string, id: number) => ['project', project, 'batches', id],
  session: (project: string, id: number) => ['project', project, 'sessions', id],
  metricsOverTime: (project: string, id: number) => ['project', project, 'sessions', id, 'history'],
  sessionExecutors: (project: string, id: number) => ['project', project, 'sessions', id, 'executors'],
  jobs: (project: string) => ['project', project, 'jobs'],
  jobLists: (project: string) => ['project', project, 'jobs', 'lists'],
  job: (project: string, id: number) => ['project', project, 'jobs', 'job', id],
  schedule: (project: string, job: number) => ['project', project, 'jobs', 'job', job, 'schedule'],
  chain: (project: string, job: number) => ['project', project, 'jobs', 'job', job, 'after'],
  backfills: (project: string, job: number) => ['project', project, 'jobs', 'job', job, 'backfills'],
  inspection: (project: string, program: string) => ['project', project, 'inspection', program],
  runLists: (project: string) => ['project', project, 'runs', 'lists'],
  run: (project: string, id: number) => ['project', project, 'runs', 'run', id],
  runMetrics: (project: string, id: number) => ['project', project, 'runs', 'run', id, 'history'],
  runExecutors: (project: string, id: number) => ['project', project, 'runs', 'run', id, 'executors'],
} as const satisfies Record<string, QueryKey | ((...args: never[]) => QueryKey)>;

export const authQuery = queryOptions({
  queryKey: keys.auth,
  queryFn: ({ signal }) => api.call('auth.state', {}, signal),
  staleTime: 60_000,
});

export const systemQuery = queryOptions({
  queryKey: keys.system,
  queryFn: ({ signal }) => api.call('system.get', {}, signal),
  staleTime: 300_000,
});

export const signInQuery = queryOptions({
  queryKey: keys.signIn,
  queryFn: ({ signal }) => api.call('me.signIn', {}, signal),
});

/** Whether the tour has ended for the caller. It changes here alone. */
export const tourQuery = queryOptions({
  queryKey: keys.tour,
  queryFn: ({ signal }) => api.call('me.tour', {}, signal),
  staleTime: Infinity,
});

export const loginsQuery = queryOptions({
  queryKey: keys.logins,
  queryFn: ({ signal }) => api.call('me.logins', {}, signal),
});

export const serviceAccountsQuery = queryOptions({
  queryKey: keys.serviceAccounts,
  queryFn: ({ signal }) => api.call('serviceAccounts.list', {}, signal),
});

/** What is announced now. */
export const announcementsQuery = queryOptions({
  queryKey: keys.announcements,
  queryFn: ({ signal }) => api.call('announcements.current', {}, signal),
  staleTime: 60_000,
});

/** What is announced before anybody has logged in. */
export const announcementsAtLoginQuery = queryOptions({
  queryKey: keys.announcementsAtLogin,
  queryFn: ({ signal }) => api.call('announcements.atLogin', {}, signal),
});

export const allAnnouncementsQuery = queryOptions({
  queryKey: keys.allAnnouncements,
  queryFn: ({ signal }) => api.call('announcements.list', {}, signal),
});

/** Limits and what is used of them change with everything that runs: they are asked for again every so often, ms. */
const limitsEveryMs = 15_000;

/** A project's limits and the caller's own, with what is used of them. */
export const limitsQuery = (project: string) =>
  queryOptions({
    queryKey: keys.limits(project),
    queryFn: ({ signal }) => api.call('limits.ofProject', { params: { project } }, signal),
    refetchInterval: limitsEveryMs,
  });

export const limitDefaultsQuery = queryOptions({
  queryKey: keys.limitDefaults,
  queryFn: ({ signal }) => api.call('limits.defaults', {}, signal),
});

/** What a list of limits is searched for. */
export type LimitsAsked = { search: string | undefined; own: '1' | undefined };

export const limitedUsersQuery = (asked: LimitsAsked) =>
  infiniteQueryOptions({
    queryKey: [...keys.limitedUsers, asked],
    queryFn: ({ signal, pageParam: cursor }) => api.call('limits.users', { query: { ...asked, cursor } }, signal),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: ({ next }) => next,
    refetchInterval: limitsEveryMs,
  });

export const limitedProjectsQuery = (asked: LimitsAsked) =>
  infiniteQueryOptions({
    queryKey: [...keys.limitedProjects, asked],
    queryFn: ({ signal, pageParam: cursor }) => api.call('limits.projects', { query: { ...asked, cursor } }, signal),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: ({ next }) => next,
    refetchInterval: limitsEveryMs,
  });

export type PeopleAsked = { search: string | undefined; show: 'active' | 'disabled' | 'administrators' | undefined };

export const peopleQuery = (asked: PeopleAsked) =>
  infiniteQueryOptions({
    queryKey: [...keys.people, asked],
    queryFn: ({ signal, pageParam: cursor }) => api.call('people.list', { query: { ...asked, cursor } }, signal),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: ({ next }) => next,
  });

export const projectsQuery = queryOptions({
  queryKey: keys.projects,
  queryFn: ({ signal }) => api.call('projects.list', {}, signal),
});

export const projectQuery = (project: string) =>
  queryOptions({
    queryKey: keys.project(project),
    queryFn: ({ signal }) => api.call('projects.get', { params: { project } }, signal),
  });

export const membersQuery = (project: string) =>
  queryOptions({
    queryKey: keys.members(project),
    queryFn: ({ signal }) => api.call('projects.members', { params: { project } }, signal),
  });

export const invitationsQuery = (project: string) =>
  queryOptions({
    queryKey: keys.invitations(project),
    queryFn: ({ signal }) => api.call('projects.invitations', { params: { project } }, signal),
  });

export const environmentQuery = (project: string) =>
  queryOptions({
    queryKey: keys.environment(project),
    queryFn: ({ signal }) => api.call('environment.get', { params: { project } }, signal),
  });

export const configurationQuery = (project: string) =>
  queryOptions({
    queryKey: keys.configuration(project),
    queryFn: ({ signal }) => api.call('jupyter.configuration', { params: { project } }, signal),
  });

export const configurationDefaultsQuery = (project: string) =>
  queryOptions({
    queryKey: keys.configurationDefaults(project),
    queryFn: ({ signal }) => api.call('configuration.defaults', { params: { project } }, signal),
  });

/** Where the project's Spark applications run. */
export const placeQuery = (project: string) =>
  queryOptions({
    queryKey: keys.place(project),
    queryFn: ({ signal }) => api.call('configuration.place', { params: { project } }, signal),
  });

/** What the server says of a configuration, written as JSON, with the configuration. */
export const checkQuery = (project: string, configuration: string, use: ConfigurationUse) =>
  queryOptions({
    queryKey: keys.check(project, configuration, use),
    async queryFn({ signal }) {
      const of = JSON.parse(configuration) as Configuration;
      return {
        of,
        ...(await api.call('configuration.check', { params: { project }, query: { for: use }, body: of }, signal)),
      };
    },
    gcTime: 30_000,
  });

/** What is in a folder of the project, page by page. */
export const filesQuery = (project: string, path: string) =>
  infiniteQueryOptions({
    queryKey: [...keys.files(project), path],
    queryFn: ({ signal, pageParam }) =>
      api.call('files.list', { params: { project }, query: { path, after: pageParam ?? undefined } }, signal),
    initialPageParam: null as string | null,
    getNextPageParam: (page) => page.next,
  });

/** What lies at a path of the project, looked up anew by each page that asks. */
export const fileQuery = (project: string, path: string) =>
  queryOptions({
    queryKey: [...keys.files(project), 'entry', path],
    queryFn: ({ signal }) => api.call('files.entry', { params: { project }, query: { path } }, signal),
    gcTime: 0,
  });

export const serverQuery = (project: string) =>
  queryOptions({
    queryKey: keys.server(project),
    queryFn: ({ signal }) => api.call('jupyter.server', { params: { project } }, signal),
  });

/** The runs as they were when `latest` was the last of them. */
export const serverRunsQuery = (project: string, latest: string | null) =>
  queryOptions({
    queryKey: keys.serverRuns(project, latest),
    queryFn: ({ signal }) => api.call('jupyter.runs', { params: { project } }, signal),
  });

export const recentNotebooksQuery = (project: string, whose: Whose, search: string) =>
  infiniteQueryOptions({
    queryKey: [...keys.recentNotebooksOf(project, whose), search],
    queryFn: ({ signal, pageParam: cursor }) =>
      api.call('notebooks.recent', { params: { project }, query: { whose, search, cursor, limit: '10' } }, signal),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: ({ next }) => next,
  });

export const notebookRunsQuery = (project: string, path: string, whose: Whose) =>
  infiniteQueryOptions({
    queryKey: [...keys.notebookRuns(project, path), whose],
    queryFn: ({ signal, pageParam: cursor }) =>
      api.call('notebooks.runs', { params: { project }, query: { path, whose, cursor } }, signal),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: ({ next }) => next,
  });

export const sessionsQuery = (project: string) =>
  queryOptions({
    queryKey: keys.sessions(project),
    queryFn: ({ signal }) => api.call('sessions.list', { params: { project } }, signal),
  });

export const sessionQuery = (project: string, id: number) =>
  queryOptions({
    queryKey: keys.session(project, id),
    queryFn: ({ signal }) => api.call('sessions.get', { params: { project, id } }, signal),
  });

/** What was measured of an application: all at first, then what is new. */
export const metricsQuery = (project: string, id: number) =>
  queryOptions({
    queryKey: keys.metricsOverTime(project, id),
    async queryFn({ client, signal }) {
      const known = client.getQueryData<MetricsOverTime>(keys.metricsOverTime(project, id));
      const query = { since: known?.points.at(-1)?.at };
      return addToHistory(known, await api.call('sessions.metrics', { params: { project, id }, query }, signal));
    },
  });

export const sessionExecutorsQuery = (project: string, id: number) =>
  queryOptions({
    queryKey: keys.sessionExecutors(project, id),
    queryFn: ({ signal }) => api.call('sessions.executors', { params: { project, id } }, signal),
  });

export const livyQuery = (project: string) =>
  queryOptions({
    queryKey: keys.livy(project),
    queryFn: ({ signal }) => api.call('livy.get', { params: { project } }, signal),
  });

export const batchesQuery = (project: string) =>
  queryOptions({
    queryKey: keys.batches(project),
    queryFn: ({ signal }) => api.call('batches.list', { params: { project } }, signal),
  });

export const batchQuery = (project: string, id: number) =>
  queryOptions({
    queryKey: keys.batch(project, id),
    queryFn: ({ signal }) => api.call('batches.get', { params: { project, id } }, signal),
  });

/**
 * Puts the answer of a request into the cache, unless a live event has brought something since the request was sent: the event is newer than the
 * answer then.
 */
export function putAnswer(client: QueryClient, key: QueryKey, answer: unknown, sentAt: number): void {
  const known = client.getQueryState(key);
  if (known !== undefined && known.dataUpdatedAt > sentAt) return;
  client.setQueryData(key, answer);
}
