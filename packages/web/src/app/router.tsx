import type { QueryClient } from '@tanstack/react-query';
import { createRoute, createRouter, lazyRouteComponent, redirect, type RouterHistory } from '@tanstack/react-router';
import { readAlertsSearch } from '../features/alerts/alerts-search.ts';
import { readAuditSearch } from '../features/audit/audit-search.ts';
import { LoginPage } from '../features/auth/login-page.tsx';
import { readCliSearch } from '../features/auth/cli-search.ts';
import { readExampleSearch } from '../features/examples/example-search.ts';
import { readBinSearch, readFileSearch } from '../features/files/file-search.ts';
import { JupyterPage } from '../features/jupyter/jupyter-page.tsx';
import { readPathSearch } from '../features/jupyter/open-path.ts';
import { readNotebookSearch } from '../features/notebooks/notebook-search.ts';
import { readLibrarySearch } from '../features/environments/library-search.ts';
import { readMemberSearch } from '../features/members/member-search.ts';
import { HomePage } from '../features/projects/home-page.tsx';
import { readProjectSearch } from '../features/projects/project-search.ts';
import { readListSearch } from '../features/sessions/list-search.ts';
import { readStreamSearch } from '../features/sessions/stream-search.ts';
import { CrashPage, NowherePage } from '../ui/fallbacks.tsx';
import { adminRoutes } from './admin-routes.tsx';
import { askForJupyter, askForProjects } from './asked-ahead.ts';
import { frame, project, root, user } from './base-routes.tsx';
import { jobRoutes } from './job-routes.tsx';

// Every page is loaded when somebody goes there, apart from the three that all come through first: a file of its own for each of their parts would take longer.

const text = (value: unknown): string | undefined => (typeof value === 'string' && value !== '' ? value : undefined);

const login = createRoute({
  getParentRoute: () => root,
  path: '/login',
  validateSearch: (search): { next?: string | undefined; problem?: string | undefined } => ({
    next: text(search.next),
    problem: text(search.problem),
  }),
  component: LoginPage,
});

const setup = createRoute({
  getParentRoute: () => root,
  path: '/setup',
  component: lazyRouteComponent(() => import('../features/auth/setup-page.tsx'), 'SetupPage'),
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

const runUi = createRoute({
  getParentRoute: () => user,
  path: '/projects/$project/jobs/runs/$run/ui',
  component: lazyRouteComponent(() => import('../features/jobs/run-ui-page.tsx'), 'RunUiPage'),
});

/** Where an invitation's link leads, once its secret is put away and one is logged in. */
const invitation = createRoute({
  getParentRoute: () => user,
  path: '/invitation',
  component: lazyRouteComponent(() => import('../features/members/invitation-page.tsx'), 'InvitationPage'),
});

const home = createRoute({
  getParentRoute: () => frame,
  path: '/',
  validateSearch: readProjectSearch,
  loader: ({ context }) => askForProjects(context.queryClient),
  component: HomePage,
});

const account = createRoute({
  getParentRoute: () => frame,
  path: '/account',
  validateSearch: (search): { problem?: string | undefined } => ({ problem: text(search.problem) }),
  component: lazyRouteComponent(() => import('../features/account/account-page.tsx'), 'AccountPage'),
});

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
  loader: ({ context, params }) => void askForJupyter(context.queryClient, params.project),
  component: JupyterPage,
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
  validateSearch: readStreamSearch,
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

const examples = createRoute({
  getParentRoute: () => project,
  path: '/examples',
  validateSearch: readExampleSearch,
  component: lazyRouteComponent(() => import('../features/examples/examples-page.tsx'), 'ExamplesPage'),
});

const files = createRoute({
  getParentRoute: () => project,
  path: '/files',
  validateSearch: readFileSearch,
  component: lazyRouteComponent(() => import('../features/files/files-page.tsx'), 'FilesPage'),
});

const fileBin = createRoute({
  getParentRoute: () => project,
  path: '/files/bin',
  validateSearch: readBinSearch,
  component: lazyRouteComponent(() => import('../features/files/bin-page.tsx'), 'BinPage'),
});

const general = createRoute({
  getParentRoute: () => project,
  path: '/settings/general',
  component: lazyRouteComponent(() => import('../features/projects/general-page.tsx'), 'GeneralPage'),
});

const members = createRoute({
  getParentRoute: () => project,
  path: '/settings/members',
  validateSearch: readMemberSearch,
  component: lazyRouteComponent(() => import('../features/members/members-page.tsx'), 'MembersPage'),
});

const compute = createRoute({
  getParentRoute: () => project,
  path: '/settings/compute',
  component: lazyRouteComponent(() => import('../features/configurations/compute-page.tsx'), 'ComputePage'),
});

const libraries = createRoute({
  getParentRoute: () => project,
  path: '/settings/libraries',
  component: lazyRouteComponent(() => import('../features/environments/libraries-page.tsx'), 'LibrariesPage'),
});

const librariesIndex = createRoute({
  getParentRoute: () => libraries,
  path: '/',
  validateSearch: readLibrarySearch,
  component: lazyRouteComponent(() => import('../features/environments/libraries-tab.tsx'), 'LibrariesTab'),
});

const librariesHistory = createRoute({
  getParentRoute: () => libraries,
  path: '/history',
  component: lazyRouteComponent(() => import('../features/environments/history-tab.tsx'), 'HistoryTab'),
});

const librariesOperations = createRoute({
  getParentRoute: () => libraries,
  path: '/operations',
  validateSearch: (search): { operation?: string | undefined } => ({ operation: text(search.operation) }),
  component: lazyRouteComponent(() => import('../features/environments/operations-tab.tsx'), 'OperationsTab'),
});

const alerts = createRoute({
  getParentRoute: () => project,
  path: '/settings/alerts',
  validateSearch: readAlertsSearch,
  component: lazyRouteComponent(() => import('../features/alerts/alerts-page.tsx'), 'AlertsPage'),
});

const projectAudit = createRoute({
  getParentRoute: () => project,
  path: '/settings/audit',
  validateSearch: readAuditSearch,
  component: lazyRouteComponent(() => import('../features/audit/project-audit-page.tsx'), 'ProjectAuditPage'),
});

const routeTree = root.addChildren([
  login,
  setup,
  user.addChildren([
    opening,
    invitation,
    sparkUi,
    runUi,
    cliLogin,
    frame.addChildren([
      home,
      account,
      ...adminRoutes,
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
        examples,
        files,
        fileBin,
        ...jobRoutes,
        general,
        members,
        compute,
        libraries.addChildren([librariesIndex, librariesHistory, librariesOperations]),
        alerts,
        projectAudit,
      ]),
    ]),
  ]),
]);

/** The router of the dashboard; every address that exists is in the files of routes. */
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
