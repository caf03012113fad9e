import { realpathSync } from 'node:fs';
import { join } from 'node:path';
import { createClient } from '@emberlab/contract';
import { Platform } from '@emberlab/e2e/platform';
import { startStandaloneCluster } from '../../../packages/server/src/testing/standalone-cluster.ts';
import type { Figure } from '../figures.ts';
import { Livy } from '../gateway/livy.ts';
import { measureStarts } from '../gateway/starts.ts';
import { account, environmentOf, say } from '../tools.ts';

/** `./bench engines`: sessions on a standalone cluster of one worker on this machine, from POST to idle, in turns with a bare `spark-submit` to the same master. */
export async function measureEngines(): Promise<Figure[]> {
  const platform = await Platform.prepare();
  try {
    const sparkHome = realpathSync(join(platform.data, 'tools/spark'));
    await using cluster = await startStandaloneCluster(sparkHome);
    await cluster.addWorker();
    const token = await account(platform);
    const { master, page } = cluster;
    await platform.start({
      EMBERLAB_ENGINES: JSON.stringify({ cluster: { type: 'standalone', master, page, driver_host: '127.0.0.1' } }),
      // Nothing else is to start meanwhile.
      EMBERLAB_SESSION_WARM_START: 'false',
    });
    const client = createClient({ baseUrl: `http://127.0.0.1:${platform.port}`, token });
    const python = join(await environmentOf(platform, client, 'demo'), 'bin/python');
    const livy = new Livy(`http://127.0.0.1:${platform.port}/livy/demo`, { authorization: `Bearer ${token}` });
    const body = { kind: 'pyspark', driverMemory: '1g', executorMemory: '512m', numExecutors: 1 };
    say('Starts, in turns with a bare spark-submit');
    return await measureStarts({
      sparkHome,
      python,
      master,
      starts: [
        {
          what: 'our gateway, a session on the standalone cluster, pyspark',
          prepare: async () => ({ livy, body: { ...body, conf: { 'spark.emberlab.engine': 'cluster' } } }),
        },
      ],
    });
  } finally {
    await platform.remove();
  }
}
