import { ActionIcon, CloseButton, Group, ScrollArea, Stack, Text, Tooltip } from '@mantine/core';
import {
  IconApps,
  IconFolders,
  IconHistory,
  IconKeyboard,
  IconNotebook,
  IconPackage,
  IconSettings,
} from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { authQuery, projectQuery, projectsQuery } from '../lib/queries.ts';
import { Flame } from '../ui/logo.tsx';
import { AccountMenu } from './account-menu.tsx';
import classes from './nav.module.css';
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
      <ScrollArea flex={1} p="xs">
        {project === undefined ? <ProjectLinks /> : <ProjectPages project={project} />}
      </ScrollArea>
      <Group p="xs" justify="space-between" wrap="nowrap" gap={4} className={classes.foot}>
        <AccountMenu />
        <Group gap={2} wrap="nowrap">
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

function ProjectLinks() {
  const projects = useQuery(projectsQuery);
  return (
    <Stack gap="xs">
      <nav aria-label="Projects">
        <NavItemLink
          color="gray"
          noWrap
          className={classes.link}
          to="/"
          label="Projects"
          leftSection={<IconFolders size={iconSize} />}
          activeOptions={{ exact: true }}
        />
        {(projects.data?.items ?? []).slice(0, 12).map((each) => (
          <NavItemLink
            color="gray"
            noWrap
            key={each.id}
            className={classes.link}
            to="/projects/$project/jupyter"
            params={{ project: each.name }}
            label={each.label}
            pl={40}
          />
        ))}
      </nav>
      <AdminPages />
    </Stack>
  );
}

/** What administrators have beside their projects. */
function AdminPages() {
  const auth = useQuery(authQuery);
  if (auth.data?.user?.admin !== true) return null;
  return (
    <nav aria-label="Administration">
      <Text size="xs" c="dimmed" fw={500} px="sm" pt="md" pb={4}>
        Administration
      </Text>
      <NavItemLink
        color="gray"
        noWrap
        className={classes.link}
        to="/admin/audit"
        activeOptions={{ includeSearch: false }}
        label="Audit"
        leftSection={<IconHistory size={iconSize} />}
      />
    </nav>
  );
}

function ProjectPages({ project }: { project: string }) {
  const params = { project };
  const { data } = useQuery(projectQuery(project));
  return (
    <Stack gap="xs">
      <ProjectSwitcher current={project} />
      <nav aria-label="Project">
        <NavItemLink
          color="gray"
          noWrap
          className={classes.link}
          to="/projects/$project/jupyter"
          params={params}
          activeOptions={{ includeSearch: false }}
          label="Jupyter"
          leftSection={<IconNotebook size={iconSize} />}
        />
        <NavItemLink
          color="gray"
          noWrap
          className={classes.link}
          to="/projects/$project/applications"
          params={params}
          activeOptions={{ includeSearch: false }}
          label="Applications"
          leftSection={<IconApps size={iconSize} />}
        />
        <Text size="xs" c="dimmed" fw={500} px="sm" pt="md" pb={4} id="nav-settings">
          Project settings
        </Text>
        <NavItemLink
          color="gray"
          noWrap
          className={classes.link}
          to="/projects/$project/settings/general"
          params={params}
          label="General"
          leftSection={<IconSettings size={iconSize} />}
        />
        <NavItemLink
          color="gray"
          noWrap
          className={classes.link}
          to="/projects/$project/settings/libraries"
          params={params}
          label="Python libraries"
          leftSection={<IconPackage size={iconSize} />}
        />
        {data?.role === 'owner' && (
          <NavItemLink
            color="gray"
            noWrap
            className={classes.link}
            to="/projects/$project/settings/audit"
            params={params}
            activeOptions={{ includeSearch: false }}
            label="Audit"
            leftSection={<IconHistory size={iconSize} />}
          />
        )}
      </nav>
    </Stack>
  );
}
