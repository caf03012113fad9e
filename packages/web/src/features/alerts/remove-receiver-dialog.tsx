import type { AlertReceiver } from '@emberlab/contract';
import { Button, Group, Modal, Stack, Text } from '@mantine/core';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { api } from '../../lib/api.ts';
import { keys } from '../../lib/queries.ts';
import { ActionError } from '../../ui/error-state.tsx';
import { useProject } from '../projects/project-context.ts';

/** Says what is lost with a receiver, then removes it. */
export function RemoveReceiverDialog({ receiver, onClose }: { receiver: AlertReceiver | null; onClose: () => void }) {
  const { name: project } = useProject();
  const client = useQueryClient();
  const remove = useMutation({
    mutationFn: (id: string) => api.call('alerts.removeReceiver', { params: { project, id } }),
    onSuccess() {
      onClose();
      void client.invalidateQueries({ queryKey: keys.alerts(project) });
    },
  });
  const close = (): void => {
    remove.reset();
    onClose();
  };
  return (
    <Modal opened={receiver !== null} onClose={close} title="Remove this receiver?">
      <Stack>
        <Text size="sm" className="el-break">
          <b>{receiver?.name}</b> is taken out of all rules, those of single jobs as well, and alerts that still wait
          for it are given up.{receiver?.type === 'webhook' && ' Its secret is lost.'}
        </Text>
        <ActionError error={remove.error} title="The receiver was not removed" />
        <Group justify="flex-end" gap="xs">
          <Button onClick={close}>Cancel</Button>
          <Button
            variant="filled"
            color="red.8"
            loading={remove.isPending}
            onClick={() => receiver !== null && remove.mutate(receiver.id)}
          >
            Remove
          </Button>
        </Group>
      </Stack>
    </Modal>
  );
}
