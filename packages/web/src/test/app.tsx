import {
  defaultConfiguration,
  limitKinds,
  type Configuration,
  type ConfigurationDefaults,
  type Environment,
  type LimitUse,
  type Member,
  type Project,
  type RecentNotebook,
  type Server,
  type Session,
  type SessionSample,
  type ConfigurationPlace,
} from '@emberlab/contract';
import { QueryClientProvider } from '@tanstack/react-query';
import { createMemoryHistory, RouterProvider } from '@tanstack/react-router';
import { render } from '@testing-library/react';
import { vi } from 'vitest';
import { createQueryClient } from '../app/query-client.ts';
import { createAppRouter } from '../app/router.tsx';
import { UiProvider } from '../app/ui-provider.tsx';
import { FakeEventSource } from './fake-event-source.ts';

const at = '2026-01-31T09:30:00.000Z';

export const user = { id: 'user00000001', email: 'ada@example.org', name: 'Ada', admin: true, createdAt: at };

export const project: Project = {
  id: 'project00001',
  name: 'demo',
  label: 'Demo',
  role: 'owner',
  state: 'active',
  archivedAt: null,
  deletion: null,
  members: 1,
  running: { servers: 0, sessions: 0 },
  createdAt: at,
  lastActivityAt: at,
};

export const owner: Member = { userId: user.id, email: user.email, name: user.name, role: 'owner', since: at };

export const sparkConfiguration: Configuration = defaultConfiguration;

const configurationDefaults: ConfigurationDefaults = {
  jupyter: sparkConfiguration,
  jobs: sparkConfiguration,
  changedAt: null,
};

const localPlace: ConfigurationPlace = {
  engine: 'local',
  master: 'local[*]',
  executors: false,
  choices: [],
  profiles: [],
};

export const stoppedServer: Server = {
  id: 'server000001',
  state: 'stopped',
  steps: [],
  configuration: sparkConfiguration,
  revision: null,
  startedAt: null,
  readyAt: null,
  endedAt: at,
  stopsAt: null,
  stopReason: null,
  stopNote: null,
  activity: null,
  queuePosition: null,
  limits: null,
  profile: null,
  use: null,
  memoryEnd: null,
  time: { hours: 6, mostHours: 168, mayBeUnlimited: false, runHours: null, idleMinutes: 0 },
  problem: null,
};

export const readyEnvironment: Environment = {
  current: {
    id: 'revision0001',
    number: 1,
    state: 'ready',
    step: null,
    progress: 1,
    problem: null,
    pythonVersion: '3.12.8',
    packages: 143,
    createdAt: at,
    readyAt: at,
  },
  latest: null,
  pending: 0,
  alert: null,
};

export const busySession: Session = {
  id: 3,
  kind: 'pyspark',
  state: 'busy',
  name: null,
  notebook: 'churn.ipynb',
  owner: { email: user.email, name: user.name },
  mine: true,
  startedAhead: null,
  applicationId: 'app-1',
  revision: 1,
  uiAvailable: true,
  external: null,
  metrics: {
    executors: 2,
    cores: 2,
    memoryUsedBytes: 1024 ** 3,
    memoryTotalBytes: 2 * 1024 ** 3,
    activeJob: { id: 1, description: 'count at <cell 4>', completedTasks: 63, totalTasks: 100 },
  },
  stopped: false,
  problem: null,
  createdAt: at,
  readyAt: at,
  endedAt: null,
};

/** What is measured of an application with two cores while nothing happens. */
export const measured: SessionSample = {
  executors: 1,
  cores: 2,
  activeTasks: 0,
  completedTasks: 0,
  failedTasks: 0,
  memoryUsedBytes: 0,
  memoryTotalBytes: 1024 ** 3,
  driverHeapUsedBytes: 200 * 1024 ** 2,
  driverHeapMaxBytes: 1024 ** 3,
  executorHeapPeakBytes: null,
  inputBytes: 0,
  shuffleReadBytes: 0,
  shuffleWriteBytes: 0,
  taskMs: 0,
  gcMs: 0,
};

export const recentNotebook: RecentNotebook = {
  id: 'run000000001',
  path: 'Jupyter/churn.ipynb',
  kernel: 'pysparkkernel',
  firstAt: at,
  lastAt: at,
  executions: 4,
  owner: { email: user.email, name: user.name },
  mine: true,
  configuration: sparkConfiguration,
  runs: 1,
  missing: false,
};

