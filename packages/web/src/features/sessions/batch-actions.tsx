import type { Batch } from '@emberlab/contract';
import { Button, Group, Stack } from '@mantine/core';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { api } from '../../lib/api.ts';
import { applyEvent } from '../../lib/use-live.ts';
import { ActionError } from '../../ui/error-state.tsx';
import { ButtonLink } from '../../ui/links.tsx';
import { mayRun, useProject } from '../projects/project-context.ts';
import { batchTitle } from './batch-state.ts';
import { ExternalLink } from './session-actions.tsx';

/** What can be done with a batch: look at its log and, where a Livy has one, its Spark UI; stop it. */
export function BatchActions({ batch, showLog = true }: { batch: Batch; showLog?: boolean }) {
  const project = useProject();
  const client = useQueryClient();
  const title = batchTitle(batch);
  const stop = useMutation({
    mutationFn: () => api.call('batches.stop', { params: { project: project.name, id: batch.id } }),
    onSuccess: (answer) => applyEvent(client, project.name, { type: 'batch', batch: answer }),
  });
  const stoppable =
    batch.endedAt === null &&
    batch.state !== 'shutting_down' &&
    mayRun(project) &&
    (batch.mine || project.role === 'owner');
  const sparkUiUrl = batch.external?.sparkUiUrl ?? null;
  return (
    <Stack gap={4} align="flex-end">
      <Group gap={6} wrap="nowrap" justify="flex-end">
        {sparkUiUrl !== null && (
          <ExternalLink href={sparkUiUrl} label={`Spark UI of ${title}`}>
            Spark UI
          </ExternalLink>
        )}
        {showLog && (
          <ButtonLink
            size="compact-sm"
            to="/projects/$project/batches/$id/log"
            params={{ project: project.name, id: String(batch.id) }}
            aria-label={`Log of ${title}`}
          >
            Log
          </ButtonLink>
        )}
        {stoppable && (
          <Button size="compact-sm" loading={stop.isPending} onClick={() => stop.mutate()} aria-label={`Stop ${title}`}>
            Stop
          </Button>
        )}
      </Group>
      <ActionError error={stop.error} title="It was not stopped" />
    </Stack>
  );
}
