import type { SessionExecutor, SessionExecutors } from '@emberlab/contract';
import { Paper, Progress, Stack, Table, Text } from '@mantine/core';
import { IconServer } from '@tabler/icons-react';
import { useQuery, type UseQueryOptions } from '@tanstack/react-query';
import type { ReactNode } from 'react';
import { showHidden } from '../../lib/show-hidden.ts';
import { formatBytes } from '../../lib/units.ts';
import { EmptyState } from '../../ui/empty-state.tsx';
import { ErrorState } from '../../ui/error-state.tsx';
import { rowClasses, RowsHead, RowsSkeleton, RowsTable } from '../../ui/rows.tsx';
import { StateBadge } from '../../ui/state-badge.tsx';
import { RelativeTime } from '../../ui/times.tsx';

/** The executors of an application: those that run, then those that are gone, as far as Spark remembers them. */
export function Executors<K extends readonly unknown[]>({
  query,
  actions,
}: {
  query: UseQueryOptions<SessionExecutors, Error, SessionExecutors, K>;
  /** what can be done with one */
  actions?: Actions;
}) {
  const executors = useQuery(query);
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
        <>
          <ExecutorRows executors={executors.data.items} actions={actions} />
          {executors.data.note !== null && (
            <Text size="xs" c="dimmed" px="md" py="xs">
              {executors.data.note}
            </Text>
          )}
        </>
      )}
    </Paper>
  );
}

type Actions = (executor: SessionExecutor, name: string) => ReactNode;

function ExecutorRows({ executors, actions }: { executors: readonly SessionExecutor[]; actions: Actions | undefined }) {
  return (
    <RowsTable>
      <RowsHead
        columns={['Executor', 'State', 'Cores', 'Storage memory', 'Tasks', 'Added', 'Removed']}
        actions={actions !== undefined}
      />
      <Table.Tbody>
        {executors.map((executor) => (
          <ExecutorRow key={executor.id} executor={executor} actions={actions} />
        ))}
      </Table.Tbody>
    </RowsTable>
  );
}

function ExecutorRow({ executor, actions }: { executor: SessionExecutor; actions: Actions | undefined }) {
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
      {actions !== undefined && <Table.Td className={rowClasses.actions}>{actions(executor, name)}</Table.Td>}
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

const stateOf = (executor: SessionExecutor) =>
  !executor.active
    ? ({ tone: 'off', label: 'Gone' } as const)
    : executor.activeTasks > 0
      ? ({ tone: 'busy', label: 'Busy' } as const)
      : ({ tone: 'ok', label: 'Idle' } as const);
