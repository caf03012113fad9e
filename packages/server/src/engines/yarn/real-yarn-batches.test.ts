import { afterAll, beforeAll, expect, test } from 'vitest';
import { startHadoopCluster, type HadoopCluster } from '../../testing/hadoop-cluster.ts';
import { batchesContract } from '../batches.contract.ts';
import { makeYarnBatches, withClusters } from './engine.fixture.ts';

let cluster: HadoopCluster;
beforeAll(async () => {
  if (withClusters) cluster = await startHadoopCluster();
}, 120_000);
afterAll(async () => {
  if (withClusters) await cluster[Symbol.asyncDispose]();
}, 60_000);

const make = () => makeYarnBatches(cluster);

if (withClusters) batchesContract('yarn', make, { timeout: 120_000 });

test.skipIf(!withClusters)('variables reach the program as they are', { timeout: 120_000 }, async () => {
  await using it = await make();
  const word = 'a "b" $HOME `id` \\ {{HOME}} č';
  const spec = { ...it.spec('obey'), environment: { EMBERLAB_TEST_WORD: word } };
  const { handle } = await it.engine.batches.launch(spec);
  await it.settled(spec);
  expect(await it.word(spec)).toBe(word);
  await it.engine.kill(handle);
});

test.skipIf(!withClusters)('one that another ends says so, with who it was', { timeout: 120_000 }, async () => {
  await using it = await make();
  const spec = it.spec('obey');
  const { handle } = await it.engine.batches.launch(spec);
  await it.settled(spec);
  await it.engine.kill(handle);
  expect(await it.engine.batches.exitOf(spec.batchId)).toEqual({
    code: null,
    signal: 'SIGTERM',
    said: 'The application was ended at YARN by the user emberlab.',
  });
});
