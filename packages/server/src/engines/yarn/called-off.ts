import { EngineError } from '../engine.ts';

const calledOff = () => new EngineError('The start was called off.');

/** Throws an `EngineError` when a start was called off. */
export function mustGoOn(signal: AbortSignal | undefined): void {
  if (signal?.aborted === true) throw calledOff();
}

/** What is waited for, or an `EngineError` as soon as the start is called off: the work goes on then, and nobody hears how it ends. */
export async function unlessCalledOff<T>(work: Promise<T>, signal: AbortSignal | undefined): Promise<T> {
  if (signal === undefined) return work;
  const { promise, reject } = Promise.withResolvers<never>();
  const off = () => reject(calledOff());
  if (signal.aborted) off();
  else signal.addEventListener('abort', off, { once: true });
  try {
    return await Promise.race([work, promise]);
  } finally {
    signal.removeEventListener('abort', off);
  }
}
