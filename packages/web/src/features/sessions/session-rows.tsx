import type { Session } from '@emberlab/contract';
import type { ComponentProps } from 'react';
import { KeptRevision } from '../environments/kept-revision.tsx';
import { ApplicationRows, type ApplicationView } from './application-rows.tsx';
import { SessionActions } from './session-actions.tsx';
import { isLive, kernelOf, sessionStateOf, sessionTitle } from './session-state.ts';

/** Applications of notebooks and of whoever speaks Livy, as a table. */
export const SessionRows = ({
  sessions,
  ...table
}: Omit<ComponentProps<typeof ApplicationRows>, 'applications' | 'lead'> & { sessions: readonly Session[] }) => (
  <ApplicationRows {...table} lead="Notebook" applications={sessions.map(viewOf)} />
);

const viewOf = (session: Session): ApplicationView => ({
  id: session.id,
  title: sessionTitle(session),
  details: [session.applicationId, session.external === null ? null : `on ${session.external.livy}`],
  owner: session.owner,
  mine: session.mine,
  kernel: kernelOf(session),
  live: isLive(session),
  state: sessionStateOf(session),
  note: isLive(session) && session.revision !== null && <KeptRevision revision={session.revision} />,
  createdAt: session.createdAt,
  endedAt: session.endedAt,
  metrics: session.metrics,
  problem: session.problem ?? session.waiting ?? null,
  quiet: session.stopped || session.problem === null,
  actions: <SessionActions session={session} />,
});
