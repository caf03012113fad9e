import { routePath, type EnvironmentOperation } from '@emberlab/contract';
import { Button, CloseButton, Group, Paper, Skeleton, Stack, Table, Text } from '@mantine/core';
import { IconListCheck } from '@tabler/icons-react';
import { useInfiniteQuery, useQuery } from '@tanstack/react-query';
import { getRouteApi } from '@tanstack/react-router';
import { isOpen } from '../../lib/environment-news.ts';
import { EmptyState } from '../../ui/empty-state.tsx';
import { ErrorState } from '../../ui/error-state.tsx';
import { LogStreamView } from '../../ui/log-stream-view.tsx';
import { Section } from '../../ui/page.tsx';
import { rowClasses, RowsHead, RowsSkeleton, RowsTable } from '../../ui/rows.tsx';
import { StateBadge } from '../../ui/state-badge.tsx';
import { Duration, RelativeTime } from '../../ui/times.tsx';
import { useProject } from '../projects/project-context.ts';
import classes from './changes.module.css';
import { CancelButton, ChangeList, OperationFacts, OperationProgress } from './operation-parts.tsx';
import { operationQuery, operationsQuery } from './queries.ts';
import { operationStates, spellChanges } from './texts.ts';

const route = getRouteApi('/user/frame/projects/$project/settings/libraries/operations');

/** All changes, also those that failed, with their logs; the one that the address names is open. */
export function OperationsTab() {
  const project = useProject();
  const operations = useInfiniteQuery(operationsQuery(project.name));
  const { operation: chosen } = route.useSearch();
  const navigate = route.useNavigate();
  const choose = (operation: string | undefined): void => void navigate({ search: { operation }, replace: true });
  const all = operations.data?.pages.flatMap(({ items }) => items) ?? [];
  if (operations.data === undefined && operations.isError) {
    return <ErrorState error={operations.error} onRetry={() => void operations.refetch()} />;
  }
  return (
    <Stack>
      {chosen !== undefined && <Chosen key={chosen} id={chosen} onClose={() => choose(undefined)} />}
      <Paper component="section" aria-label="Operations" style={{ overflow: 'hidden' }}>
        {operations.data === undefined ? (
          <RowsSkeleton rows={5} />
        ) : all.length === 0 ? (
          <EmptyState icon={<IconListCheck size={30} />} title="Nothing was changed yet">
            What is installed, removed, updated or restored is listed here, with its log.
          </EmptyState>
        ) : (
          <OperationRows operations={all} chosen={chosen} onChoose={choose} />
        )}
        {operations.hasNextPage && (
          <Group justify="center" p="sm">
            <Button
              size="compact-sm"
              loading={operations.isFetchingNextPage}
              onClick={() => void operations.fetchNextPage()}
            >
              Show more
            </Button>
          </Group>
        )}
      </Paper>
    </Stack>
  );
}

function OperationRows({
  operations,
  chosen,
  onChoose,
}: {
  operations: readonly EnvironmentOperation[];
  chosen: string | undefined;
  onChoose: (id: string) => void;
}) {
  return (
    <RowsTable>
      <RowsHead columns={['Change', 'State', 'Result', 'When', 'Took']} />
      <Table.Tbody>
        {operations.map((operation) => (
          <Table.Tr key={operation.id} aria-current={operation.id === chosen}>
            <Table.Td className={rowClasses.lead}>
              <Stack gap={0}>
                <Text size="sm" fw={500} className="el-break">
                  {operation.title}
                </Text>
                <Text size="xs" c="dimmed" className="el-break">
                  {operation.by ?? 'Emberlab'}
                </Text>
              </Stack>
            </Table.Td>
            <Table.Td data-label="State" className={rowClasses.short}>
              <StateBadge {...operationStates[operation.state]} />
            </Table.Td>
            <Table.Td data-label="Result" data-none={resultOf(operation) === ''}>
              <Text size="sm" lineClamp={2} className="el-break">
                {resultOf(operation)}
              </Text>
            </Table.Td>
            <Table.Td data-label="When" className={rowClasses.short}>
              <RelativeTime at={operation.createdAt} />
            </Table.Td>
            <Table.Td data-label="Took" data-none={operation.startedAt === null} className={rowClasses.short}>
              {operation.startedAt !== null && <Duration from={operation.startedAt} to={operation.endedAt} />}
            </Table.Td>
            <Table.Td className={rowClasses.actions}>
              <Group gap={6} wrap="nowrap" display="inline-flex">
                <CancelButton operation={operation} />
                <Button
                  size="compact-sm"
                  onClick={() => onChoose(operation.id)}
                  aria-label={`Log of ${operation.title}`}
                >
                  Log
                </Button>
              </Group>
            </Table.Td>
          </Table.Tr>
        ))}
      </Table.Tbody>
    </RowsTable>
  );
}

function resultOf({ state, changes, problem, conflicts, revision }: EnvironmentOperation): string {
  if (state === 'failed') return problem ?? '';
  if (state !== 'succeeded') return '';
  const parts = [...(revision === null ? [] : [`revision ${revision}`]), spellChanges(changes ?? [])];
  return `${parts.join(': ')}${conflicts ? `; ${conflicts} conflict${conflicts === 1 ? '' : 's'}` : ''}`;
}

/** One change with its log. */
function Chosen({ id, onClose }: { id: string; onClose: () => void }) {
  const { name: project } = useProject();
  const { data: operation, error, refetch } = useQuery(operationQuery(project, id));
  if (operation === undefined) {
    return error === null ? (
      <Skeleton height={240} radius="md" />
    ) : (
      <ErrorState error={error} onRetry={() => void refetch()} />
    );
  }
  return (
    <Section
      title={operation.title}
      aside={
        <Group gap="xs" wrap="nowrap">
          <StateBadge {...operationStates[operation.state]} />
          <CloseButton aria-label="Close the log" onClick={onClose} />
        </Group>
      }
    >
      <Stack gap="sm">
        {operation.state === 'running' && <OperationProgress operation={operation} />}
        <OperationFacts operation={operation} />
        {operation.problem !== null && (
          <Text size="sm" className={classes.lines} c="var(--mantine-color-error)">
            {operation.problem}
          </Text>
        )}
        <ChangeList changes={operation.changes ?? []} />
        <LogStreamView
          url={routePath('environment.operationLog', { params: { project, id } })}
          live={isOpen(operation)}
          label={`Log of ${operation.title}`}
          downloadName={`${project}-libraries.log`}
          height="18rem"
          emptyText="Nothing was written."
        />
      </Stack>
    </Section>
  );
}
