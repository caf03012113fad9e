import type { EventLogState } from '../../../engines/engine.ts';
import { HttpError } from '../../../http/errors.ts';
import { causeIn } from '../end.ts';

const noLog: Readonly<Record<EventLogState, string>> = {
  kept: 'Its event log, which its Spark UI would be made from, can’t be read.',
  too_large: 'Its event log, which its Spark UI would be made from, grew too large and was not kept.',
  none: 'There is no event log that its Spark UI could be made from.',
};

/** Why there is no Spark UI of an application that has ended, where that will not change. `removed`: there was an event log once. */
export function noEventLog(state: EventLogState, { removed }: { removed: boolean }): HttpError {
  const why =
    removed && state === 'none'
      ? 'Its event log, which its Spark UI would be made from, has been removed.'
      : noLog[state];
  return new HttpError('session_ended', { message: `This Spark application has ended. ${why}` });
}

/** Why a history server did not come up, with the line of its log that most likely says so. */
export const notStarted = (tail: readonly string[]): HttpError =>
  new HttpError('ui_unavailable', {
    message: `Spark's history server, which makes the Spark UI from the event log, ended at its start.${quote(tail)}`,
  });

export const gaveUp = (ms: number, tail: readonly string[]): HttpError =>
  new HttpError('ui_unavailable', {
    message: `Spark's history server has not made the Spark UI from the event log within ${Math.round(ms / 1000)} s. The log may be very long.${quote(tail)}`,
  });

export const stopping = (): HttpError =>
  new HttpError('ui_unavailable', { message: 'Emberlab is being stopped. Please try again when it is back.' });

export const calledOff = (): HttpError =>
  new HttpError('ui_unavailable', {
    message: 'The Spark UI was closed while it was being made. Please open it again.',
  });

export const another = (): HttpError =>
  new HttpError('ui_unavailable', {
    message:
      'The Spark UI of another finished application is still being opened for you. Please try again when it is there.',
  });

export const tooMany = (): HttpError =>
  new HttpError('ui_unavailable', {
    message: 'The Spark UIs of several finished applications are being opened. Please try again in a moment.',
  });

const quote = (tail: readonly string[]): string => {
  const cause = causeIn(tail);
  return cause === null ? '' : ` Its log says: ${cause}`;
};
