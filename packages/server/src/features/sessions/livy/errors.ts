/**
 * An answer of the Livy dialect that says no: `{"msg": …}`. Statuses from 500 on make sparkmagic repeat a request up to nine times, so they are for
 * what another try may change.
 */
export class LivyError extends Error {
  override readonly name = 'LivyError';
  readonly status: number;

  constructor(status: number, message: string) {
    super(message);
    this.status = status;
  }
}

/** Zeppelin looks for exactly this text. */
export const sessionNotFound = (key: string): LivyError => new LivyError(404, `Session '${key}' not found.`);

export const rejected = (reason: string): LivyError => new LivyError(400, `Rejected, Reason: ${reason}`);

/** Livy's own words, which a client compares. */
export const tooMany = 'Rejected, too many sessions are being created!';
