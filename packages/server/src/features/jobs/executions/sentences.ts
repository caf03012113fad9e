import type { ExecutionRecord } from '../model.ts';
import type { ExecutionStopReason } from './state.ts';

const stopped: Readonly<Record<ExecutionStopReason, (run: ExecutionRecord) => string>> = {
  asked: () => 'It was stopped.',
  time: ({ frozen }) =>
    `It took longer than the ${frozen.policy.timeLimitMinutes ?? 0} min that its job allows, so it was stopped.`,
  job: () => 'Its job was deleted.',
  replaced: () => 'The next run of its schedule took its place.',
  member: () => 'Its owner may not run anything in the project any more.',
  project: () => 'The project was archived or deleted.',
  admin: ({ stopNote }) => stopNote ?? 'An administrator stopped it.',
};

/** Why a run was ended on purpose, as a sentence. */
export const stopSentence = (run: ExecutionRecord): string => stopped[run.stopReason ?? 'asked'](run);

export const lost =
  'Its process is gone, and nobody knows how it ended: the machine was restarted, or something ended it from outside. Please look at its log and at what it has written.';

/** What is said of runs that wait. */
export const waits = {
  time: (at: string) => `It is tried again at ${at}.`,
  before: 'It waits until the run before it has ended: the job has one run at a time.',
  environment: 'It waits for the Python environment of the project.',
  places: (limit: number) => `It waits for its turn: ${limit} runs at a time are as many as this platform takes.`,
} as const;

/** Said beside how a run has ended. */
export const logNotKept = (full: boolean): string =>
  full
    ? 'The disk of the project is full, so its log could not be kept below Logs: it is shown with the run alone.'
    : 'Its log could not be kept below Logs in the project: it is shown with the run alone.';
