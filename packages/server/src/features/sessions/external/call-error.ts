/**
 * A Livy did not answer, or not as a Livy. `sent` says whether the request can have had an effect there: `no` means that it is as if nobody had asked.
 * The message is a clause for people that begins in lower case: "nothing listens at livy:8998".
 */
export class LivyCallError extends Error {
  override readonly name = 'LivyCallError';
  readonly sent: 'no' | 'maybe';

  constructor(sent: 'no' | 'maybe', message: string, cause?: unknown) {
    super(message, { cause });
    this.sent = sent;
  }
}
