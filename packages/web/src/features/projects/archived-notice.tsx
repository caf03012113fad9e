import { Button } from '@mantine/core';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { api, errorMessage } from '../../lib/api.ts';
import { keys } from '../../lib/queries.ts';
import { Notice } from '../../ui/notice.tsx';
import { useProject } from './project-context.ts';

/** Says on all pages of an archived project what that means. */
export function ArchivedNotice() {
  const project = useProject();
  const unarchive = useUnarchive();
  if (project.state !== 'archived') return null;
  const owner = project.role === 'owner';
  return (
    <Notice
      tone="info"
      title="This project is archived"
      {...(owner
        ? {
            action: (
              <Button size="xs" loading={unarchive.isPending} onClick={() => unarchive.mutate()}>
                Unarchive
              </Button>
            ),
          }
        : {})}
    >
      {unarchive.isError
        ? errorMessage(unarchive.error)
        : `It can be read, and nothing runs in it.${owner ? '' : ' An owner can take it into use again.'}`}
    </Notice>
  );
}

function useUnarchive() {
  const { name: project } = useProject();
  const client = useQueryClient();
  return useMutation({
    mutationFn: () => api.call('projects.unarchive', { params: { project } }),
    onSuccess(answer) {
      client.setQueryData(keys.project(project), answer);
      void client.invalidateQueries({ queryKey: keys.projects });
    },
  });
}
