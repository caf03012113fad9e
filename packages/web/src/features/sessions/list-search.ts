import type { Session } from '@emberlab/contract';
import { oneOf, textOf } from '../../lib/read-search.ts';
import { inUse, isLive, sessionStateOf, sessionTitle } from './session-state.ts';

export const shows = ['all', 'running', 'ended'] as const;
const sortKeys = ['started', 'name', 'owner', 'state'] as const;
export type SortKey = (typeof sortKeys)[number];

/** What the list of applications shows, as it stands in the address; what is missing is as usual. */
export type ListSearch = {
  q?: string | undefined;
  show?: (typeof shows)[number] | undefined;
  sort?: SortKey | undefined;
  reverse?: true | undefined;
};

/** Reads an address that may have been written by hand. */
export function readListSearch(search: Record<string, unknown>): ListSearch {
  return {
    q: textOf(search.q),
    show: oneOf(shows, search.show),
    sort: oneOf(sortKeys, search.sort),
    reverse: search.reverse === true ? true : undefined,
  };
}

const compare = {
  started: (a: Session, b: Session) => b.createdAt.localeCompare(a.createdAt),
  name: (a: Session, b: Session) => sessionTitle(a).localeCompare(sessionTitle(b)),
  owner: (a: Session, b: Session) => a.owner.name.localeCompare(b.owner.name),
  state: (a: Session, b: Session) => sessionStateOf(a).label.localeCompare(sessionStateOf(b).label),
} as const;

/** The sessions that the address asks for, in its order; those that run come first where nothing else is asked. */
export function applySearch(sessions: readonly Session[], search: ListSearch): Session[] {
  const wanted = (search.q ?? '').trim().toLowerCase();
  const order = compare[search.sort ?? 'started'];
  return sessions
    .filter(inUse)
    .filter((session) =>
      search.show === 'running' ? isLive(session) : search.show === 'ended' ? !isLive(session) : true,
    )
    .filter((session) =>
      [
        sessionTitle(session),
        session.owner.name,
        session.owner.email,
        session.applicationId ?? '',
        String(session.id),
      ].some((text) => text.toLowerCase().includes(wanted)),
    )
    .toSorted((a, b) => {
      if (search.sort === undefined && isLive(a) !== isLive(b)) return isLive(a) ? -1 : 1;
      return (search.reverse === true ? -1 : 1) * (order(a, b) || b.id - a.id);
    });
}
