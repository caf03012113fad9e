import { realpathSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { startHadoopCluster } from '../../../packages/server/src/testing/hadoop-cluster.ts';
import type { Cluster } from './cluster.ts';

/** YARN and HDFS on this machine. Drivers are the first containers of their applications. */
export async function yarn(): Promise<Cluster> {
  const sparkHome = realpathSync(join(process.env['EMBERLAB_TEST_DATA'] ?? '', 'tools/spark'));
  const cluster = await startHadoopCluster();
  const commandOf = (pid: number) => readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => '');
  return {
    engine: { type: 'yarn', conf_dir: cluster.confDir, user: 'emberlab', spark_on_nodes: sparkHome },
    master: /^master yarn$/m,
    running: async () => (await cluster.processes()).map((pid) => `process ${pid}`),
    async killDriver() {
      const drivers: number[] = [];
      for (const pid of await cluster.processes()) {
        const command = await commandOf(pid);
        if (/\bjava\0/.test(command) && command.includes('yarn.ApplicationMaster')) drivers.push(pid);
      }
      if (drivers.length !== 1) throw new Error(`${drivers.length} drivers run`);
      for (const pid of drivers) process.kill(pid, 'SIGKILL');
    },
    [Symbol.asyncDispose]: () => cluster[Symbol.asyncDispose](),
  };
}
