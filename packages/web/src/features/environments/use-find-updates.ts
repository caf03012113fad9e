import { notifications } from '@mantine/notifications';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { api, errorMessage } from '../../lib/api.ts';
import { keys } from '../../lib/queries.ts';
import { countOf } from '../../lib/units.ts';
import { useProject } from '../projects/project-context.ts';
import { hasUpdate } from './library-search.ts';

/** Looks in the index for newer versions of all that is installed, and says how many there are. */
export function useFindUpdates() {
  const { name: project } = useProject();
  const client = useQueryClient();
  const search = useMutation({
    // Whoever begins it on one part of the page sees it going on in the others.
    mutationKey: [...keys.libraries(project), 'updates'],
    mutationFn: () => api.call('environment.findUpdates', { params: { project } }),
    onSuccess: (answer) => {
      client.setQueryData(keys.libraries(project), answer);
      const count = answer.items.filter(hasUpdate).length;
      const message =
        count === 0
          ? 'Everything is as new as it can be.'
          : `There are newer versions of ${countOf(count, 'package')}.`;
      notifications.show({ message });
    },
    onError: (error) =>
      notifications.show({ color: 'red', title: 'Nothing was looked up', message: errorMessage(error) }),
  });
  return { find: () => search.mutate(), isPending: search.isPending };
}
