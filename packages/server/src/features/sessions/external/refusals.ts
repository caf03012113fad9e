import { LivyError } from '../livy/errors.ts';
import type { LivyCallError } from './call-error.ts';
import type { Answer } from './client.ts';
import type { External } from './model.ts';

const maxMessageLength = 2000;

/** Who is spoken of in an answer: its number there is not our client's business. */
type Subject = Pick<External, 'id' | 'externalId'> | null;

/** What a Livy says in an answer that is no success: `{"msg": …}` or a bare string. Null: nothing for people, such as a page of HTML. */
function messageOf({ json }: Answer, subject: Subject): string | null {
  const said = typeof json === 'string' ? json : (json as { msg?: unknown } | null | undefined)?.msg;
  if (typeof said !== 'string' || said.trim() === '') return null;
  const [message = ''] = said.split('\n at [Source');
  const told = message.slice(0, maxMessageLength);
  if (subject?.externalId === null || subject === null) return told;
  return told.replaceAll(new RegExp(`(session '?)${subject.externalId}\\b`, 'gi'), `$1${subject.id}`);
}

/** Livy's words for a request that came at the wrong time. 500 only for a dead session: one client starts a new one on that. */
export const wrongState = (state: string): LivyError =>
  new LivyError(state === 'dead' ? 500 : 409, `java.lang.IllegalStateException: Session is in state ${state}`);

/**
 * What our client is told when a project's Livy refuses a request. Statuses from 500 on are for what another try may change, and never for a request that
 * may have had an effect: clients repeat those.
 */
export function refusalOf(answer: Answer, options: { repeatable: boolean; subject: Subject }): LivyError {
  const { status } = answer;
  const message = messageOf(answer, options.subject);
  const state = /Session is in state (\w+)/.exec(message ?? '')?.[1];
  if (state !== undefined) return wrongState(state);
  if (status === 401 || status === 407 || (status === 403 && message === null)) {
    return new LivyError(
      424,
      `The Livy of this project refuses Emberlab's login (${status}). An owner of the project can correct it in the project settings.`,
    );
  }
  if (status >= 400 && status < 500) {
    return new LivyError(status, message ?? `The Livy of this project refused the request (${status}).`);
  }
  const failed = message ?? `The Livy of this project failed (${status}). Its log may say why.`;
  // Of a server between here and there: it will be there again.
  const passing = [502, 503, 504].includes(status) && options.repeatable;
  return new LivyError(passing ? 503 : 424, failed);
}

/** The same for a Livy that did not answer. */
export function unreachable(error: LivyCallError, options: { repeatable: boolean }): LivyError {
  const unknown = error.sent === 'maybe' && !options.repeatable;
  const consequence = unknown ? ' It is not known whether the request had an effect there.' : '';
  return new LivyError(unknown ? 424 : 503, `The Livy of this project can't be asked: ${error.message}.${consequence}`);
}

/** For an answer that is not what the route's answer is in Livy. */
export const notLivy = (what: string): LivyError =>
  new LivyError(424, `The Livy of this project answered something that is no ${what}.`);
