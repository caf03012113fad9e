import { AppShell, Box, Burger, Group } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { useQuery } from '@tanstack/react-query';
import { Outlet, useLocation, useParams, useRouter } from '@tanstack/react-router';
import { useEffect } from 'react';
import { AnnouncementBars } from '../features/announcements/announcement-bars.tsx';
import { useAnnouncementEvents } from '../features/announcements/use-announcement-events.ts';
import { authQuery } from '../lib/queries.ts';
import { Crumbs } from './crumbs.tsx';
import { HelpDialog } from './help-dialog.tsx';
import { Nav } from './nav.tsx';
import { Notices } from './notices.tsx';
import { PaletteHost } from './palette-host.tsx';
import { ProjectStatus } from './project-status.tsx';
import { useShortcuts } from './use-shortcuts.ts';

/** What surrounds every page of someone who is logged in: navigation, where one is, what runs. */
export function Frame() {
  const { project } = useParams({ strict: false });
  const [navOpen, { close: closeNav, toggle: toggleNav }] = useDisclosure(false);
  const [helpOpen, help] = useDisclosure(false);
  const { pathname } = useLocation();
  const router = useRouter();
  useAnnouncementEvents(project === undefined);
  const auth = useQuery(authQuery);
  const loggedOut = auth.data !== undefined && auth.data.user === null;

  useEffect(() => closeNav(), [pathname, closeNav]); // oxlint-disable-line react/exhaustive-effect-dependencies, react-hooks/exhaustive-deps -- `pathname` is when, not what
  // Asks the routes again; they lead to the login page and back here.
  useEffect(() => {
    if (loggedOut) void router.invalidate();
  }, [loggedOut, router]);

  const go = (page: 'jupyter' | 'jobs' | 'applications') => () => {
    if (project === undefined) return;
    void router.navigate({ to: `/projects/$project/${page}`, params: { project } });
  };
  useShortcuts({
    'g j': go('jupyter'),
    'g b': go('jobs'),
    'g a': go('applications'),
    'g p': () => void router.navigate({ to: '/' }),
    '?': help.open,
  });

  return (
    <>
      <a className="el-skip" href="#content">
        Skip to the content
      </a>
      <AppShell
        layout="alt"
        header={{ height: 52 }}
        navbar={{ width: 256, breakpoint: 'sm', collapsed: { mobile: !navOpen } }}
        padding={{ base: 'sm', sm: 'lg' }}
      >
        <AppShell.Navbar aria-label="Main">
          <Nav project={project} onClose={closeNav} onHelp={help.open} />
        </AppShell.Navbar>
        <AppShell.Header>
          <Group h="100%" px={{ base: 'sm', sm: 'lg' }} justify="space-between" wrap="nowrap" gap="sm">
            <Group gap="xs" wrap="nowrap" miw={0}>
              <Burger hiddenFrom="sm" size="sm" opened={navOpen} onClick={toggleNav} aria-label="Navigation" />
              <Crumbs pathname={pathname} project={project} />
            </Group>
            <Group gap="sm" wrap="nowrap">
              {project !== undefined && <ProjectStatus project={project} key={project} />}
              <PaletteHost project={project} onHelp={help.open} />
            </Group>
          </Group>
        </AppShell.Header>
        <AppShell.Main>
          <Box id="content" maw={1240} mx="auto" tabIndex={-1} style={{ outline: 'none' }}>
            <AnnouncementBars />
            <Notices />
            <Outlet />
          </Box>
        </AppShell.Main>
      </AppShell>
      <HelpDialog project={project} opened={helpOpen} onClose={help.close} />
    </>
  );
}
