import type { newOperation } from '@emberlab/contract';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import type { z } from 'zod';
import { api } from '../../lib/api.ts';
import { applyOperation } from '../../lib/environment-news.ts';
import { useProject } from '../projects/project-context.ts';

/** Asks for a change of the project's environment; it is shown among those that wait as soon as the server has it. */
export function useChange(onAsked: () => void = () => undefined) {
  const { name: project } = useProject();
  const client = useQueryClient();
  return useMutation({
    mutationFn: (body: z.input<typeof newOperation>) => api.call('environment.change', { params: { project }, body }),
    onSuccess: (operation) => {
      applyOperation(client, project, operation);
      onAsked();
    },
  });
}
