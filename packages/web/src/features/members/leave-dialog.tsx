import { Text } from '@mantine/core';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { api } from '../../lib/api.ts';
import { keys } from '../../lib/queries.ts';
import { ConfirmDialog } from '../../ui/confirm-dialog.tsx';
import { useProject } from '../projects/project-context.ts';

/** Leaves the project. */
export function LeaveDialog({ opened, onClose }: { opened: boolean; onClose: () => void }) {
  const { name: project, label } = useProject();
  const client = useQueryClient();
  const navigate = useNavigate();
  const leave = useMutation({
    mutationFn: (name: string) => api.call('projects.leave', { params: { project: name } }),
    onSuccess: async () => {
      await navigate({ to: '/' });
      client.removeQueries({ queryKey: keys.project(project) });
      await client.invalidateQueries({ queryKey: keys.projects });
    },
  });
  return (
    <ConfirmDialog
      asking={opened ? project : null}
      doing={leave}
      title="Leave this project?"
      action="Leave"
      failed="You are still in the project"
      onClose={onClose}
    >
      <Text size="sm" className="el-break">
        You can no longer open <b>{label}</b> until an owner lets you in again. Your Jupyter server and Spark
        applications here end, and what you have not saved is lost. Your files stay.
      </Text>
    </ConfirmDialog>
  );
}
