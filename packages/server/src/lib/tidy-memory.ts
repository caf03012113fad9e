import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

/** How often it is asked whether the process is at rest. */
const intervalMs = 5000;
/** A process is at rest when it used less than this share of one core since it was asked last. */
const restShare = 0.02;
/** What a collection must have to gain, bytes of heap, so that one at rest does not collect again and again. */
const worthwhileBytes = 2 * 1024 * 1024;

export type TidyOptions = {
  /** runs a full collection */
  readonly collect: () => void;
  /** bytes of the heap in use */
  readonly heapUsed: () => number;
  /** processor time used so far, ms */
  readonly cpuMs: () => number;
};

/**
 * V8 collects when memory is asked for, so what a burst of requests has left stays resident for as long as nothing follows. This gives it back
 * once the process is at rest; a collection of so small a heap takes some tens of milliseconds, and nobody waits then.
 *
 * Answers a function that is to be called every `intervalMs` and says whether it has collected.
 */
export function createTidier({ collect, heapUsed, cpuMs }: TidyOptions): () => boolean {
  let lastCpuMs = cpuMs();
  let lastHeap = 0;
  return () => {
    const usedMs = cpuMs() - lastCpuMs;
    lastCpuMs += usedMs;
    if (usedMs > intervalMs * restShare || heapUsed() - lastHeap < worthwhileBytes) return false;
    collect();
    lastHeap = heapUsed();
    lastCpuMs = cpuMs();
    return true;
  };
}

/** Does that for this process, for as long as it lives. */
export function tidyMemoryAtRest(): void {
  // A flag of V8 that counts for contexts made after it: no option of the command line is needed, whoever starts us.
  setFlagsFromString('--expose-gc');
  const gc = runInNewContext('gc') as (options: { type: 'major'; flavor: 'last-resort' }) => void;
  const tidy = createTidier({
    // Any other flavour keeps the pages for the next burst.
    collect: () => gc({ type: 'major', flavor: 'last-resort' }),
    heapUsed: () => process.memoryUsage().heapUsed,
    cpuMs: () => {
      const { user, system } = process.cpuUsage();
      return (user + system) / 1000;
    },
  });
  setInterval(tidy, intervalMs).unref();
}
