import { Button, Group, Modal, Stack, Text } from '@mantine/core';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { api } from '../../lib/api.ts';
import { keys } from '../../lib/queries.ts';
import { ActionError } from '../../ui/error-state.tsx';
import { useProject } from '../projects/project-context.ts';

/** Leaves the project. */
export function LeaveDialog({ opened, onClose }: { opened: boolean; onClose: () => void }) {
  const { name: project, label } = useProject();
  const client = useQueryClient();
  const navigate = useNavigate();
  const leave = useMutation({
    mutationFn: () => api.call('projects.leave', { params: { project } }),
    onSuccess: async () => {
      await navigate({ to: '/' });
      client.removeQueries({ queryKey: keys.project(project) });
      await client.invalidateQueries({ queryKey: keys.projects });
    },
  });
  const close = (): void => {
    leave.reset();
    onClose();
  };
  return (
    <Modal opened={opened} onClose={close} title="Leave this project?">
      <Stack>
        <Text size="sm" className="el-break">
          You can no longer open <b>{label}</b> until an owner lets you in again. Your Jupyter server and Spark
          applications here end, and what you have not saved is lost. Your files stay.
        </Text>
        <ActionError error={leave.error} title="You are still in the project" />
        <Group justify="flex-end" gap="xs">
          <Button onClick={close}>Cancel</Button>
          <Button variant="filled" color="red.8" loading={leave.isPending} onClick={() => leave.mutate()}>
            Leave
          </Button>
        </Group>
      </Stack>
    </Modal>
  );
}
