import type { Server, ServerActivity, ServerStopReason } from '@emberlab/contract';
import { formatDuration, formatRelative } from '../../lib/time.ts';

/** So long before its end a server's member is warned, ms. */
const warnMs = 10 * 60_000;
const minuteMs = 60_000;

/** What tells how much time a server has. */
export type Timed = Pick<Server, 'state' | 'stopsAt'>;

/** What is left of a running server's time, ms; null where there is no end. Never below 0. */
export const msLeft = (server: Timed, now: number): number | null =>
  server.state === 'running' && server.stopsAt !== null ? Math.max(0, Date.parse(server.stopsAt) - now) : null;

/** What is left, when that is so little that people have to know wherever they are; else null. */
export function msLeftToWarn(server: Timed | undefined, now: number): number | null {
  const left = server === undefined ? null : msLeft(server, now);
  return left !== null && left <= warnMs ? left : null;
}

/** Time left for people, to the minute: `5 h 41 min`, `less than a minute`. */
export const spellLeft = (ms: number): string =>
  ms < minuteMs ? 'less than a minute' : formatDuration(Math.floor(ms / minuteMs) * minuteMs);

const file = (path: string): string => path.slice(path.lastIndexOf('/') + 1);

function spellActor({ kind, name }: ServerActivity): string {
  if (kind === 'terminal') return `a command in terminal ${name}`;
  const what = kind === 'spark' ? 'a Spark statement' : 'the kernel';
  return name === null ? (kind === 'kernel' ? 'a kernel' : what) : `${what} of ${file(name)}`;
}

/** What keeps a server busy, or did last, as a sentence; null where it has done nothing yet. */
export function spellActivity(activity: ServerActivity | null, now: number): string | null {
  if (activity === null || activity.kind === 'start') return null;
  const actor = spellActor(activity);
  if (activity.now) return `Busy: ${actor}.`;
  return `Nothing runs. Last at work: ${actor}, ${formatRelative(Date.parse(activity.at), now)}.`;
}

/** Why a server does not run any more, for one that its member has not stopped; else null. */
export function spellStopReason(reason: ServerStopReason | null, { time }: Server): string | null {
  if (reason === 'time') return 'Its time was over.';
  if (reason === 'member') return 'Your role did not let you run Jupyter any more.';
  if (reason === 'project') return 'The project was archived.';
  if (reason === 'idle') return `Nothing had run in it for ${formatDuration(time.idleMinutes * minuteMs)}.`;
  return null;
}
