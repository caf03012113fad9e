import { kindLabels, liveSessionStates, type Session, type SessionState } from '@emberlab/contract';
import { showHidden } from '../../lib/show-hidden.ts';
import type { Tone } from '../../ui/state-badge.tsx';

const live: ReadonlySet<SessionState> = new Set(liveSessionStates);

/** Whether a driver exists or may exist. */
export function isLive(session: Session): boolean {
  return live.has(session.state);
}

const states: Readonly<Record<SessionState, { label: string; tone: Tone }>> = {
  not_started: { label: 'Queued', tone: 'wait' },
  starting: { label: 'Starting', tone: 'wait' },
  recovering: { label: 'Reconnecting', tone: 'wait' },
  idle: { label: 'Idle', tone: 'ok' },
  running: { label: 'Busy', tone: 'busy' },
  busy: { label: 'Busy', tone: 'busy' },
  shutting_down: { label: 'Stopping', tone: 'wait' },
  error: { label: 'Failed', tone: 'bad' },
  dead: { label: 'Ended', tone: 'off' },
  killed: { label: 'Stopped', tone: 'off' },
  success: { label: 'Finished', tone: 'off' },
};

/** A session's state for people; one that died of something has failed, unless that was wanted. */
export function sessionStateOf(session: Session): { label: string; tone: Tone } {
  if (session.state === 'dead' && session.problem !== null) return session.stopped ? states.killed : states.error;
  return states[session.state];
}

/** What people call an application: its notebook, or the name it was given; both are chosen by users and may hide things. */
export function sessionTitle(session: Session): string {
  return showHidden(session.notebook ?? session.name ?? `Session ${session.id}`);
}

/** `PySpark`. */
export function kernelOf(session: Session): string {
  return kindLabels[session.kind];
}

/** Whether somebody uses it, or has. A driver that waits to be taken is no application of anybody's yet. */
export const inUse = (session: Session): boolean => session.startedAhead === null;
