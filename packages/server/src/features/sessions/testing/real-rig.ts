import { mkdirSync, readdirSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { createLocalEngine, type LocalEngineOptions } from '../../../engines/local/engine.ts';
import { systemClock } from '../../../lib/clock.ts';
import { realSpark } from '../../../testing/real-spark.ts';
import { createRig } from './rig.ts';

const sparkHome = realSpark?.submit.sparkHome ?? '';

/** Whether there is a real Spark, and a Python for it: `./test` names both. */
export const hasSpark = realSpark !== null;

/** A rig whose drivers are real, beside a real clock. `spark`: what is to be other than usual, by the home of the real Spark and the rig's folder. */
export const createRealRig = ({
  spark,
  python = realSpark?.python ?? '',
  ...options
}: Pick<NonNullable<Parameters<typeof createRig>[0]>, 'ahead' | 'engines' | 'python'> & {
  spark?: (home: string, folder: string) => Partial<LocalEngineOptions>;
} = {}) =>
  createRig({
    ...options,
    clock: systemClock,
    limits: { reconcileMs: 200 },
    python,
    engine: (folder) =>
      createLocalEngine({ ...realOptions(folder), sparkMaster: 'local[*]', ...spark?.(sparkHome, folder) }),
  });

/** What engines with the real Spark are made with, all of which keep their files in this folder. */
export const realOptions = (folder: string): Omit<LocalEngineOptions, 'sparkMaster'> => ({
  clock: systemClock,
  sparkHome,
  javaHome: null,
  ...(realSpark === null
    ? {}
    : { warmStart: realSpark.warmStart, driverJavaOptions: realSpark.submit.driverJavaOptions ?? '' }),
  sessionsFolder: join(folder, 'sessions'),
  batchesFolder: join(folder, 'batches'),
  outputLimitBytes: 1024 * 1024,
  eventLogBytes: 100 * 1024 ** 2,
  environment: process.env,
});

/**
 * Spark's little cluster within one application: its executors are processes of their own. It writes into Spark's home, so it gets one with nothing in
 * it but links.
 */
export function smallCluster(home: string, folder: string): Partial<LocalEngineOptions> {
  const sparkHome = join(folder, 'spark');
  mkdirSync(sparkHome);
  for (const name of readdirSync(home)) symlinkSync(join(home, name), join(sparkHome, name));
  return { sparkHome, sparkMaster: 'local-cluster[1,1,1024]' };
}
