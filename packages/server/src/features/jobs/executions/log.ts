import { Readable } from 'node:stream';
import { delay, type Clock } from '../../../lib/clock.ts';
import { followLog } from '../../../lib/log-file.ts';
import { driverLog, maxLogBytes } from '../../sessions/index.ts';
import type { ExecutionRecord } from '../model.ts';
import type { Runner } from '../runners/runner.ts';
import { isFinal } from './state.ts';

/** How often is looked whether a run that is followed has a log, or has ended, ms. */
const lookEveryMs = 500;

/** The log of a run. Followed, it goes on until the run has ended; one that waits is waited for. */
export function runLog(
  run: ExecutionRecord,
  options: {
    runner: Runner;
    find(): Promise<ExecutionRecord | null>;
    clock: Clock;
    follow: boolean;
    signal: AbortSignal;
  },
): Readable {
  return Readable.from(read(run, options), { objectMode: false });
}

async function* read(
  run: ExecutionRecord,
  { runner, find, clock, follow, signal }: Parameters<typeof runLog>[1],
): AsyncGenerator<Buffer | string> {
  const isOver = async () => isFinal((await find())?.state ?? 'stopped');
  let log = await runner.log(run);
  if (log === null && !follow) return;
  while (log === null && !signal.aborted && !(await isOver())) {
    await delay(clock, lookEveryMs, signal).catch(() => undefined);
    log = await runner.log(run);
  }
  if (log === null) return;
  let ended = !follow || (await isOver());
  const done = new AbortController();
  const watching = (async () => {
    while (!ended && !done.signal.aborted) {
      await delay(clock, lookEveryMs, AbortSignal.any([signal, done.signal])).catch(() => undefined);
      ended = signal.aborted || (await isOver().catch(() => false));
    }
  })();
  try {
    const { stdout, stderr } = log;
    yield* stderr === null
      ? followLog(stdout, { follow, maxBytes: maxLogBytes, signal, ended: () => ended })
      : driverLog(
          { stdout, stderr },
          { follow, signal, onChange: everyLook(clock), isLive: async () => !(await isOver()) },
        );
  } finally {
    done.abort();
    await watching;
  }
}

/** Calls a listener again and again until it is called off. */
export const everyLook =
  (clock: Clock) =>
  (listener: () => void): (() => void) => {
    let callOff = () => {};
    const again = () => {
      callOff = clock.after(lookEveryMs, () => {
        listener();
        again();
      });
    };
    again();
    return () => callOff();
  };
