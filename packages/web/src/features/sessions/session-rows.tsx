import type { Session } from '@emberlab/contract';
import { Group, Progress, Stack, Table, Text, VisuallyHidden } from '@mantine/core';
import type { ReactNode } from 'react';
import { showHidden } from '../../lib/log-lines.ts';
import { formatBytes } from '../../lib/units.ts';
import { rowClasses, RowsTable } from '../../ui/rows.tsx';
import { StateBadge } from '../../ui/state-badge.tsx';
import { Duration, RelativeTime } from '../../ui/times.tsx';
import { SessionActions } from './session-actions.tsx';
import { isLive, kernelOf, sessionStateOf, sessionTitle } from './session-state.ts';

const plainHead = (_: string, label: string): ReactNode => label;

/** Applications as a table. `head` makes a column's heading, for those that sort. */
export function SessionRows({
  sessions,
  ended = false,
  head = plainHead,
}: {
  sessions: readonly Session[];
  /** whether applications that have ended are among them */
  ended?: boolean;
  head?: (column: 'name' | 'state' | 'started', label: string) => ReactNode;
}) {
  return (
    <RowsTable>
      <Table.Thead>
        <Table.Tr>
          <Table.Th>{head('name', 'Notebook')}</Table.Th>
          <Table.Th>Kernel</Table.Th>
          <Table.Th>{head('state', 'State')}</Table.Th>
          <Table.Th>{head('started', ended ? 'Started' : 'Age')}</Table.Th>
          {ended && <Table.Th>Ran for</Table.Th>}
          <Table.Th>Executors</Table.Th>
          <Table.Th>Memory</Table.Th>
          {!ended && <Table.Th>Active job</Table.Th>}
          <Table.Th>
            <VisuallyHidden>Actions</VisuallyHidden>
          </Table.Th>
        </Table.Tr>
      </Table.Thead>
      <Table.Tbody>
        {sessions.map((session) => (
          <SessionRow key={session.id} session={session} ended={ended} />
        ))}
      </Table.Tbody>
    </RowsTable>
  );
}

function SessionRow({ session, ended }: { session: Session; ended: boolean }) {
  const { metrics } = session;
  const live = isLive(session);
  const job = metrics?.activeJob?.description;
  return (
    <Table.Tr>
      <Table.Td className={rowClasses.lead}>
        <Stack gap={0}>
          <Text size="sm" fw={500} className="el-break">
            {sessionTitle(session)}
          </Text>
          <Text size="xs" c="dimmed" truncate maw={260}>
            {[
              session.mine ? null : session.owner.name,
              session.applicationId,
              session.external === null ? null : `on ${session.external.livy}`,
            ]
              .filter((part) => part !== null)
              .join(' · ')}
          </Text>
        </Stack>
      </Table.Td>
      <Table.Td data-label="Kernel">{kernelOf(session)}</Table.Td>
      <Table.Td data-label="State">
        <StateCell session={session} />
      </Table.Td>
      <Table.Td data-label={ended ? 'Started' : 'Age'} className={rowClasses.short}>
        {ended ? <RelativeTime at={session.createdAt} /> : <Duration from={session.createdAt} to={null} coarse />}
      </Table.Td>
      {ended && (
        <Table.Td data-label="Ran for" className={rowClasses.short}>
          <Duration from={session.createdAt} to={live ? null : (session.endedAt ?? session.createdAt)} coarse />
        </Table.Td>
      )}
      <Table.Td data-label="Executors" className="el-tabular" data-none={!live || metrics === null}>
        {live && metrics !== null ? metrics.executors : '–'}
      </Table.Td>
      <Table.Td
        data-label="Memory"
        className="el-tabular"
        data-none={!live || metrics === null}
        style={{ whiteSpace: 'nowrap' }}
      >
        {live && metrics !== null ? (
          <span title={`of ${formatBytes(metrics.memoryTotalBytes)}`}>{formatBytes(metrics.memoryUsedBytes)}</span>
        ) : (
          '–'
        )}
      </Table.Td>
      {!ended && (
        <Table.Td data-label="Active job" data-none={job === undefined}>
          <Text
            size="sm"
            lineClamp={2}
            maw={220}
            className="el-break"
            title={job === undefined ? undefined : showHidden(job)}
          >
            {job === undefined ? '–' : showHidden(job)}
          </Text>
        </Table.Td>
      )}
      <Table.Td className={rowClasses.actions}>
        <SessionActions session={session} />
      </Table.Td>
    </Table.Tr>
  );
}

function StateCell({ session }: { session: Session }) {
  const job = session.metrics?.activeJob ?? null;
  const percent = job === null || job.totalTasks === 0 ? null : Math.round((job.completedTasks / job.totalTasks) * 100);
  return (
    <Stack gap={2} miw={percent === null ? 0 : 96} align="stretch">
      <Group gap="xs" justify="space-between" wrap="nowrap">
        <StateBadge {...sessionStateOf(session)} />
        {isLive(session) && percent !== null && (
          <Text size="xs" c="dimmed" className="el-tabular" miw={36} ta="right">
            {percent} %
          </Text>
        )}
      </Group>
      {isLive(session) && job !== null && percent !== null && (
        <Progress
          value={percent}
          size={4}
          color="gray.6"
          aria-label={`${job.completedTasks} of ${job.totalTasks} tasks`}
          title={`${job.completedTasks} of ${job.totalTasks} tasks`}
        />
      )}
      {session.problem !== null && (
        <Text
          size="xs"
          c="var(--mantine-color-error)"
          maw={260}
          lineClamp={2}
          className="el-break"
          title={session.problem}
        >
          {session.problem}
        </Text>
      )}
    </Stack>
  );
}
