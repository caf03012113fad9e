import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect, test } from 'vitest';
import { createMaster, type MasterState } from './master.ts';

const worker = (change: Partial<MasterState['workers'][number]> = {}): MasterState['workers'][number] => ({
  state: 'ALIVE',
  cores: 4,
  coresused: 1,
  memory: 2048,
  memoryused: 512,
  ...change,
});

/** What stands in for a master: its page, at the port of which something listens as the master itself would. */
async function fakeMaster(state: unknown) {
  const server = createServer((request, response) => {
    if (request.url !== '/json/') response.statusCode = 404;
    response.end(typeof state === 'string' ? state : JSON.stringify(state));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const end = async (): Promise<void> => {
    server.closeAllConnections();
    server.close();
    await once(server, 'close');
  };
  return { address: `127.0.0.1:${port}`, page: `http://127.0.0.1:${port}`, end, [Symbol.asyncDispose]: end };
}

const state = (change: Partial<MasterState> = {}): MasterState => ({
  status: 'ALIVE',
  workers: [worker(), worker({ cores: 2, memory: 8192 }), worker({ state: 'DEAD', cores: 64, memory: 65_536 })],
  activeapps: [
    { id: 'app-1', state: 'RUNNING' },
    { id: 'app-2', state: 'WAITING' },
  ],
  ...change,
});

const mustHave = async (address: string, page: string | null, cores: number, memoryMb: number): Promise<string> =>
  createMaster({ master: `spark://${address}`, page })
    .mustHave({ cores, memoryMb })
    .then(
      () => 'fits',
      (error: unknown) => (error as Error).message,
    );

test('what a cluster has is the sum of the machines that take part', async () => {
  await using it = await fakeMaster(state());
  expect(await createMaster({ master: `spark://${it.address}`, page: it.page }).capacity()).toEqual({
    problem: null,
    workers: 2,
    cores: { total: 6, used: 2 },
    memoryBytes: { total: 10_240 * 1024 ** 2, used: 1024 ** 3 },
    waiting: 1,
  });
  expect(await createMaster({ master: `spark://${it.address}`, page: null }).capacity()).toBeNull();
});

test.each([
  [state({ workers: [] }), /No machine takes part/],
  [state({ status: 'STANDBY' }), /not in charge/],
  ['<html>a proxy</html>', /does not say what the cluster has/],
])('what is wrong with a cluster is a sentence', async (said, sentence) => {
  await using it = await fakeMaster(said);
  const capacity = await createMaster({ master: `spark://${it.address}`, page: it.page }).capacity();
  expect(capacity?.problem).toMatch(sentence);
});

test('an executor that no machine could ever run is refused, with the most that one has', async () => {
  await using it = await fakeMaster(state());
  expect(await mustHave(it.address, it.page, 4, 2048)).toBe('fits');
  expect(await mustHave(it.address, it.page, 4, 4096)).toMatch(
    /4096 MB and 4 cores: the most that one has is 8192 MB and 4 cores/,
  );
  expect(await mustHave(it.address, it.page, 8, 512)).toMatch(/8 cores/);
  // Nobody knows.
  expect(await mustHave(it.address, null, 8, 512)).toBe('fits');
});

test('one whose machines are all away may have them back in a moment', async () => {
  await using it = await fakeMaster(state({ workers: [] }));
  expect(await mustHave(it.address, it.page, 8, 512)).toBe('fits');
});

test('a master that does not answer lets nothing start, and says so; another one may take its place', async () => {
  await using other = await fakeMaster(state());
  const it = await fakeMaster(state());
  await it.end();
  expect(await mustHave(it.address, it.page, 1, 512)).toMatch(`master spark://${it.address} does not answer`);
  const capacity = await createMaster({ master: `spark://${it.address}`, page: it.page }).capacity();
  expect(capacity?.problem).toMatch(/does not answer.*go on with what they have/);
  expect(await mustHave(`${it.address},${other.address}`, other.page, 1, 512)).toBe('fits');
});
