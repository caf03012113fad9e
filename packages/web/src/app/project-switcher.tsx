import { Group, Menu, Text, UnstyledButton } from '@mantine/core';
import { IconCheck, IconFolders, IconSelector } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { projectQuery, projectsQuery } from '../lib/queries.ts';
import classes from './nav.module.css';
import { MenuItemLink } from '../ui/links.tsx';

/** Shows the project one is in and leads to the others. */
export function ProjectSwitcher({ current }: { current: string }) {
  const project = useQuery(projectQuery(current));
  const projects = useQuery(projectsQuery);
  const label = project.data?.label ?? current;
  return (
    <Menu width="target" position="bottom-start">
      <Menu.Target>
        <UnstyledButton className={classes.switcher}>
          <Group justify="space-between" wrap="nowrap" gap="xs">
            <div style={{ minWidth: 0 }}>
              <Text size="xs" c="dimmed">
                Project
              </Text>
              <Text size="sm" fw={600} truncate>
                {label}
              </Text>
            </div>
            <IconSelector size={16} aria-hidden="true" />
          </Group>
        </UnstyledButton>
      </Menu.Target>
      <Menu.Dropdown mah="60vh" style={{ overflowY: 'auto' }}>
        {(projects.data?.items ?? []).map((each) => (
          <MenuItemLink
            key={each.id}
            to="/projects/$project/jupyter"
            params={{ project: each.name }}
            rightSection={each.name === current ? <IconCheck size={14} aria-label="this one" /> : null}
          >
            {each.label}
          </MenuItemLink>
        ))}
        <Menu.Divider />
        <MenuItemLink to="/" leftSection={<IconFolders size={15} />}>
          All projects
        </MenuItemLink>
      </Menu.Dropdown>
    </Menu>
  );
}
