import { ApiError, type Server } from '@emberlab/contract';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useEffect, useRef } from 'react';
import { api } from '../../lib/api.ts';
import { keys, putAnswer } from '../../lib/queries.ts';

/** How often it is asked again while the server before is being ended, ms, and for how many times. */
const retryMs = 300;
const tries = 200;

/**
 * Asks once for the member's server, as soon as `may` holds: the one that is up, whatever its configuration is, else one that starts as the member has
 * configured it. While one is being ended there is none to ask for.
 */
export function useOwnServer(project: string, server: Server | undefined, may: boolean) {
  const client = useQueryClient();
  const ask = useMutation({
    mutationFn: async () => {
      const sentAt = Date.now();
      return { answer: await api.call('jupyter.start', { params: { project }, body: {} }), sentAt };
    },
    // It had not been known yet that the one before is being ended.
    retry: (count, error) => count < tries && error instanceof ApiError && error.code === 'server_stopping',
    retryDelay: retryMs,
    onSuccess: ({ answer, sentAt }) => putAnswer(client, keys.server(project), answer, sentAt),
  });
  const asked = useRef(false);
  const { mutate } = ask;
  const due = may && server !== undefined && server.state !== 'stopping';
  useEffect(() => {
    if (!due || asked.current) return;
    asked.current = true;
    mutate();
  }, [due, mutate]);
  return ask;
}
