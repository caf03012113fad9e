import type { Revision } from '@emberlab/contract';
import { Group, Progress, Stack, Text } from '@mantine/core';
import { Duration } from '../../ui/times.tsx';

/** How far the making of a revision is. */
export function BuildProgress({ revision }: { revision: Revision }) {
  const percent = Math.round(revision.progress * 100);
  const what = revision.step ?? 'Waiting to begin';
  return (
    <Stack gap={6}>
      <Group justify="space-between" gap="xs">
        <Text size="sm">{what}</Text>
        <Text size="sm" c="dimmed" className="el-tabular">
          {percent} % · <Duration from={revision.createdAt} to={null} />
        </Text>
      </Group>
      <Progress value={percent} size="sm" color="gray.6" aria-label="Progress of the Python environment" />
    </Stack>
  );
}
