import type { QueryClient } from '@tanstack/react-query';
import {
  createRootRouteWithContext,
  createRoute,
  createRouter,
  lazyRouteComponent,
  Outlet,
  redirect,
  type RouterHistory,
} from '@tanstack/react-router';
import { authQuery } from '../lib/queries.ts';
import { readCliSearch } from '../features/auth/cli-search.ts';
import { readPathSearch } from '../features/jupyter/open-path.ts';
import { readNotebookSearch } from '../features/notebooks/notebook-search.ts';
import { readListSearch } from '../features/sessions/list-search.ts';
import { CrashPage, NowherePage } from '../ui/fallbacks.tsx';
import { Frame } from './frame.tsx';
import { ProjectLayout } from './project-layout.tsx';

const root = createRootRouteWithContext<{ queryClient: QueryClient }>()({
  component: Outlet,
  notFoundComponent: NowherePage,
  errorComponent: CrashPage,
});

const text = (value: unknown): string | undefined => (typeof value === 'string' && value !== '' ? value : undefined);

const login = createRoute({
  getParentRoute: () => root,
  path: '/login',
  validateSearch: (search): { next?: string | undefined; problem?: string | undefined } => ({
    next: text(search.next),
    problem: text(search.problem),
  }),
  component: lazyRouteComponent(() => import('../features/auth/login-page.tsx'), 'LoginPage'),
});

const setup = createRoute({
  getParentRoute: () => root,
  path: '/setup',
  component: lazyRouteComponent(() => import('../features/auth/setup-page.tsx'), 'SetupPage'),
});

/** Everything that needs a login. */
const user = createRoute({
  getParentRoute: () => root,
  id: 'user',
  component: Outlet,
  beforeLoad: async ({ context, location }) => {
    const auth = await context.queryClient.ensureQueryData(authQuery);
    if (auth.user === null) throw redirect({ to: '/login', search: { next: location.href }, replace: true });
  },
});

/** A tab on its way to Jupyter or a Spark UI: no frame, since the page is left at once. */
const opening = createRoute({
  getParentRoute: () => user,
  path: '/opening',
  validateSearch: (search): Partial<Record<'project' | 'after' | 'previous' | 'path', string | undefined>> => ({
    project: text(search.project),
    after: text(search.after),
    previous: text(search.previous),
    path: text(search.path),
  }),
  component: lazyRouteComponent(() => import('../features/jupyter/opening-page.tsx'), 'OpeningPage'),
});

/** Where `emberlab login` leads. */
const cliLogin = createRoute({
  getParentRoute: () => user,
  path: '/cli-login',
  validateSearch: readCliSearch,
  component: lazyRouteComponent(() => import('../features/auth/cli-login-page.tsx'), 'CliLoginPage'),
});

const sparkUi = createRoute({
  getParentRoute: () => user,
  path: '/projects/$project/applications/$id/ui',
  component: lazyRouteComponent(() => import('../features/sessions/spark-ui-page.tsx'), 'SparkUiPage'),
});

const frame = createRoute({ getParentRoute: () => user, id: 'frame', component: Frame });

const home = createRoute({
  getParentRoute: () => frame,
  path: '/',
  component: lazyRouteComponent(() => import('../features/projects/home-page.tsx'), 'HomePage'),
});

const account = createRoute({
  getParentRoute: () => frame,
  path: '/account',
  validateSearch: (search): { problem?: string | undefined } => ({ problem: text(search.problem) }),
  component: lazyRouteComponent(() => import('../features/account/account-page.tsx'), 'AccountPage'),
});

const serviceAccounts = createRoute({
  getParentRoute: () => frame,
  path: '/admin/service-accounts',
  component: lazyRouteComponent(() => import('../features/account/service-accounts-page.tsx'), 'ServiceAccountsPage'),
});

const project = createRoute({ getParentRoute: () => frame, path: '/projects/$project', component: ProjectLayout });

const projectIndex = createRoute({
  getParentRoute: () => project,
  path: '/',
  beforeLoad: ({ params }) => {
    throw redirect({ to: '/projects/$project/jupyter', params, replace: true });
  },
});

const jupyter = createRoute({
  getParentRoute: () => project,
  path: '/jupyter',
  validateSearch: readNotebookSearch,
  component: lazyRouteComponent(() => import('../features/jupyter/jupyter-page.tsx'), 'JupyterPage'),
});

