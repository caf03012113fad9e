import { Group, Loader, Text, Tooltip } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { serverStateLabels, serverTones } from '../features/jupyter/server-state.ts';
import { msLeft, spellLeft } from '../features/jupyter/time-left.ts';
import { useLive } from '../lib/use-live.ts';
import { projectQuery, serverQuery } from '../lib/queries.ts';
import { useNow } from '../lib/use-now.ts';
import { StateDot } from '../ui/state-badge.tsx';
import classes from './project-status.module.css';
import { UnstyledLink } from '../ui/links.tsx';

/** Keeps the project's pages live, and shows the caller's Jupyter server on all of them. */
export function ProjectStatus({ project }: { project: string }) {
  const query = useQuery(projectQuery(project));
  if (query.data === undefined) return null;
  return <LiveProject project={project} runs={query.data.role !== 'viewer'} />;
}

function LiveProject({ project, runs }: { project: string; runs: boolean }) {
  const live = useLive(project);
  return (
    <Group gap="sm" wrap="nowrap">
      <output>
        {live === 'reconnecting' && (
          <Tooltip label="What you see may be out of date. It goes on as soon as Emberlab answers.">
            <Group gap={6} wrap="nowrap">
              <Loader size={12} color="gray" />
              <Text size="xs" c="dimmed">
                reconnecting…
              </Text>
            </Group>
          </Tooltip>
        )}
      </output>
      {runs && <ServerChip project={project} />}
    </Group>
  );
}

function ServerChip({ project }: { project: string }) {
  const { data: server } = useQuery(serverQuery(project));
  const now = useNow(1000);
  if (server === undefined || server.state === 'stopped') return null;
  const left = msLeft(server, now);
  return (
    <UnstyledLink
      to="/projects/$project/jupyter"
      params={{ project }}
      className={classes.chip}
      aria-label={`Jupyter: ${serverStateLabels[server.state]}${left === null ? '' : `, ${spellLeft(left)} left`}`}
    >
      <Group gap={8} wrap="nowrap">
        <StateDot tone={serverTones[server.state]} />
        <Text size="sm" span>
          Jupyter
          <Text span inherit visibleFrom="xs">
            {` ${serverStateLabels[server.state].toLowerCase()}`}
          </Text>
          {left !== null && (
            <Text span inherit c="dimmed" className="el-tabular">
              {` · ${spellLeft(left)}`}
            </Text>
          )}
        </Text>
      </Group>
    </UnstyledLink>
  );
}
