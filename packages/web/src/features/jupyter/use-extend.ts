import { useMutation, useQueryClient } from '@tanstack/react-query';
import { api } from '../../lib/api.ts';
import { keys, putAnswer } from '../../lib/queries.ts';

/** Adds hours to the time of the caller's server; null takes its limit away. */
export function useExtend(project: string) {
  const client = useQueryClient();
  return useMutation({
    mutationFn: async (hours: number | null) => {
      const sentAt = Date.now();
      return { answer: await api.call('jupyter.extend', { params: { project }, body: { hours } }), sentAt };
    },
    onSuccess: ({ answer, sentAt }) => putAnswer(client, keys.server(project), answer, sentAt),
  });
}
