import type { Job, RunJobBody } from '@emberlab/contract';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { api } from '../../lib/api.ts';
import { randomKey } from '../../lib/random-key.ts';
import { applyEvent } from '../../lib/use-live.ts';
import { useProject } from '../projects/project-context.ts';

/** Has a job run. A request that is sent again, as after a break of the network, makes no second run. */
export function useRunJob(job: Job) {
  const { name: project } = useProject();
  const client = useQueryClient();
  return useMutation({
    mutationFn: (body: Omit<RunJobBody, 'key'>) =>
      api.call('jobs.run', { params: { project, id: job.id }, body: { ...body, key: randomKey() } }),
    onSuccess: (execution) => applyEvent(client, project, { type: 'execution', execution }),
  });
}
