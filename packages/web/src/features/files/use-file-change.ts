import { useMutation, useQueryClient } from '@tanstack/react-query';
import { keys } from '../../lib/queries.ts';
import { useProject } from '../projects/project-context.ts';

/** A change of files: what shows them is asked for again, also where it failed, since something may have gone meanwhile. */
export function useFileChange<I, O>(change: (project: string, input: I) => Promise<O>, onDone?: (answer: O) => void) {
  const { name: project } = useProject();
  const client = useQueryClient();
  return useMutation({
    mutationFn: (input: I) => change(project, input),
    onSettled: async () => {
      await Promise.all([
        client.invalidateQueries({ queryKey: keys.files(project) }),
        client.invalidateQueries({ queryKey: keys.limits(project) }),
      ]);
    },
    ...(onDone === undefined ? {} : { onSuccess: onDone }),
  });
}
