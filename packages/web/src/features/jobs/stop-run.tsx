import type { Execution } from '@emberlab/contract';
import { Button, Group, Modal, Stack, Text } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { api } from '../../lib/api.ts';
import { showHidden } from '../../lib/show-hidden.ts';
import { applyEvent } from '../../lib/use-live.ts';
import { ActionError } from '../../ui/error-state.tsx';
import { mayRun, useProject } from '../projects/project-context.ts';
import { isLive } from './run-state.ts';

/** Stops a run, once it is sure that one wants that; nothing where one may not, or where it ends anyway. */
export function StopRun({ run, size = 'sm' }: { run: Execution; size?: 'sm' | 'compact-sm' }) {
  const project = useProject();
  const client = useQueryClient();
  const [asking, ask] = useDisclosure(false);
  const stop = useMutation({
    mutationFn: () => api.call('executions.stop', { params: { project: project.name, id: run.id } }),
    onSuccess: (execution) => {
      applyEvent(client, project.name, { type: 'execution', execution });
      ask.close();
    },
  });
  if (!mayRun(project) || !run.mayStop || !isLive(run.state) || run.state === 'stopping') return null;
  const close = (): void => {
    stop.reset();
    ask.close();
  };
  return (
    <>
      <Button size={size} onClick={ask.open} aria-label={`Stop run ${run.id}`}>
        Stop
      </Button>
      <Modal opened={asking} onClose={close} title="Stop this run?">
        <Stack>
          <Text size="sm" ta="left" className="el-break">
            Run {run.id} of <b>{showHidden(run.jobName)}</b> loses what it is computing. What it has written so far
            stays, and so does its log.
          </Text>
          <ActionError error={stop.error} title="It was not stopped" />
          <Group justify="flex-end" gap="xs">
            <Button onClick={close}>Cancel</Button>
            <Button variant="filled" color="red.8" loading={stop.isPending} onClick={() => stop.mutate()}>
              Stop
            </Button>
          </Group>
        </Stack>
      </Modal>
    </>
  );
}
