import { createRoute, lazyRouteComponent } from '@tanstack/react-router';
import { readAllProjectsSearch } from '../features/admin/all-projects-search.ts';
import { readOverviewSearch } from '../features/admin/queries.ts';
import { readRunningSearch } from '../features/admin/running-search.ts';
import { readSettingsSearch } from '../features/admin/settings-search.ts';
import { readAuditSearch } from '../features/audit/audit-search.ts';
import { readLimitsSearch } from '../features/limits/limits-search.ts';
import { readPeopleSearch } from '../features/people/people-search.ts';
import { frame } from './base-routes.tsx';

const adminOverview = createRoute({
  getParentRoute: () => frame,
  path: '/admin',
  validateSearch: readOverviewSearch,
  component: lazyRouteComponent(() => import('../features/admin/overview-page.tsx'), 'OverviewPage'),
});

const adminRunning = createRoute({
  getParentRoute: () => frame,
  path: '/admin/running',
  validateSearch: readRunningSearch,
  component: lazyRouteComponent(() => import('../features/admin/running-page.tsx'), 'RunningPage'),
});

const adminProjects = createRoute({
  getParentRoute: () => frame,
  path: '/admin/projects',
  validateSearch: readAllProjectsSearch,
  component: lazyRouteComponent(() => import('../features/admin/all-projects-page.tsx'), 'AllProjectsPage'),
});

const adminSettings = createRoute({
  getParentRoute: () => frame,
  path: '/admin/settings',
  validateSearch: readSettingsSearch,
  component: lazyRouteComponent(() => import('../features/admin/settings-page.tsx'), 'SettingsPage'),
});

const serviceAccounts = createRoute({
  getParentRoute: () => frame,
  path: '/admin/service-accounts',
  component: lazyRouteComponent(() => import('../features/account/service-accounts-page.tsx'), 'ServiceAccountsPage'),
});

const people = createRoute({
  getParentRoute: () => frame,
  path: '/admin/users',
  validateSearch: readPeopleSearch,
  component: lazyRouteComponent(() => import('../features/people/people-page.tsx'), 'PeoplePage'),
});

const limits = createRoute({
  getParentRoute: () => frame,
  path: '/admin/limits',
  validateSearch: readLimitsSearch,
  component: lazyRouteComponent(() => import('../features/limits/limits-page.tsx'), 'LimitsPage'),
});

const engines = createRoute({
  getParentRoute: () => frame,
  path: '/admin/engines',
  component: lazyRouteComponent(() => import('../features/engines/engines-page.tsx'), 'EnginesPage'),
});

const announcements = createRoute({
  getParentRoute: () => frame,
  path: '/admin/announcements',
  component: lazyRouteComponent(() => import('../features/announcements/announcements-page.tsx'), 'AnnouncementsPage'),
});

const audit = createRoute({
  getParentRoute: () => frame,
  path: '/admin/audit',
  validateSearch: readAuditSearch,
  component: lazyRouteComponent(() => import('../features/audit/audit-page.tsx'), 'AuditPage'),
});

const packageIndex = createRoute({
  getParentRoute: () => frame,
  path: '/admin/libraries',
  component: lazyRouteComponent(() => import('../features/environments/index-page.tsx'), 'IndexPage'),
});

/** What administrators have beside their projects. */
export const adminRoutes = [
  adminOverview,
  adminRunning,
  adminProjects,
  adminSettings,
  serviceAccounts,
  people,
  limits,
  engines,
  announcements,
  audit,
  packageIndex,
] as const;