/** Where links lead that people put into mails and wikis. */
const jupyterOpen = createRoute({
  getParentRoute: () => project,
  path: '/jupyter/open',
  validateSearch: (search): { path?: string | undefined } => ({ path: readPathSearch(search['path']) }),
  component: lazyRouteComponent(() => import('../features/jupyter/open-page.tsx'), 'OpenPage'),
});

const jupyterLog = createRoute({
  getParentRoute: () => project,
  path: '/jupyter/log',
  validateSearch: (search): { run?: string | undefined } => ({ run: text(search.run) }),
  component: lazyRouteComponent(() => import('../features/jupyter/log-page.tsx'), 'JupyterLogPage'),
});

const applications = createRoute({
  getParentRoute: () => project,
  path: '/applications',
  validateSearch: readListSearch,
  component: lazyRouteComponent(() => import('../features/sessions/applications-page.tsx'), 'ApplicationsPage'),
});

const application = createRoute({
  getParentRoute: () => project,
  path: '/applications/$id',
  component: lazyRouteComponent(() => import('../features/sessions/application-page.tsx'), 'ApplicationPage'),
});

const applicationIndex = createRoute({
  getParentRoute: () => application,
  path: '/',
  beforeLoad: ({ params }) => {
    throw redirect({ to: '/projects/$project/applications/$id/metrics', params, replace: true });
  },
});

const applicationMetrics = createRoute({
  getParentRoute: () => application,
  path: '/metrics',
  component: lazyRouteComponent(() => import('../features/sessions/metrics-tab.tsx'), 'MetricsTab'),
});

const applicationExecutors = createRoute({
  getParentRoute: () => application,
  path: '/executors',
  component: lazyRouteComponent(() => import('../features/sessions/executors-tab.tsx'), 'ExecutorsTab'),
});

const executorLog = createRoute({
  getParentRoute: () => application,
  path: '/executors/$executor/log',
  validateSearch: (search): { stream?: 'stdout' | undefined } => ({
    stream: search.stream === 'stdout' ? 'stdout' : undefined,
  }),
  component: lazyRouteComponent(() => import('../features/sessions/executor-log-tab.tsx'), 'ExecutorLogTab'),
});

const applicationLog = createRoute({
  getParentRoute: () => application,
  path: '/log',
  component: lazyRouteComponent(() => import('../features/sessions/log-tab.tsx'), 'LogTab'),
});

const batchLog = createRoute({
  getParentRoute: () => project,
  path: '/batches/$id/log',
  component: lazyRouteComponent(() => import('../features/sessions/batch-log-page.tsx'), 'BatchLogPage'),
});

const general = createRoute({
  getParentRoute: () => project,
  path: '/settings/general',
  component: lazyRouteComponent(() => import('../features/projects/general-page.tsx'), 'GeneralPage'),
});

const libraries = createRoute({
  getParentRoute: () => project,
  path: '/settings/libraries',
  component: lazyRouteComponent(() => import('../features/environments/libraries-page.tsx'), 'LibrariesPage'),
});

const routeTree = root.addChildren([
  login,
  setup,
  user.addChildren([
    opening,
    sparkUi,
    cliLogin,
    frame.addChildren([
      home,
      account,
      serviceAccounts,
      project.addChildren([
        projectIndex,
        jupyter,
        jupyterOpen,
        jupyterLog,
        applications,
        application.addChildren([
          applicationIndex,
          applicationMetrics,
          applicationExecutors,
          executorLog,
          applicationLog,
        ]),
        batchLog,
        general,
        libraries,
      ]),
    ]),
  ]),
]);

/** The router of the dashboard; every address that exists is in this file. */
export function createAppRouter(queryClient: QueryClient, history?: RouterHistory) {
  return createRouter({
    routeTree,
    context: { queryClient },
    ...(history === undefined ? {} : { history }),
    defaultPreload: 'intent',
    scrollRestoration: true,
    defaultErrorComponent: CrashPage,
    defaultNotFoundComponent: NowherePage,
  });
}

declare module '@tanstack/react-router' {
  interface Register {
    router: ReturnType<typeof createAppRouter>;
  }
}
