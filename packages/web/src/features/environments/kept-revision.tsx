import { Text } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { environmentQuery } from '../../lib/queries.ts';
import { useProject } from '../projects/project-context.ts';

/** That what runs keeps libraries which are not those in use any more; nothing while they are. */
export function KeptRevision({ revision }: { revision: number }) {
  const project = useProject();
  const current = useQuery(environmentQuery(project.name)).data?.current?.number ?? revision;
  if (current === revision) return null;
  return (
    <Text size="xs" c="dimmed">
      {current > revision
        ? `Keeps revision ${revision} of the Python libraries; there is a newer one, ${current}`
        : `Keeps revision ${revision} of the Python libraries; ${current} is in use again`}
    </Text>
  );
}
