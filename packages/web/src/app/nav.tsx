import { ActionIcon, CloseButton, Box, Group, Stack, Text, Tooltip } from '@mantine/core';
import { IconBook, IconFolders, IconKeyboard, IconShield } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { useLocation } from '@tanstack/react-router';
import { adminPages } from '../features/admin/admin-pages.ts';
import { isInUse } from '../features/projects/project-search.ts';
import { documentation } from '../lib/guide.ts';
import { authQuery, projectQuery, projectsQuery } from '../lib/queries.ts';
import { Flame } from '../ui/logo.tsx';
import { AccountMenu } from './account-menu.tsx';
import classes from './nav.module.css';
import { ownersPages, projectPages, settingsPages } from './project-pages.ts';
import { ProjectSwitcher } from './project-switcher.tsx';
import { SchemeToggle } from './scheme-toggle.tsx';
import { NavItemLink, UnstyledLink } from '../ui/links.tsx';

const iconSize = 17;

/** The navigation at the left; a drawer on a phone. */
export function Nav({
  project,
  onClose,
  onHelp,
}: {
  project: string | undefined;
  onClose: () => void;
  onHelp: () => void;
}) {
  const isAdminArea = useLocation({ select: ({ pathname }) => /^\/admin(\/|$)/.test(pathname) });
  return (
    <Stack h="100%" gap={0}>
      <Group h={52} px="md" justify="space-between" wrap="nowrap" className={classes.head}>
        <UnstyledLink to="/" aria-label="Emberlab: your projects">
          <Group gap={8}>
            <Flame />
            <Text fw={650}>Emberlab</Text>
          </Group>
        </UnstyledLink>
        <CloseButton hiddenFrom="sm" onClick={onClose} aria-label="Close the navigation" />
      </Group>
      <Box flex={1} p="xs" className={classes.pages}>
        {project !== undefined ? <ProjectPages project={project} /> : isAdminArea ? <AdminPages /> : <ProjectLinks />}
      </Box>
      <Group p="xs" justify="space-between" wrap="nowrap" gap={4} className={classes.foot}>
        <AccountMenu />
        <Group gap={2} wrap="nowrap">
          <Tooltip label="Documentation">
            <ActionIcon
              component="a"
              href={documentation}
              target="_blank"
              rel="noopener"
              variant="subtle"
              color="gray"
              aria-label="Documentation"
            >
              <IconBook size={iconSize} />
            </ActionIcon>
          </Tooltip>
          <SchemeToggle />
          <Tooltip label="Keyboard shortcuts">
            <ActionIcon variant="subtle" color="gray" onClick={onHelp} aria-label="Keyboard shortcuts" visibleFrom="sm">
              <IconKeyboard size={iconSize} />
            </ActionIcon>
          </Tooltip>
        </Group>
      </Group>
    </Stack>
  );
}

/** How links of the navigation look, and that what is searched for on a page leaves it the same page. */
const look = { className: classes.link, activeOptions: { includeSearch: false } } as const;

function Heading({ children }: { children: string }) {
  return (
    <Text size="xs" c="dimmed" fw={500} px="sm" pt="md" pb={4}>
      {children}
    </Text>
  );
}

const projectsLink = (
  <NavItemLink {...look} to="/" label="Projects" icon={IconFolders} activeOptions={{ exact: true }} />
);

function ProjectLinks() {
  const projects = useQuery(projectsQuery);
  return (
    <Stack gap="xs">
      <nav aria-label="Projects">
        {projectsLink}
        {(projects.data?.items ?? [])
          .filter(isInUse)
          .slice(0, 12)
          .map((each) => (
            <NavItemLink
              {...look}
              key={each.id}
              to="/projects/$project/jupyter"
              params={{ project: each.name }}
              label={each.label}
              pl={40}
            />
          ))}
      </nav>
      <AdminLink />
    </Stack>
  );
}

/** For administrators, the way to their area. */
function AdminLink() {
  const auth = useQuery(authQuery);
  if (auth.data?.user?.admin !== true) return null;
  return (
    <nav aria-label="Platform">
      <NavItemLink {...look} to="/admin" label="Administration" icon={IconShield} />
    </nav>
  );
}

/** The administrators' area. Whoever else is there reads on its pages that it is not for them. */
function AdminPages() {
  return (
    <Stack gap="xs">
      {projectsLink}
      <nav aria-label="Administration">
        <Heading>Administration</Heading>
        {adminPages.map(({ to, label, Icon: icon }) => (
          <NavItemLink
            {...look}
            key={to}
            to={to}
            label={label}
            icon={icon}
            activeOptions={{ includeSearch: false, exact: to === '/admin' }}
          />
        ))}
      </nav>
    </Stack>
  );
}

function ProjectPages({ project }: { project: string }) {
  const { data } = useQuery(projectQuery(project));
  const link = (entry: (typeof projectPages | typeof settingsPages | typeof ownersPages)[number]) => (
    <NavItemLink {...look} {...entry} key={entry.to} params={{ project }} />
  );
  return (
    <Stack gap="xs">
      <ProjectSwitcher current={project} />
      <nav aria-label="Project">
        {projectPages.map(link)}
        <Heading>Project settings</Heading>
        {settingsPages.map(link)}
        {data?.role === 'owner' && ownersPages.map(link)}
      </nav>
      <AdminLink />
    </Stack>
  );
}
