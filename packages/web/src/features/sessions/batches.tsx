import type { Batch } from '@emberlab/contract';
import { Stack, Table, Text } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { showHidden } from '../../lib/show-hidden.ts';
import { batchesQuery } from '../../lib/queries.ts';
import { ErrorState } from '../../ui/error-state.tsx';
import { Section } from '../../ui/page.tsx';
import { ProblemRow, rowClasses, RowsHead, RowsTable } from '../../ui/rows.tsx';
import { StateBadge } from '../../ui/state-badge.tsx';
import { Duration, RelativeTime } from '../../ui/times.tsx';
import { KeptRevision } from '../environments/kept-revision.tsx';
import { useProject } from '../projects/project-context.ts';
import { BatchActions } from './batch-actions.tsx';
import { batchStateOf, batchTitle, fileName } from './batch-state.ts';

/** Batches: programs that ran once, on Emberlab or on the project's Livy. Nothing where there are none, as in most projects. */
export function Batches() {
  const project = useProject();
  const batches = useQuery(batchesQuery(project.name));
  if (batches.isError && batches.data === undefined) {
    return (
      <Section title="Batches" flush>
        <ErrorState error={batches.error} onRetry={() => void batches.refetch()} />
      </Section>
    );
  }
  const items = batches.data?.items ?? [];
  if (items.length === 0) return null;
  return (
    <Section title="Batches" flush>
      <RowsTable>
        <RowsHead columns={['Program', 'State', 'Started', 'Ran for']} />
        <Table.Tbody>
          {items.map((batch) => (
            <BatchRow key={batch.id} batch={batch} />
          ))}
        </Table.Tbody>
      </RowsTable>
    </Section>
  );
}

function BatchRow({ batch }: { batch: Batch }) {
  const file = showHidden(fileName(batch));
  const { problem } = batch;
  const row = (
    <Table.Tr key="row" className={problem === null ? undefined : rowClasses.followed}>
      <Table.Td className={rowClasses.lead}>
        <Stack gap={0}>
          <Text size="sm" fw={500} className="el-break">
            {batchTitle(batch)}
          </Text>
          <Text size="xs" c="dimmed" truncate maw={260} title={showHidden(batch.file)}>
            {[
              batch.mine ? null : batch.owner.name,
              batch.name === null ? null : file,
              batch.applicationId,
              batch.external === null ? null : `on ${batch.external.livy}`,
            ]
              .filter((part) => part !== null)
              .join(' · ')}
          </Text>
          {batch.endedAt === null && batch.revision !== null && <KeptRevision revision={batch.revision} />}
        </Stack>
      </Table.Td>
      <Table.Td data-label="State">
        <StateBadge {...batchStateOf(batch)} />
      </Table.Td>
      <Table.Td data-label="Started" className={rowClasses.short}>
        <RelativeTime at={batch.createdAt} />
      </Table.Td>
      <Table.Td data-label="Ran for" className={rowClasses.short}>
        <Duration from={batch.createdAt} to={batch.endedAt} coarse />
      </Table.Td>
      <Table.Td className={rowClasses.actions}>
        <BatchActions batch={batch} />
      </Table.Td>
    </Table.Tr>
  );
  return problem === null ? row : [row, <ProblemRow key="problem" problem={problem} columns={5} />];
}
