import { expect, test } from 'vitest';
import { hasSparkR } from '../../engines/local/spark-r.ts';
import { startHadoopCluster } from '../../testing/hadoop-cluster.ts';
import { rigOnYarn, withClusters } from './testing/yarn-rig.ts';

const patient = { timeout: 180_000, interval: 100 };
const small = { driverMemory: '600m', executorMemory: '450m', numExecutors: 1 };
const sparkrLibrary = process.env['EMBERLAB_TEST_R_LIBRARY'];
const withR =
  sparkrLibrary !== undefined && (await hasSparkR({ libraries: [sparkrLibrary], environment: process.env }));

test.skipIf(!withClusters || !withR)(
  'R goes along with a session on YARN where the settings want it, to its driver and to the workers of its executors',
  { timeout: 600_000 },
  async () => {
    await using cluster = await startHadoopCluster();
    await using it = await rigOnYarn(cluster, { r: 'packed', sparkrLibrary: sparkrLibrary ?? '' });
    const { rig, steps } = it;
    const textOf = async (code: string): Promise<string> => {
      const path = `/sessions/1/statements/${(await rig.call('POST', '/sessions/1/statements', { body: { code } })).body.id}`;
      await expect.poll(async () => (await rig.call('GET', path)).body.state, patient).toBe('available');
      const { output } = (await rig.call('GET', path)).body;
      return output.status === 'ok' ? output.data['text/plain'] : `${output.ename}: ${output.evalue}`;
    };
    await rig.call('POST', '/sessions', { body: { kind: 'sparkr', ...small } });
    const problem = async () =>
      (await rig.db.selectFrom('sessions').select('problem').executeTakeFirst())?.problem ?? '';
    await expect
      .poll(async () => `${(await rig.call('GET', '/sessions/1/state')).body.state} ${await problem()}`, patient)
      .toBe('idle ');
    expect(steps).toContain('R is packed for the cluster, which is done once');
    expect(await textOf('grepl("emberlab-r", R.home())')).toContain('TRUE');
    expect(await textOf('nrow(collect(sql("SELECT * FROM range(3)")))')).toContain('3');
    const applied = `frame <- dapply(createDataFrame(data.frame(n = 1)), function(x) {
  data.frame(home = R.home(), stringsAsFactors = FALSE)
}, structType(structField("home", "string")))
grepl("emberlab-r", collect(frame)$home)`;
    expect(await textOf(applied)).toContain('TRUE');
    await rig.call('DELETE', '/sessions/1');
    await expect.poll(() => cluster.processes(), patient).toEqual([]);
    expect(rig.errors).toEqual([]);
  },
);
