import type { SessionExecutor } from '@emberlab/contract';
import { Paper, Progress, Stack, Table, Text, VisuallyHidden } from '@mantine/core';
import { IconServer } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { showHidden } from '../../lib/log-lines.ts';
import { sessionExecutorsQuery } from '../../lib/queries.ts';
import { formatBytes } from '../../lib/units.ts';
import { EmptyState } from '../../ui/empty-state.tsx';
import { ErrorState } from '../../ui/error-state.tsx';
import { ButtonLink } from '../../ui/links.tsx';
import { rowClasses, RowsSkeleton, RowsTable } from '../../ui/rows.tsx';
import { StateBadge } from '../../ui/state-badge.tsx';
import { RelativeTime } from '../../ui/times.tsx';
import { useProject } from '../projects/project-context.ts';
import { useApplication } from './application-context.ts';

/** The executors of an application: those that run, then those that are gone, as far as Spark remembers them. */
export function ExecutorsTab() {
  const { name: project } = useProject();
  const { id } = useApplication();
  const executors = useQuery(sessionExecutorsQuery(project, id));
  return (
    <Paper style={{ overflow: 'hidden' }}>
      {executors.isPending ? (
        <RowsSkeleton rows={2} />
      ) : executors.data === undefined ? (
        <ErrorState error={executors.error} onRetry={() => void executors.refetch()} />
      ) : executors.data.items.length === 0 ? (
        <EmptyState icon={<IconServer size={30} />} title="No executors">
          {executors.data.note ?? 'Spark has none at the moment. They come when there is something to compute.'}
        </EmptyState>
      ) : (
        <ExecutorRows executors={executors.data.items} />
      )}
    </Paper>
  );
}

function ExecutorRows({ executors }: { executors: readonly SessionExecutor[] }) {
  return (
    <RowsTable>
      <Table.Thead>
        <Table.Tr>
          <Table.Th>Executor</Table.Th>
          <Table.Th>State</Table.Th>
          <Table.Th>Cores</Table.Th>
          <Table.Th>Storage memory</Table.Th>
          <Table.Th>Tasks</Table.Th>
          <Table.Th>Added</Table.Th>
          <Table.Th>Removed</Table.Th>
          <Table.Th>
            <VisuallyHidden>Actions</VisuallyHidden>
          </Table.Th>
        </Table.Tr>
      </Table.Thead>
      <Table.Tbody>
        {executors.map((executor) => (
          <ExecutorRow key={executor.id} executor={executor} />
        ))}
      </Table.Tbody>
    </RowsTable>
  );
}

function ExecutorRow({ executor }: { executor: SessionExecutor }) {
  const { memoryUsedBytes: used, memoryTotalBytes: total, removedAt } = executor;
  const name = executor.id === 'driver' ? 'driver' : showHidden(executor.id);
  const memory = `${formatBytes(used)} of ${formatBytes(total)}`;
  const reason = executor.removeReason === null ? null : showHidden(executor.removeReason);
  return (
    <Table.Tr>
      <Table.Td className={rowClasses.lead}>
        <Stack gap={0}>
          <Text size="sm" fw={500}>
            {name}
          </Text>
          <Text size="xs" c="dimmed" className="el-break">
            {showHidden(executor.host)}
          </Text>
        </Stack>
      </Table.Td>
      <Table.Td data-label="State">
        <StateBadge {...stateOf(executor)} />
      </Table.Td>
      <Table.Td data-label="Cores" className="el-tabular">
        {executor.cores}
      </Table.Td>
      <Table.Td data-label="Storage memory" className="el-tabular" data-none={!executor.active}>
        {executor.active ? (
          <Stack gap={2} miw={110}>
            <span>{memory}</span>
            <Progress value={total === 0 ? 0 : (used / total) * 100} size={4} color="gray.6" aria-label={memory} />
          </Stack>
        ) : (
          '–'
        )}
      </Table.Td>
      <Table.Td data-label="Tasks" className="el-tabular">
        <TaskCounts executor={executor} />
      </Table.Td>
      <Table.Td data-label="Added" className={rowClasses.short} data-none={executor.addedAt === null}>
        {executor.addedAt === null ? '–' : <RelativeTime at={executor.addedAt} />}
      </Table.Td>
      <Table.Td data-label="Removed" data-none={removedAt === null && reason === null}>
        <Stack gap={0}>
          {removedAt === null ? (reason ?? '–') : <RelativeTime at={removedAt} />}
          {removedAt !== null && reason !== null && (
            <Text size="xs" c="dimmed" maw={260} lineClamp={2} className="el-break" title={reason}>
              {reason}
            </Text>
          )}
        </Stack>
      </Table.Td>
      <Table.Td className={rowClasses.actions}>
        {executor.logs.length > 0 && <LogLink id={executor.id} name={name} />}
      </Table.Td>
    </Table.Tr>
  );
}

function TaskCounts({ executor: { activeTasks, completedTasks, failedTasks } }: { executor: SessionExecutor }) {
  return (
    <Stack gap={0}>
      <span>{completedTasks.toLocaleString('en')} done</span>
      {activeTasks > 0 && <span>{activeTasks.toLocaleString('en')} running</span>}
      {failedTasks > 0 && (
        <Text span size="sm" c="var(--mantine-color-error)">
          {failedTasks.toLocaleString('en')} failed
        </Text>
      )}
    </Stack>
  );
}

function LogLink({ id: executor, name }: { id: string; name: string }) {
  const { name: project } = useProject();
  const { id } = useApplication();
  return (
    <ButtonLink
      size="compact-sm"
      to="/projects/$project/applications/$id/executors/$executor/log"
      params={{ project, id: String(id), executor }}
      aria-label={executor === 'driver' ? 'Log of the driver' : `Log of executor ${name}`}
    >
      Log
    </ButtonLink>
  );
}

const stateOf = (executor: SessionExecutor) =>
  !executor.active
    ? ({ tone: 'off', label: 'Gone' } as const)
    : executor.activeTasks > 0
      ? ({ tone: 'busy', label: 'Busy' } as const)
      : ({ tone: 'ok', label: 'Idle' } as const);
