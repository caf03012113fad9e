import type { Member } from '@emberlab/contract';
import { Text } from '@mantine/core';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { api } from '../../lib/api.ts';
import { keys } from '../../lib/queries.ts';
import { ConfirmDialog } from '../../ui/confirm-dialog.tsx';
import { useProject } from '../projects/project-context.ts';

/** Says what a member loses, then removes them. */
export function RemoveMemberDialog({ member, onClose }: { member: Member | null; onClose: () => void }) {
  const { name: project } = useProject();
  const client = useQueryClient();
  const remove = useMutation({
    mutationFn: (email: string) => api.call('projects.removeMember', { params: { project, email } }),
    onSuccess: async () => {
      onClose();
      await client.invalidateQueries({ queryKey: keys.members(project) });
      void client.invalidateQueries({ queryKey: keys.projects });
      void client.invalidateQueries({ queryKey: keys.project(project), exact: true });
    },
  });
  return (
    <ConfirmDialog
      asking={member?.email ?? null}
      doing={remove}
      title="Remove this member?"
      action="Remove"
      failed="The member was not removed"
      onClose={onClose}
    >
      <Text size="sm" className="el-break">
        <b>{member?.name}</b> ({member?.email}) can no longer open the project. Their Jupyter server, Spark applications
        and tokens here end within seconds, and what they have not saved is lost. Their files stay. Invitations that are
        open now do not bring them back.
      </Text>
    </ConfirmDialog>
  );
}
