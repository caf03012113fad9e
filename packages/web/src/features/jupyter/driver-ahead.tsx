import { Stack, Text } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { sessionsQuery } from '../../lib/queries.ts';
import { formatMegabytes } from '../../lib/units.ts';
import { StateBadge } from '../../ui/state-badge.tsx';
import { useProject } from '../projects/project-context.ts';

/** The driver that was started ahead for the caller's notebooks; nothing where none waits. */
export function DriverAhead() {
  const project = useProject();
  const sessions = useQuery(sessionsQuery(project.name));
  const waiting = (sessions.data?.items ?? []).find(
    (session) =>
      session.mine && session.startedAhead !== null && (session.state === 'idle' || session.state === 'starting'),
  );
  if (waiting === undefined || waiting.startedAhead === null) return null;
  const ready = waiting.state === 'idle';
  return (
    <Stack gap={2} component="output">
      <StateBadge tone={ready ? 'ok' : 'wait'} label={ready ? 'Spark driver ready' : 'Spark driver is starting'} />
      <Text size="sm" c="dimmed">
        It may use {formatMegabytes(waiting.startedAhead.driverMemoryMb)} of memory and waits for the next notebook with
        a Spark kernel, whose first cell then runs at once. If none comes for a while it is stopped.
      </Text>
    </Stack>
  );
}
