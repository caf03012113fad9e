import type { Execution } from '@emberlab/contract';
import { Button, Text } from '@mantine/core';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { useState } from 'react';
import { api } from '../../lib/api.ts';
import { showHidden } from '../../lib/show-hidden.ts';
import { applyEvent } from '../../lib/use-live.ts';
import { ConfirmDialog } from '../../ui/confirm-dialog.tsx';
import { mayRun, useProject } from '../projects/project-context.ts';
import { isLive } from './run-state.ts';

/** Deletes a run that has ended, once it is sure that one wants that, and leads back to its job; nothing where one may not. */
export function DeleteRun({ run }: { run: Execution }) {
  const project = useProject();
  const client = useQueryClient();
  const navigate = useNavigate();
  const [asking, setAsking] = useState<Execution | null>(null);
  const remove = useMutation({
    mutationFn: ({ id }: Execution) => api.call('executions.remove', { params: { project: project.name, id } }),
    onSuccess: async (_, { id, jobId }) => {
      setAsking(null);
      await (jobId === null
        ? navigate({ to: '/projects/$project/jobs', params: { project: project.name } })
        : navigate({ to: '/projects/$project/jobs/$job', params: { project: project.name, job: String(jobId) } }));
      applyEvent(client, project.name, { type: 'execution-removed', id });
    },
  });
  if (!mayRun(project) || !run.mayStop || isLive(run.state)) return null;
  return (
    <>
      <Button onClick={() => setAsking(run)}>Delete</Button>
      <ConfirmDialog
        asking={asking}
        doing={remove}
        title="Delete this run?"
        action="Delete"
        failed="The run was not deleted"
        onClose={() => setAsking(null)}
      >
        <Text size="sm" className="el-break">
          Run {run.id} of <b>{showHidden(run.jobName)}</b> goes from the lists of runs for good, with the log that is
          shown here{run.type === 'python' ? '' : ', its metrics and its Spark UI'}. What it has written into the
          project stays, also in <b>{showHidden(run.folder)}</b>.
        </Text>
      </ConfirmDialog>
    </>
  );
}
