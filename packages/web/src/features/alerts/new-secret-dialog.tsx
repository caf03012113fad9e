import type { AlertReceiver } from '@emberlab/contract';
import { Button, Group, Modal, Stack, Text } from '@mantine/core';
import { useMutation } from '@tanstack/react-query';
import { api } from '../../lib/api.ts';
import { ActionError } from '../../ui/error-state.tsx';
import { ShownOnce } from '../../ui/shown-once.tsx';
import { useProject } from '../projects/project-context.ts';

/** Gives a webhook another secret and shows it, once. */
export function NewSecretDialog({ receiver, onClose }: { receiver: AlertReceiver | null; onClose: () => void }) {
  const { name: project } = useProject();
  const renew = useMutation({
    mutationFn: (id: string) => api.call('alerts.newSecret', { params: { project, id } }),
    gcTime: 0,
  });
  const close = (): void => {
    renew.reset();
    onClose();
  };
  return (
    <Modal
      opened={receiver !== null}
      onClose={close}
      title="A new secret"
      closeOnClickOutside={renew.data === undefined}
    >
      {renew.data !== undefined && renew.data.secret !== null ? (
        <ShownOnce name={renew.data.receiver.name} secret={renew.data.secret} onClose={close} />
      ) : (
        <Stack>
          <Text size="sm" className="el-break">
            <b>{receiver?.name}</b> gets another secret. For a day, what is sent is signed with both, so that there is
            time to enter the new one where it is checked.
          </Text>
          <ActionError error={renew.error} title="There is no new secret" />
          <Group justify="flex-end" gap="xs">
            <Button onClick={close}>Cancel</Button>
            <Button
              variant="filled"
              loading={renew.isPending}
              onClick={() => receiver !== null && renew.mutate(receiver.id)}
            >
              Make a new secret
            </Button>
          </Group>
        </Stack>
      )}
    </Modal>
  );
}
