import type { LivyBatch } from '@emberlab/contract';
import { Button, Group, Stack, Table, Text, VisuallyHidden } from '@mantine/core';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { api } from '../../lib/api.ts';
import { showHidden } from '../../lib/log-lines.ts';
import { keys, livyBatchesQuery } from '../../lib/queries.ts';
import { ActionError } from '../../ui/error-state.tsx';
import { Section } from '../../ui/page.tsx';
import { rowClasses, RowsTable } from '../../ui/rows.tsx';
import { StateBadge, type Tone } from '../../ui/state-badge.tsx';
import { Duration, RelativeTime } from '../../ui/times.tsx';
import { mayRun, useProject } from '../projects/project-context.ts';
import { ExternalLink } from './session-actions.tsx';

const pollMs = 5000;

/** Batches on the project's Livy. Nothing where there are none: most projects have no such Livy. */
export function LivyBatches() {
  const project = useProject();
  const batches = useQuery({
    ...livyBatchesQuery(project.name),
    refetchInterval: ({ state }) =>
      state.data?.items.some(({ endedAt }) => endedAt === null) === true ? pollMs : false,
  });
  const items = batches.data?.items ?? [];
  if (items.length === 0) return null;
  return (
    <Section title="Batches on Livy" flush>
      <RowsTable>
        <Table.Thead>
          <Table.Tr>
            <Table.Th>Program</Table.Th>
            <Table.Th>State</Table.Th>
            <Table.Th>Started</Table.Th>
            <Table.Th>Ran for</Table.Th>
            <Table.Th>
              <VisuallyHidden>Actions</VisuallyHidden>
            </Table.Th>
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {items.map((batch) => (
            <BatchRow key={batch.id} batch={batch} />
          ))}
        </Table.Tbody>
      </RowsTable>
    </Section>
  );
}

const states: Readonly<Record<string, { label: string; tone: Tone }>> = {
  starting: { label: 'Starting', tone: 'wait' },
  running: { label: 'Running', tone: 'busy' },
  shutting_down: { label: 'Stopping', tone: 'wait' },
  success: { label: 'Finished', tone: 'off' },
  killed: { label: 'Stopped', tone: 'off' },
  dead: { label: 'Failed', tone: 'bad' },
  error: { label: 'Failed', tone: 'bad' },
};

function BatchRow({ batch }: { batch: LivyBatch }) {
  const project = useProject();
  const client = useQueryClient();
  const params = { project: project.name, id: batch.id };
  const stop = useMutation({
    mutationFn: () => api.call('livy.stopBatch', { params }),
    onSuccess: () => client.invalidateQueries({ queryKey: keys.livyBatches(project.name) }),
  });
  const file = showHidden(batch.file.split('/').at(-1) ?? batch.file);
  const title = batch.name === null ? file : showHidden(batch.name);
  const live = batch.endedAt === null;
  return (
    <Table.Tr>
      <Table.Td className={rowClasses.lead}>
        <Stack gap={0}>
          <Text size="sm" fw={500} className="el-break">
            {title}
          </Text>
          <Text size="xs" c="dimmed" truncate maw={260} title={showHidden(batch.file)}>
            {[batch.mine ? null : batch.owner.name, batch.name === null ? null : file, batch.applicationId]
              .filter((part) => part !== null)
              .join(' · ')}
          </Text>
        </Stack>
      </Table.Td>
      <Table.Td data-label="State">
        <Stack gap={2}>
          <StateBadge {...(states[batch.state] ?? { label: batch.state, tone: 'wait' })} />
          {batch.problem !== null && (
            <Text size="xs" c="dimmed" maw={260} lineClamp={2} title={batch.problem}>
              {batch.problem}
            </Text>
          )}
          <ActionError error={stop.error} title="It was not stopped" />
        </Stack>
      </Table.Td>
      <Table.Td data-label="Started" className={rowClasses.short}>
        <RelativeTime at={batch.createdAt} />
      </Table.Td>
      <Table.Td data-label="Ran for" className={rowClasses.short}>
        <Duration from={batch.createdAt} to={batch.endedAt} coarse />
      </Table.Td>
      <Table.Td className={rowClasses.actions}>
        <Group gap={6} wrap="nowrap" justify="flex-end">
          {batch.sparkUiUrl !== null && (
            <ExternalLink href={batch.sparkUiUrl} label={`Spark UI of ${title}`}>
              Spark UI
            </ExternalLink>
          )}
          {live && batch.state !== 'shutting_down' && mayRun(project) && (
            <Button
              size="compact-sm"
              loading={stop.isPending}
              onClick={() => stop.mutate()}
              aria-label={`Stop ${title}`}
            >
              Stop
            </Button>
          )}
        </Group>
      </Table.Td>
    </Table.Tr>
  );
}
