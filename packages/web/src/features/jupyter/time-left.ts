import type { Server, ServerActivity, ServerStopReason, ServerTime } from '@emberlab/contract';
import { formatDuration, formatRelative } from '../../lib/time.ts';

/** So long before its end a server's member is warned, ms. */
const warnMs = 10 * 60_000;
const minuteMs = 60_000;
const hourMs = 60 * minuteMs;
const dayMs = 24 * hourMs;

/** What tells how much time a server has. */
export type Timed = Pick<Server, 'state' | 'stopsAt'>;

/** What is left of a running server's time, ms; null where there is no end. Never below 0. */
export const msLeft = (server: Timed, now: number): number | null =>
  server.state === 'running' && server.stopsAt !== null ? Math.max(0, Date.parse(server.stopsAt) - now) : null;

type InAll = Pick<Server, 'readyAt' | 'stopsAt' | 'time'>;

/** When a running server ends at the latest, by the limit of its whole run; null: there is none. */
export const latestEnd = ({ readyAt, time }: InAll): string | null =>
  time.runHours === null || readyAt === null
    ? null
    : new Date(Date.parse(readyAt) + time.runHours * 60 * minuteMs).toISOString();

/** Whether its end can't be moved any further for that. */
export function hasAllTime(server: InAll): boolean {
  const latest = latestEnd(server);
  return latest !== null && (server.stopsAt === null || Date.parse(server.stopsAt) >= Date.parse(latest) - minuteMs);
}

/** What is left, when that is so little that people have to know wherever they are; else null. */
export function msLeftToWarn(server: Timed | undefined, now: number): number | null {
  const left = server === undefined ? null : msLeft(server, now);
  return left !== null && left <= warnMs ? left : null;
}

/** Time left for people, to the minute: `5 h 41 min`, `less than a minute`. */
export const spellLeft = (ms: number): string =>
  ms < minuteMs ? 'less than a minute' : formatDuration(Math.floor(ms / minuteMs) * minuteMs);

/** The most that a server may have left at any moment, for people: `7 d`. */
const spellMost = ({ mostHours }: ServerTime): string => formatDuration(mostHours * hourMs);

/**
 * Why no time can be added to what is left, if so: it would come to less than is told of it, which is hours where there are days left, and minutes else.
 */
export function noMoreTime(left: number | null, time: ServerTime): string | null {
  if (left === null) return null;
  const told = left >= dayMs ? hourMs : minuteMs;
  return time.mostHours * hourMs - left < told ? `This is the most that there is: ${spellMost(time)} from now.` : null;
}

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
export function spellStopReason(reason: ServerStopReason | null, { time, stopNote }: Server): string | null {
  if (reason === 'admin')
    return `${stopNote ?? 'An administrator stopped it'}${/[.!?]$/.test(stopNote ?? '') ? '' : '.'}`;
  if (reason === 'time') return 'Its time was over.';
  if (reason === 'member') return 'Your role did not let you run Jupyter any more.';
  if (reason === 'project') return 'The project was archived.';
  if (reason === 'idle') return `Nothing had run in it for ${formatDuration(time.idleMinutes * minuteMs)}.`;
  return null;
}
