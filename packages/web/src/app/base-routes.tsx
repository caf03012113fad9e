import type { QueryClient } from '@tanstack/react-query';
import { createRootRouteWithContext, createRoute, Outlet, redirect } from '@tanstack/react-router';
import { authQuery } from '../lib/queries.ts';
import { keepInvitation } from '../features/members/kept-invitation.ts';
import { CrashPage, NowherePage } from '../ui/fallbacks.tsx';
import { askForProject } from './asked-ahead.ts';
import { Frame } from './frame.tsx';
import { ProjectLayout } from './project-layout.tsx';

/** Above all pages. */
export const root = createRootRouteWithContext<{ queryClient: QueryClient }>()({
  component: Outlet,
  notFoundComponent: NowherePage,
  errorComponent: CrashPage,
});

/** Everything that needs a login. */
export const user = createRoute({
  getParentRoute: () => root,
  id: 'user',
  component: Outlet,
  beforeLoad: async ({ context, location }) => {
    // Before the address goes into that of the login page, which is sent to the server.
    if (location.pathname === '/invitation' && location.hash !== '') {
      keepInvitation(location.hash);
      throw redirect({ to: '/invitation', replace: true });
    }
    const auth = await context.queryClient.ensureQueryData(authQuery);
    if (auth.user === null) throw redirect({ to: '/login', search: { next: location.href }, replace: true });
  },
});

/** What has the navigation beside it. */
export const frame = createRoute({ getParentRoute: () => user, id: 'frame', component: Frame });

/** The pages of one project. */
export const project = createRoute({
  getParentRoute: () => frame,
  path: '/projects/$project',
  loader: ({ context, params }) => askForProject(context.queryClient, params.project),
  component: ProjectLayout,
});
