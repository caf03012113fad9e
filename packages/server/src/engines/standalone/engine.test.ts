import { createServer, type AddressInfo } from 'node:net';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { engineContract } from '../engine.contract.ts';
import { localUnderTest } from '../local/engine.fixture.ts';
import { createStandaloneEngine } from './engine.ts';

/** The engine of a cluster whose master is something that listens. */
async function make() {
  const master = createServer();
  master.listen(0, '127.0.0.1');
  await once(master, 'listening');
  const address = `spark://127.0.0.1:${(master.address() as AddressInfo).port}`;
  const away = () => new Promise((resolve) => master.close(resolve));
  const it = await localUnderTest(
    0,
    (options) => createStandaloneEngine({ master: address, page: null, driverHost: '10.1.2.3' }, options).engine,
  );
  return {
    ...it,
    address,
    away,
    async [Symbol.asyncDispose]() {
      await it[Symbol.asyncDispose]();
      if (master.listening) await away();
    },
  };
}

engineContract('standalone', make);

test('a driver is told of the master, of the address that workers reach it at, and of no engine', async () => {
  await using it = await make();
  const { properties, ...rest } = it.spec('obey');
  const asked = { 'spark.emberlab.engine': 'big', 'spark.executor.instances': '2', 'spark.cores.max': '99' };
  const spec = { ...rest, properties: { ...properties, ...asked } };
  const { handle } = await it.engine.launch(spec);
  await it.settled(spec);
  const written = await readFile(join(it.folderOf(spec), 'spark.properties'), 'utf8');
  expect(written).toContain(`spark.master=${it.address.replaceAll(':', String.raw`\u003a`)}\n`);
  for (const line of ['spark.driver.host=10.1.2.3', 'spark.driver.bindAddress=10.1.2.3', 'spark.cores.max=2']) {
    expect(written.split('\n')).toContain(line);
  }
  expect(written).not.toContain('emberlab.engine');
  await it.engine.kill(handle);
});

test('without its master nothing is started, and a sentence says so', async () => {
  await using it = await make();
  await it.away();
  const spec = it.spec('obey');
  await expect(it.engine.launch(spec)).rejects.toThrow(/master spark:.* does not answer.*administrator/);
  expect(await it.engine.find(spec.sessionId)).toBeNull();
  const batch = { ...spec, batchId: 1, file: '/a.py', className: null, args: [] };
  await expect(it.engine.batches.launch(batch)).rejects.toThrow(/does not answer/);
});
