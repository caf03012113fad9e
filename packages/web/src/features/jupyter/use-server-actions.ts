import type { Configuration, Server } from '@emberlab/contract';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useRouter } from '@tanstack/react-router';
import { useState } from 'react';
import { api } from '../../lib/api.ts';
import { keys, putAnswer } from '../../lib/queries.ts';

type Start = { configuration: Configuration; tab: Window | null };

/** What can be done with the caller's server. `blocked`: the browser let no new tab open. */
export function useServerActions(project: string) {
  const client = useQueryClient();
  const router = useRouter();
  const [blocked, setBlocked] = useState(false);
  const params = { project };

  /** Browsers open tabs only in the moment of a click, so the tab comes first and waits for the server in its own page. */
  const openTab = (after: string | null): Window | null => {
    const page = router.buildLocation({ to: '/opening', search: { project, after: after ?? undefined } });
    const tab = window.open(page.href, '_blank');
    setBlocked(tab === null);
    return tab;
  };

  const start = useMutation({
    mutationFn: async ({ configuration }: Start) => {
      const sentAt = Date.now();
      await api.call('jupyter.saveConfiguration', { params, body: configuration });
      return { answer: await api.call('jupyter.start', { params, body: { configuration } }), sentAt };
    },
    onSuccess: ({ answer, sentAt }, { configuration }) => {
      client.setQueryData(keys.configuration(project), configuration);
      putAnswer(client, keys.server(project), answer, sentAt);
    },
    onError: (_, { tab }) => tab?.close(),
  });

  const stop = useMutation({
    mutationFn: async () => {
      const sentAt = Date.now();
      return { answer: await api.call('jupyter.stop', { params }), sentAt };
    },
    onSuccess: ({ answer, sentAt }) => putAnswer(client, keys.server(project), answer, sentAt),
  });

  return {
    blocked,
    start: {
      run: (configuration: Configuration, server: Server) => {
        stop.reset();
        start.mutate({ configuration, tab: openTab(server.endedAt) });
      },
      pending: start.isPending,
      error: start.error,
    },
    stop: {
      run: () => {
        start.reset();
        stop.mutate();
      },
      pending: stop.isPending,
      error: stop.error,
    },
    open: () => void openTab(null),
  };
}

export type ServerActions = ReturnType<typeof useServerActions>;
