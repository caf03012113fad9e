import { readDuration } from './livy/durations.ts';
import type { SessionRecord } from './model.ts';

/** For how long a session may be idle, ms: what its request says, else what the platform does. null: for ever. */
export function idleLimit(session: SessionRecord, defaultMs: number): number | null {
  const { idleTimeout } = session.request;
  if (idleTimeout !== null) return readDuration(idleTimeout);
  return defaultMs === 0 ? null : defaultMs;
}

/** Why an idle session was stopped, as a sentence. */
export const describeIdle = (limitMs: number): string =>
  `Nothing was run in it for ${spelled(limitMs)}, so the application was stopped.`;

function spelled(ms: number): string {
  const seconds = Math.round(ms / 1000);
  if (seconds >= 7200 && seconds % 3600 === 0) return `${seconds / 3600} hours`;
  return seconds >= 120 && seconds % 60 === 0 ? `${seconds / 60} minutes` : `${seconds} s`;
}
