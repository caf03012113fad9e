/**
 * An answer of the Livy dialect that says no: `{"msg": …}`. Statuses from 500 on make sparkmagic repeat a request up to nine times, so they are for
 * what another try may change.
 */
export class LivyError extends Error {
  override readonly name = 'LivyError';
  readonly status: number;
  /** what to do, where the message has to be Livy's alone */
  readonly hint: string | undefined;

  constructor(status: number, message: string, hint?: string) {
    super(message);
    this.status = status;
    this.hint = hint;
  }
}

/** Zeppelin looks for exactly this text. */
export const sessionNotFound = (key: string): LivyError => new LivyError(404, `Session '${key}' not found.`);

export const rejected = (reason: string): LivyError => new LivyError(400, `Rejected, Reason: ${reason}`);

/** There is no room for it by a limit of its member or project: Livy's form of a refusal, with the status for too much at a time. Clients don't repeat it. */
export const limitRefusal = (sentence: string): LivyError => new LivyError(429, `Rejected, Reason: ${sentence}`);

/** Livy's own words, which a client compares as a whole: what else there is to say stands beside them. */
export function tooMany(startingDrivers: number): LivyError {
  const most = `At most ${startingDrivers} Spark drivers may be starting at the same time, and half of them for one person.`;
  const hint = `${most} Please wait until one of yours is ready, and try again.`;
  return new LivyError(429, 'Rejected, too many sessions are being created!', hint);
}

/** Livy's own words in front. */
export const nameTaken = (name: string | null, id: number): LivyError =>
  rejected(
    `Duplicate session name: Some(${name}) for session ${id}. The one of that name has not ended: please use it, end it, or take another name.`,
  );
