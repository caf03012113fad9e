import { realpathSync } from 'node:fs';
import { join } from 'node:path';
import { startStandaloneCluster } from '../../../packages/server/src/testing/standalone-cluster.ts';
import { jvm } from '../gateway.ts';
import { listProcesses } from '../leftovers.ts';
import type { Cluster } from './cluster.ts';

/** Spark's own cluster: a master, and a worker with one core. Drivers are processes of this machine. */
export async function standalone({ data }: { readonly data: string }): Promise<Cluster> {
  const sparkHome = realpathSync(join(process.env['EMBERLAB_TEST_DATA'] ?? '', 'tools/spark'));
  const cluster = await startStandaloneCluster(sparkHome);
  await cluster.addWorker();
  const { master, page } = cluster;
  return {
    engine: { type: 'standalone', master, page, driver_host: '127.0.0.1' },
    master: /^master spark:/m,
    running: async () => Array.from({ length: cluster.executors() }, (_, at) => `executor ${at}`),
    async killDriver() {
      const drivers = listProcesses(join(data, 'sessions')).filter(({ command }) => jvm.test(command));
      if (drivers.length !== 1) throw new Error(`${drivers.length} drivers run`);
      for (const { pid } of drivers) process.kill(pid, 'SIGKILL');
    },
    [Symbol.asyncDispose]: () => cluster[Symbol.asyncDispose](),
  };
}
