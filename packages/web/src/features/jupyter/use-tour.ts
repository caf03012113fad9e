import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { api } from '../../lib/api.ts';
import { keys, tourQuery } from '../../lib/queries.ts';

/** Whether the tour is offered to the caller, and how that changes. Nothing is offered while it is not known. */
export function useTour(): { offered: boolean; set: (ended: boolean) => void } {
  const client = useQueryClient();
  const ended = useQuery(tourQuery).data?.ended;
  const set = useMutation({
    mutationFn: (to: boolean) => api.call('me.setTour', { body: { ended: to } }),
    // At once, whatever becomes of it: who has left the tour does not see it again on this page.
    onMutate: (to) => client.setQueryData(keys.tour, { ended: to }),
  });
  return { offered: ended === false, set: set.mutate };
}
