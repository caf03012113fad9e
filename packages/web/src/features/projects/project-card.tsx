import type { Project } from '@emberlab/contract';
import { Card, Group, Stack, Text, Title } from '@mantine/core';
import { Link } from '@tanstack/react-router';
import { countOf } from '../../lib/units.ts';
import { StateBadge, StateDot } from '../../ui/state-badge.tsx';
import { RelativeTime } from '../../ui/times.tsx';
import classes from './project-card.module.css';

export const roleLabels = { viewer: 'Viewer', editor: 'Editor', owner: 'Owner' } as const;

/** A project on the home page: whose it is and what runs in it now. */
export function ProjectCard({ project }: { project: Project }) {
  const { servers, sessions } = project.running;
  return (
    <Card className={classes.card} component="article">
      <Stack gap="xs" h="100%">
        <div>
          <Title order={2} fz="md" className="el-break" lineClamp={2}>
            <Link to="/projects/$project/jupyter" params={{ project: project.name }} className={classes.link}>
              {project.label}
            </Link>
          </Title>
          <Text size="xs" c="dimmed" ff="monospace" truncate>
            {project.name}
          </Text>
        </div>
        <Group gap="md" mih={22}>
          {servers > 0 && <Running what={countOf(servers, 'Jupyter server')} />}
          {sessions > 0 && <Running what={countOf(sessions, 'application')} />}
          {project.state === 'active' && servers + sessions === 0 && (
            <Text size="sm" c="dimmed">
              Nothing is running
            </Text>
          )}
          {project.state !== 'active' && (
            <StateBadge
              tone={project.state === 'archived' ? 'off' : 'wait'}
              label={project.state === 'archived' ? 'Archived' : 'Being deleted'}
            />
          )}
        </Group>
        <Group justify="space-between" mt="auto" gap="xs">
          <Text size="xs" c="dimmed">
            {roleLabels[project.role]} · {countOf(project.members, 'member')}
          </Text>
          <Text size="xs" c="dimmed">
            active <RelativeTime at={project.lastActivityAt} />
          </Text>
        </Group>
      </Stack>
    </Card>
  );
}

function Running({ what }: { what: string }) {
  return (
    <Group gap={6} wrap="nowrap">
      <StateDot tone="ok" />
      <Text size="sm">{what}</Text>
    </Group>
  );
}
