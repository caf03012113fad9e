import { routePath } from '@emberlab/contract';
import { useQueryClient } from '@tanstack/react-query';
import { useEffect } from 'react';
import { openEventStream, readKinds } from '../../lib/event-stream.ts';
import { keys } from '../../lib/queries.ts';
import { usePageInUse } from '../../lib/use-page-in-use.ts';

const readEvent = readKinds({ announcements: true });

/** Hears of new announcements on pages of no project; those of a project hear of them in the project's stream. */
export function useAnnouncementEvents(enabled: boolean): void {
  const client = useQueryClient();
  const inUse = usePageInUse();
  useEffect(() => {
    if (!enabled || !inUse) return undefined;
    return openEventStream({
      url: routePath('announcements.events'),
      read: readEvent,
      onEvent: () => void client.invalidateQueries({ queryKey: keys.announcements }),
      onRefused: () => void client.invalidateQueries({ queryKey: keys.auth }),
    });
  }, [client, enabled, inUse]);
}
