import { Group, Menu, Text, TextInput, UnstyledButton } from '@mantine/core';
import { IconCheck, IconFolders, IconSelector } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { applyProjectSearch } from '../features/projects/project-search.ts';
import { projectQuery, projectsQuery } from '../lib/queries.ts';
import classes from './nav.module.css';
import { MenuItemLink } from '../ui/links.tsx';

/** From this many projects on, finding one by eye takes too long. */
const searchFrom = 8;
/** How many the menu has room for; the rest are found by the search. */
const atOnce = 30;

/** Shows the project one is in and leads to the others. */
export function ProjectSwitcher({ current }: { current: string }) {
  const project = useQuery(projectQuery(current));
  const projects = useQuery(projectsQuery);
  const [search, setSearch] = useState('');
  const all = (projects.data?.items ?? []).filter(({ name, state }) => state === 'active' || name === current);
  const many = all.length >= searchFrom;
  const shown = applyProjectSearch(all, { q: many ? search : undefined, archived: true });
  const label = project.data?.label ?? current;
  return (
    <Menu width="target" position="bottom-start" onClose={() => setSearch('')}>
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
        {many && (
          <TextInput
            size="xs"
            m={4}
            aria-label="Search projects"
            placeholder="Search projects"
            value={search}
            onChange={(event) => setSearch(event.currentTarget.value)}
            // The menu would take letters and arrows for itself.
            onKeyDown={(event) => {
              if (event.key !== 'Escape' && event.key !== 'Tab') event.stopPropagation();
            }}
          />
        )}
        {shown.length === 0 && <Menu.Label>No project matches</Menu.Label>}
        {shown.slice(0, atOnce).map((each) => (
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