/** Limits of which none is set, while nothing runs. */
export const unlimited: LimitUse[] = limitKinds.map((kind) => ({
  kind,
  limit: null,
  used: kind === 'hours' || kind === 'disk' ? null : 0,
  own: false,
  measuredAt: null,
}));

/** An answer that says no. */
export class Refusal {
  readonly status: number;
  readonly code: string;
  readonly message: string;
  /** the field that it is about */
  readonly path: string | undefined;

  constructor(status: number, code: string, message: string, path?: string) {
    this.status = status;
    this.code = code;
    this.message = message;
    this.path = path;
  }
}

export type Answers = Record<string, unknown>;

/** The answers of a server where a project `demo` exists and nothing runs, by method and path, with or without a query. */
const calmServer: Answers = {
  'GET /auth/state': { setUpNeeded: false, user },
  'GET /me/tour': { ended: true },
  'GET /system': { version: '0.1.0', sparkVersion: '4.3.0', notices: [] },
  'GET /projects': { items: [project], next: null },
  'GET /projects/demo': project,
  'GET /projects/demo/members': { items: [owner], next: null },
  'GET /projects/demo/invitations': { items: [], next: null },
  'GET /projects/demo/environment': readyEnvironment,
  'GET /projects/demo/environment/libraries': {
    revision: 1,
    pythonVersion: '3.12.8',
    bytes: 0,
    items: [],
    latestAt: null,
  },
  'GET /projects/demo/environment/operations': { items: [], next: null },
  'GET /projects/demo/jupyter/server': stoppedServer,
  'GET /projects/demo/jupyter/configuration': sparkConfiguration,
  'GET /projects/demo/notebooks/recent': { items: [], next: null },
  'GET /projects/demo/configuration/defaults': configurationDefaults,
  'GET /projects/demo/configuration/place': localPlace,
  'POST /projects/demo/configuration/check': { problems: [], effective: [] },
  'GET /projects/demo/sessions': { items: [], next: null },
  'GET /projects/demo/limits': { project: unlimited, own: unlimited },
  'GET /admin/profiles': { items: [], next: null },
  'GET /announcements': { items: [], next: null },
  'GET /announcements/login': { items: [], next: null },
};

export type Call = { route: string; body: unknown };

/** Puts a server with these answers behind `fetch`; returns the calls and the addresses asked for, lists that grow. */
function stubServer(answers: Answers): { calls: Call[]; urls: string[] } {
  const calls: Call[] = [];
  const urls: string[] = [];
  vi.stubGlobal('EventSource', FakeEventSource);
  vi.stubGlobal('fetch', (url: string, request: RequestInit = {}) => {
    const path = url.replace(/^\/api\/v1/, '').replace(/\?.*/, '');
    const route = `${request.method ?? 'GET'} ${path}`;
    urls.push(url);
    calls.push({ route, body: typeof request.body === 'string' ? JSON.parse(request.body) : undefined });
    const withQuery = `${request.method ?? 'GET'} ${url.replace(/^\/api\/v1/, '')}`;
    const answer =
      answers[withQuery] ??
      answers[route] ??
      calmServer[route] ??
      new Refusal(404, 'not_found', `no answer for ${route}`);
    if (answer instanceof Promise) return answer as Promise<Response>;
    if (typeof answer === 'string') return Promise.resolve(new Response(answer));
    if (answer instanceof Refusal) {
      const { status, code, message, path: field } = answer;
      const details = field === undefined ? {} : { details: [{ path: field, message }] };
      return Promise.resolve(Response.json({ error: { code, message, ...details, requestId: 'r1' } }, { status }));
    }
    return Promise.resolve(Response.json(answer));
  });
  return { calls, urls };
}

/** Renders the dashboard at an address, with a server that has these answers; they may be changed later. */
export function renderApp(path: string, answers: Answers = {}) {
  const { calls, urls } = stubServer(answers);
  const queryClient = createQueryClient();
  const router = createAppRouter(queryClient, createMemoryHistory({ initialEntries: [path] }));
  render(
    <QueryClientProvider client={queryClient}>
      <UiProvider env="test">
        <RouterProvider router={router} />
      </UiProvider>
    </QueryClientProvider>,
  );
  return { calls, urls, router, queryClient };
}
