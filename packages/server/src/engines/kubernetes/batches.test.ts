import { once } from 'node:events';
import { appendFile, mkdir, readFile, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { fakeCluster } from '../../kubernetes/cluster.fake.ts';
import { batchesContract } from '../batches.contract.ts';
import { batchesUnderTest, fakeBatchSubmit } from './batches.fixture.ts';
import { dataFolder } from './engine.fixture.ts';

/** An engine on a cluster in memory. */
async function fixture() {
  const fake = fakeCluster();
  const under = batchesUnderTest(
    await dataFolder(fakeBatchSubmit),
    { pidOf: fake.pidOf, manifests: async () => JSON.stringify(fake.pods()) },
    { openCluster: async () => fake.cluster },
  );
  return {
    ...under,
    fake,
    async [Symbol.asyncDispose]() {
      fake.state.refuse = null;
      await under[Symbol.asyncDispose]();
      fake.end();
    },
  };
}

batchesContract('kubernetes, on a cluster in memory', fixture);

test('nothing of a program is in a manifest, and its variables reach it alone', async () => {
  await using it = await fixture();
  const spec = {
    ...it.spec('obey'),
    args: ['a-secret-argument'],
    environment: { TOKEN: 'a token', HOME: '/elsewhere' },
  };
  await it.engine.batches.launch(spec);
  await it.settled(spec);
  const manifests = JSON.stringify(it.fake.pods());
  for (const word of ['a-secret', 'a token', 'čaša']) expect(manifests).not.toContain(word);
  const environment = await it.read(spec, 'environment');
  expect(environment).toContain('TOKEN=a token');
  expect(environment).toContain(`HOME=${spec.projectFolder}`);
  const wrong = { ...it.spec('obey'), environment: { 'A; id': 'x' } };
  await expect(it.engine.batches.launch(wrong)).rejects.toThrow('can’t be the name of a variable');
  expect(it.fake.pods()[0]?.metadata?.labels).toMatchObject({ 'emberlab.io/batch': '1' });
});

test('a class of a jar is named to Spark, and R scripts are refused', async () => {
  await using it = await fixture();
  const jar = { ...it.spec('exit'), file: '/data/projects/demo/a.jar', className: 'org.example.Main' };
  await (
    await it.engine.batches.launch(jar)
  ).exited;
  expect(await it.read(jar, 'start')).toContain("'--class' 'org.example.Main'");
  const script = { ...it.spec('obey'), file: '/data/projects/demo/a.R' };
  await expect(it.engine.batches.launch(script)).rejects.toThrow('R scripts do not run on Kubernetes');
});

test('how one ended is known after its Pod has been ended, and what the cluster says of that', async () => {
  await using it = await fixture();
  const spec = it.spec('exit');
  const { handle } = await it.engine.batches.launch(spec);
  await expect.poll(() => it.engine.isAlive(handle)).toBe(false);
  await it.engine.kill(handle);
  expect(it.fake.pods()).toEqual([]);
  expect(await it.restarted().batches.exitOf(spec.batchId)).toEqual({ code: 3, signal: null });
  it.fake.state.waiting = { reason: 'ErrImageNeverPull', message: '' };
  const missing = it.spec('obey');
  expect(await (await it.engine.batches.launch(missing)).exited).toEqual({
    code: null,
    signal: null,
    said: 'The image localhost/spark:1 is not on the node, and may not be pulled.',
  });
});

test('its application is the one that it has written an event log of', async () => {
  await using it = await fixture();
  const spec = it.spec('obey');
  await it.engine.batches.launch(spec);
  expect(await it.engine.batches.applicationOf(spec.batchId)).toBeNull();
  const events = join(it.dataDir, 'batches', String(spec.batchId), 'events');
  await mkdir(join(events, 'eventlog_v2_spark-0123456789abcdef'), { recursive: true });
  await writeFile(join(events, 'eventlog_v2_spark-0123456789abcdef', 'events_1_spark-0123456789abcdef'), '{}');
  expect(await it.engine.batches.applicationOf(spec.batchId)).toBe('spark-0123456789abcdef');
});

test('its Spark UI is at the port that it says, which the cluster leads to', async () => {
  await using it = await fixture();
  const spec = it.spec('obey');
  await it.engine.batches.launch(spec);
  await it.settled(spec);
  expect(await it.engine.batches.uiOf(spec.batchId)).toBeNull();
  const server = createServer((_request, response) => response.end('[{"id":"spark-1"}]')).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const line = `26/12/01 00:00:00 INFO Utils: Successfully started service 'SparkUI' on port ${port}.\n`;
  await appendFile(it.engine.batches.logs(spec.batchId).stderr, line);
  expect(await it.restarted().batches.uiOf(spec.batchId)).toMatchObject({
    port,
    headers: {},
    connect: expect.any(Function),
  });
  expect(await it.engine.batches.applicationOf(spec.batchId)).toBe('spark-1');
  expect(it.fake.connected()).toEqual([it.fake.pods()[0]?.metadata?.name]);
  server.close();
});

test('one whose start was interrupted is found, and not begun again', async () => {
  await using it = await fixture();
  const spec = it.spec('obey');
  const { handle } = await it.engine.batches.launch(spec);
  const file = join(it.dataDir, 'batches', String(spec.batchId), 'kubernetes-handle');
  const written = await readFile(file, 'utf8');
  await writeFile(file, '');
  expect(await it.restarted().batches.find(spec.batchId)).toEqual(handle);
  expect(await readFile(file, 'utf8')).toBe(written);
  await writeFile(file, '');
  await writeFile(
    join(it.dataDir, 'batches', String(spec.batchId), 'kubernetes-pod'),
    'spark/emberlab-batch-1-never\n',
  );
  expect(await it.restarted().batches.find(spec.batchId)).toBeNull();
  await writeFile(file, written);
});
