import { ApiError, NetworkError } from '@emberlab/contract';

/** How a request ended: it was answered; it was refused; or nobody knows whether it was carried out. */
export type Outcome<T> = { kind: 'done'; value: T } | { kind: 'refused'; error: ApiError } | { kind: 'unknown' };

/** Sends a request in the middle of a storm. A server's own fault (5xx) says nothing about what was done; so does no answer. */
export async function outcomeOf<T>(ask: () => Promise<T>): Promise<Outcome<T>> {
  try {
    return { kind: 'done', value: await ask() };
  } catch (error) {
    if (error instanceof ApiError && error.status < 500) return { kind: 'refused', error };
    if (error instanceof ApiError || error instanceof NetworkError || error instanceof TypeError) {
      return { kind: 'unknown' };
    }
    throw error;
  }
}

/**
 * What a thing may be by now, as far as its only user can know. What was answered is; what wasn't may have become so or not, until an answer tells.
 */
export class Told<T> {
  private known: readonly T[];

  constructor(first: T) {
    this.known = [first];
  }

  /** A change to `value` has been asked for. */
  note(outcome: Outcome<unknown>, value: T): void {
    if (outcome.kind === 'done') this.known = [value];
    else if (outcome.kind === 'unknown') this.known = [...this.known, value];
  }

  get possible(): readonly T[] {
    return this.known;
  }
}
