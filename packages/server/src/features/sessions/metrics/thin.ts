import type { SessionSample } from '@emberlab/contract';

/** A sample and when it was taken, ms since the epoch. */
export type Sampled = { readonly at: number; readonly sample: SessionSample };

const leastStepMs = 1024;

/**
 * Which of the samples (oldest first) stay when there are too many: the newest `fine` as they are; of the older ones half at most, one for each step of
 * time. Steps are powers of two, so that what was thinned before loses nothing while what has come since can be thinned instead. Of a step the sample with the most
 * running tasks stays, since that is what somebody looks for later. The first sample of all stays too.
 */
export function thin(samples: readonly Sampled[], fine: number): Sampled[] {
  const older = samples.slice(0, Math.max(0, samples.length - fine));
  const newest = samples.slice(older.length);
  const most = Math.max(2, Math.floor(older.length / 2));
  for (let stepMs = leastStepMs; ; stepMs *= 2) {
    const kept = busiestOfEachStep(older, stepMs);
    if (kept.length <= most) return [...kept, ...newest];
  }
}

function busiestOfEachStep(samples: readonly Sampled[], stepMs: number): Sampled[] {
  const [first, ...others] = samples;
  if (first === undefined) return [];
  const kept = new Map<number, Sampled>();
  for (const one of others) {
    const step = Math.floor((one.at - first.at) / stepMs);
    const before = kept.get(step);
    if (before === undefined || one.sample.activeTasks > before.sample.activeTasks) kept.set(step, one);
  }
  return [first, ...kept.values()];
}
