import { useQueryClient } from '@tanstack/react-query';
import { useEffect, useSyncExternalStore } from 'react';
import { api } from '../../../lib/api.ts';
import { keys } from '../../../lib/queries.ts';
import { createUploadQueue, type Sending } from './upload-queue.ts';

const doneListeners = new Set<(sending: Sending) => void>();

/** One for the whole dashboard: files go on to be sent whatever page is open. */
const queue = createUploadQueue({
  api,
  onDone: (sending) => {
    for (const listener of doneListeners) listener(sending);
  },
});

/** The files of a project that are being sent, and what can be done with them. Who leaves the dashboard meanwhile is asked first. */
export function useUploadQueue(project: string) {
  const client = useQueryClient();
  const all = useSyncExternalStore(queue.subscribe, queue.get);
  const isBusy = all.some(({ state }) => state === 'sending' || state === 'waiting' || state === 'away');
  useEffect(() => {
    const onDone = (sending: Sending): void => {
      void client.invalidateQueries({ queryKey: keys.files(sending.project) });
      void client.invalidateQueries({ queryKey: keys.limits(sending.project) });
    };
    doneListeners.add(onDone);
    return () => void doneListeners.delete(onDone);
  }, [client]);
  useEffect(() => {
    if (!isBusy) return undefined;
    const ask = (event: BeforeUnloadEvent): void => event.preventDefault();
    window.addEventListener('beforeunload', ask);
    return () => window.removeEventListener('beforeunload', ask);
  }, [isBusy]);
  return { sendings: all.filter((one) => one.project === project), queue };
}
