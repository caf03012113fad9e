import { afterAll, beforeAll, expect, test } from 'vitest';
import { startHadoopCluster, type HadoopCluster } from '../../testing/hadoop-cluster.ts';
import { engineContract } from '../engine.contract.ts';
import { makeYarn, withClusters } from './engine.fixture.ts';
import type { YarnOptions } from './engine.ts';

let cluster: HadoopCluster;
beforeAll(async () => {
  if (withClusters) cluster = await startHadoopCluster();
}, 120_000);
afterAll(async () => {
  if (withClusters) await cluster[Symbol.asyncDispose]();
}, 60_000);

const make = (changes: Partial<YarnOptions> = {}) => makeYarn(cluster, changes);

if (withClusters) engineContract('yarn', make, { timeout: 120_000 });

test.skipIf(!withClusters)('what can’t be started is refused with a sentence', { timeout: 120_000 }, async () => {
  await using it = await make();
  const refused = (properties: Record<string, string>) =>
    it.engine.launch(it.spec('obey', properties)).then(
      () => 'it runs',
      (error: Error) => error.message,
    );
  expect(await refused({ 'spark.yarn.queue': 'nowhere' })).toMatch(/YARN has no queue nowhere/);
  expect(await refused({ 'spark.yarn.queue': 'closed' })).toMatch(/queue closed of YARN is stopped/);
  expect(await refused({ 'spark.yarn.queue': 'secret' })).toMatch(/none that this engine may use: default, other/);
  expect(await refused({ 'spark.driver.memory': '4g' })).toMatch(/can have 2048 MB/);
  await using stranger = await make({ user: 'stranger' });
  await expect(stranger.engine.launch(stranger.spec('obey'))).rejects.toThrow(
    /does not let stranger write.*home folder/,
  );
  await expect.poll(() => cluster.processes(), { timeout: 20_000 }).toEqual([]);
});

test.skipIf(!withClusters)(
  'what finds no room waits, says so, and leaves nothing when it is given up',
  { timeout: 180_000 },
  async () => {
    await using it = await make();
    expect(await it.capacity()).toMatchObject({ problem: null, workers: 1, memoryBytes: { total: 3 * 1024 ** 3 } });
    const large = { 'spark.driver.memory': '1500m' };
    const first = it.spec('obey', large);
    const { handle } = await it.engine.launch(first);
    await it.settled(first);
    expect(await it.engine.waitingFor?.(handle)).toBeNull();
    const second = await it.engine.launch(it.spec('obey', large));
    await expect
      .poll(() => it.engine.waitingFor?.(second.handle), { timeout: 30_000 })
      .toMatch(/^The application waits in the queue default: the YARN cluster has 1\.\d of 3 GB of memory free\.$/);
    // Nor has the first one an executor: it never tells YARN that it has begun.
    expect((await it.capacity())?.waiting).toBe(2);
    await it.engine.kill(second.handle);
    expect(await second.exited).toMatchObject({
      code: null,
      signal: 'SIGTERM',
      said: expect.stringMatching(/ended at YARN by the user emberlab/),
    });
    await it.engine.kill(handle);
    await expect.poll(() => cluster.processes(), { timeout: 20_000 }).toEqual([]);
  },
);

test.skipIf(!withClusters)('what is away is named', { timeout: 180_000 }, async () => {
  await using own = await startHadoopCluster();
  const { confDir } = own;
  await using it = await make({ confDir });
  own.stop('hdfs');
  await expect
    .poll(() => it.engine.launch(it.spec('obey')).catch((error: Error) => error.message), { timeout: 60_000 })
    .toMatch(/file system \(HDFS\) does not answer/);
  own.stop('yarn');
  await expect
    .poll(() => it.engine.launch(it.spec('obey')).catch((error: Error) => error.message), { timeout: 60_000 })
    .toMatch(/resource manager does not answer/);
  expect((await it.capacity())?.problem).toMatch(/does not answer/);
});
