import { ApiError, type NotebookRun, type Server } from '@emberlab/contract';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useRouter } from '@tanstack/react-router';
import { useState } from 'react';
import { api } from '../../lib/api.ts';
import { keys, putAnswer, serverQuery } from '../../lib/queries.ts';
import { isUp } from '../jupyter/server-state.ts';
import { diffConfigurations, type Difference } from './differences.ts';

/** How often a start is tried again while the server before is being ended, ms, and for how long. */
const retryMs = 300;
const patienceMs = 60_000;

/** A server that runs with another configuration than a notebook's run had. */
export type Question = { run: NotebookRun; differences: Difference[] };
type Start = { run: NotebookRun; stopFirst: boolean; tab: Window | null };

/** Opens notebooks in JupyterLab, on a server with the configuration that one of their runs had. */
export function useOpenNotebook(project: string, enabled: boolean) {
  const client = useQueryClient();
  const router = useRouter();
  const server = useQuery({ ...serverQuery(project), enabled }).data;
  const [question, setQuestion] = useState<Question | null>(null);
  const [blocked, setBlocked] = useState<string | null>(null);
  const params = { project };

  /** As for `Run Jupyter`, the tab comes first and waits. `previous`: the server that ran before the one that it waits for. */
  const openTab = (path: string, previous: string | null): Window | null => {
    const search = { project, path, previous: previous ?? undefined };
    const tab = window.open(router.buildLocation({ to: '/opening', search }).href, '_blank');
    setBlocked(tab === null ? path : null);
    return tab;
  };

  const start = useMutation({
    mutationFn: async ({ run, stopFirst }: Start) => {
      if (stopFirst) await api.call('jupyter.stop', { params });
      const body = { notebook: { path: run.path, run: run.id } };
      for (const end = Date.now() + patienceMs; ;) {
        const sentAt = Date.now();
        try {
          return { answer: await api.call('jupyter.start', { params, body }), sentAt };
        } catch (error) {
          const stopping = error instanceof ApiError && error.code === 'server_stopping';
          if (!stopping || Date.now() > end) throw error;
        }
        await new Promise((resolve) => setTimeout(resolve, retryMs));
      }
    },
    onSuccess: ({ answer, sentAt }) => putAnswer(client, keys.server(project), answer, sentAt),
    onError: (_, { tab }) => {
      tab?.close();
      // It may have been moved since the list was asked for.
      void client.invalidateQueries({ queryKey: keys.notebooks(project) });
    },
  });

  const startWith = (run: NotebookRun, previous: Server, stopFirst: boolean): void =>
    start.mutate({ run, stopFirst, tab: openTab(run.path, previous.id) });

  return {
    /** null: whether a server runs is not known yet */
    open:
      server === undefined
        ? null
        : (run: NotebookRun): void => {
            start.reset();
            if (!isUp(server) || server.state === 'stopping') return startWith(run, server, false);
            const { configuration } = run;
            const differences = configuration === null ? [] : diffConfigurations(server.configuration, configuration);
            if (differences.length > 0) setQuestion({ run, differences });
            else openTab(run.path, null);
          },
    question,
    answer: (choice: 'restart' | 'as it runs' | 'cancel'): void => {
      setQuestion(null);
      if (question === null || server === undefined || choice === 'cancel') return;
      if (choice === 'restart') startWith(question.run, server, isUp(server));
      else openTab(question.run.path, null);
    },
    /** the run that a server is being started for */
    starting: start.isPending ? start.variables.run.id : null,
    error: start.error,
    /** the path of a notebook for which the browser let no tab open, while it could be opened */
    blocked: blocked === null || server === undefined ? null : { path: blocked, ready: server.state === 'running' },
    openBlocked: (): void => void (blocked !== null && openTab(blocked, null)),
  };
}

export type OpenNotebook = ReturnType<typeof useOpenNotebook>;
