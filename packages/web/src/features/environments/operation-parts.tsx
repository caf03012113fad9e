import type { EnvironmentOperation, LibraryChange } from '@emberlab/contract';
import { Button, Group, Progress, Stack, Text } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { IconX } from '@tabler/icons-react';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { api } from '../../lib/api.ts';
import { applyOperation, isOpen } from '../../lib/environment-news.ts';
import { ActionError } from '../../ui/error-state.tsx';
import { Duration, RelativeTime } from '../../ui/times.tsx';
import { mayManage, useProject } from '../projects/project-context.ts';
import classes from './changes.module.css';

/** How far a change is. */
export function OperationProgress({ operation }: { operation: EnvironmentOperation }) {
  const percent = Math.round(operation.progress * 100);
  return (
    <Stack gap={6}>
      <Group justify="space-between" gap="xs">
        <Text size="sm">{operation.step ?? 'Waiting to begin'}</Text>
        <Text size="sm" c="dimmed" className="el-tabular">
          {percent} % · <Duration from={operation.startedAt ?? operation.createdAt} to={null} />
        </Text>
      </Group>
      <Progress value={percent} size="sm" color="gray.6" aria-label={`Progress of ${operation.title}`} />
    </Stack>
  );
}

/** Who asked for it, when, and how long it took. */
export function OperationFacts({ operation }: { operation: EnvironmentOperation }) {
  const { by, createdAt, startedAt, endedAt } = operation;
  return (
    <Text span size="xs" c="dimmed" className="el-break">
      {by ?? 'Emberlab'} · <RelativeTime at={createdAt} />
      {startedAt !== null && endedAt !== null && (
        <>
          {' '}
          · took <Duration from={startedAt} to={endedAt} />
        </>
      )}
    </Text>
  );
}

/** Cancels a change that waits or is being made; nothing for those who may not. */
export function CancelButton({ operation }: { operation: EnvironmentOperation }) {
  const project = useProject();
  const client = useQueryClient();
  const cancel = useMutation({
    mutationFn: () => api.call('environment.cancel', { params: { project: project.name, id: operation.id } }),
    onSuccess: (answer) => applyOperation(client, project.name, answer),
  });
  if (!isOpen(operation) || !mayManage(project)) return null;
  return (
    <>
      <Button
        size="compact-sm"
        leftSection={<IconX size={14} aria-hidden="true" />}
        loading={cancel.isPending}
        aria-label={`Cancel: ${operation.title}`}
        onClick={() => cancel.mutate()}
      >
        Cancel
      </Button>
      <ActionError error={cancel.error} title="It was not cancelled" />
    </>
  );
}

/** How many changes are shown before somebody asks for all. */
const atFirst = 6;
const order = ['added', 'removed', 'up', 'down', 'replaced'] as const;

/** What became of each library. */
export function ChangeList({ changes }: { changes: readonly LibraryChange[] }) {
  const [all, { open }] = useDisclosure(false);
  const sorted = changes.toSorted((a, b) => order.indexOf(a.change) - order.indexOf(b.change));
  const shown = all ? sorted : sorted.slice(0, atFirst);
  if (changes.length === 0) return null;
  return (
    <Stack gap={2} align="flex-start">
      <ul className={classes.list} aria-label="What changed">
        {shown.map(({ name, change, from, to }) => (
          <li key={name} data-change={change}>
            <span className={classes.kind}>{change}</span>
            <span className={classes.name}>{name}</span>
            <span className="el-tabular">{[from, to].filter((version) => version !== null).join(' → ')}</span>
          </li>
        ))}
      </ul>
      {sorted.length > shown.length && (
        <Button size="compact-xs" variant="subtle" color="gray" onClick={open}>
          Show all {sorted.length}
        </Button>
      )}
    </Stack>
  );
}
