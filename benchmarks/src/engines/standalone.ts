import { startStandaloneCluster } from '../../../packages/server/src/testing/standalone-cluster.ts';
import { bareStart } from '../gateway/starts.ts';
import type { Place } from './place.ts';

/** A standalone cluster of one worker. */
export async function standalone(sparkHome: string): Promise<Place> {
  const cluster = await startStandaloneCluster(sparkHome);
  await cluster.addWorker();
  const { master, page } = cluster;
  return {
    engine: { type: 'standalone', master, page, driver_host: '127.0.0.1' },
    body: { kind: 'pyspark', driverMemory: '1g', executorMemory: '512m', numExecutors: 1 },
    bare: (python) => bareStart(sparkHome, python, master),
    [Symbol.asyncDispose]: () => cluster[Symbol.asyncDispose](),
  };
}
