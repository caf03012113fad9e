import type { Session, SessionMetrics, SessionState } from '@emberlab/contract';
import type { Viewer } from '../../http/project-events.ts';
import { toInstant, toInstantOrNull } from '../../lib/clock.ts';
import { heapBytes } from './ahead/memory.ts';
import type { SessionRecord } from './model.ts';
import { isLive, isOnPurpose, takesStatements } from './state.ts';

/** What is known of a session beside its row. */
export type Observed = {
  readonly state: SessionState;
  readonly metrics: SessionMetrics | null;
  readonly revision: number | null;
  /** what its driver waits for, which has not begun yet; null: nothing that is known */
  readonly waiting: string | null;
};

/** Whether its Spark UI can be opened: while it runs, and afterwards from its event log. */
export const hasUi = (session: SessionRecord): boolean =>
  isLive(session.state)
    ? takesStatements(session.state) && session.application?.uiAvailable === true
    : session.eventLog === 'kept';

/** A session as the API answers it. */
export const presentSession = (session: SessionRecord, viewer: Viewer, observed: Observed): Session => ({
  id: session.id,
  kind: session.kind,
  state: observed.state,
  name: session.name,
  startedAhead:
    session.aheadKey === null ? null : { driverMemoryMb: Math.round(heapBytes(session.request) / 1024 ** 2) },
  notebook: session.notebook,
  owner: { email: session.owner.email, name: session.owner.name },
  mine: session.owner.id === viewer.userId,
  applicationId: session.application?.id ?? null,
  revision: observed.revision,
  uiAvailable: hasUi(session),
  external: null,
  ...(session.state === 'starting' && observed.waiting !== null ? { waiting: observed.waiting } : {}),
  metrics: takesStatements(session.state) ? observed.metrics : null,
  stopped: isOnPurpose(session.stopReason),
  problem: session.problem,
  createdAt: toInstant(session.createdAt),
  readyAt: toInstantOrNull(session.readyAt),
  endedAt: toInstantOrNull(session.endedAt),
});
