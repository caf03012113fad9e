import { adminEvent, routePath, type AdminEvent } from '@emberlab/contract';
import { useQueryClient, type QueryClient } from '@tanstack/react-query';
import { useEffect } from 'react';
import { openEventStream } from '../../lib/event-stream.ts';
import { keys } from '../../lib/queries.ts';
import { usePageInUse } from '../../lib/use-page-in-use.ts';
import { adminKeys } from './queries.ts';

/** A newer server may send kinds of events that this page doesn't know; they are not for it. */
function readEvent(data: string): AdminEvent | undefined {
  try {
    return adminEvent.safeParse(JSON.parse(data)).data;
  } catch {
    return undefined;
  }
}

function applyEvent(client: QueryClient, event: AdminEvent): void {
  if (event.type === 'machine') client.setQueryData(adminKeys.now, event.now);
  else for (const queryKey of [adminKeys.running, adminKeys.projects]) void client.invalidateQueries({ queryKey });
}

/** Keeps what runs, and how the machine does, up to date while the calling page is there and looked at: the platform looks only then. */
export function useAdminLive(): void {
  const client = useQueryClient();
  const inUse = usePageInUse();
  useEffect(() => {
    if (!inUse) return undefined;
    return openEventStream({
      url: routePath('admin.events'),
      read: readEvent,
      onEvent: (event) => applyEvent(client, event),
      onRefused: () => void client.invalidateQueries({ queryKey: keys.auth }),
    });
  }, [client, inUse]);
}
