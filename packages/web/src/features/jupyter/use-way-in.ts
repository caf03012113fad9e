import type { Server } from '@emberlab/contract';
import { useMutation } from '@tanstack/react-query';
import { useEffect, useRef } from 'react';
import { api } from '../../lib/api.ts';
import { leaveFor } from '../../lib/open-tab.ts';

/** Leaves this page for JupyterLab, with the file at `path` open, as soon as there is a server to go to. */
export function useWayIn(project: string, path: string | undefined, ready: Server['id']) {
  const way = useMutation({
    mutationFn: () => api.call('jupyter.open', { params: { project }, body: path === undefined ? {} : { path } }),
    onSuccess: ({ url }) => leaveFor(url),
  });
  const asked = useRef<Server['id']>(null);
  const { mutate } = way;
  useEffect(() => {
    if (ready === null || asked.current === ready) return;
    // Each answer is a ticket that works once: one is enough.
    asked.current = ready;
    mutate();
  }, [ready, mutate]);
  return way;
}
