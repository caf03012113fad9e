import { afterAll, beforeAll, expect, test } from 'vitest';
import { startHadoopCluster, type HadoopCluster } from '../../testing/hadoop-cluster.ts';
import { makeYarn, withClusters } from './engine.fixture.ts';

let cluster: HadoopCluster;
beforeAll(async () => {
  if (withClusters) cluster = await startHadoopCluster();
}, 120_000);
afterAll(async () => {
  if (withClusters) await cluster[Symbol.asyncDispose]();
}, 60_000);

test.skipIf(!withClusters)(
  'applications run as the members whose they are, and the platform looks after them',
  { timeout: 300_000 },
  async () => {
    await using it = await makeYarn(cluster, {}, 'example.org');
    const spec = { ...it.spec('obey'), ownerEmail: 'Ada@example.org' };
    const { handle, exited } = await it.engine.launch(spec);
    await it.settled(spec);
    expect(await cluster.applications()).toMatchObject([{ user: 'ada' }]);
    expect(await cluster.files('/user/ada/.sparkStaging', 'ada')).toHaveLength(1);
    const engine = it.restarted();
    expect(await engine.find(spec.sessionId)).toEqual(handle);
    expect(await engine.isAlive(handle)).toBe(true);
    await engine.kill(handle);
    expect(await exited).toMatchObject({ signal: 'SIGTERM' });
    await engine.clean(spec.sessionId);
    // Its files were that user's, and so were its logs.
    expect(await cluster.files('/user/ada/.sparkStaging', 'ada')).toEqual([]);
    expect(await cluster.files('/user/ada/.emberlab/events', 'ada')).toEqual([]);
    expect(await it.textOf(spec)).toMatch(/^out$/m);
  },
);

test.skipIf(!withClusters)(
  'who is no user of the cluster starts nothing there, and neither does one for whom the platform may not stand in',
  { timeout: 200_000 },
  async () => {
    await using it = await makeYarn(cluster, {}, 'example.org');
    const known = (await cluster.applications()).length;
    const refused = (ownerEmail: string) =>
      it.engine.launch({ ...it.spec('obey'), ownerEmail }).then(
        () => 'it runs',
        (error: Error) => error.message,
      );
    expect(await refused('ada@elsewhere.org')).toMatch(/those with an address at example\.org/);
    expect(await refused('hdfs@example.org')).toMatch(/stands for no user of this cluster/);
    expect(await refused('mallory@example.org')).toMatch(/does not let Emberlab act as its user mallory/);
    // One who may, but has no home there.
    expect(await refused('grace@example.org')).toMatch(/grace/);
    expect(await cluster.applications()).toHaveLength(known);
  },
);
