import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { openGateway, patience, startPatience, type Gateway } from './gateway.ts';
import { Line } from './line.ts';
import { Platform } from './platform.ts';

const cutMs = 60_000;
/** Within this, ms, all is right again after the line is. */
const mendedMs = 10_000;

/** The line between drivers and the control plane is cut for a minute: what runs goes on, and its results are there afterwards. */
describe('a cut network', () => {
  let platform: Platform;
  let line: Line;
  let gateway: Gateway;

  beforeAll(async () => {
    platform = await Platform.prepare();
    line = await Line.open(join(platform.data, 'run/agent.sock'));
    gateway = await openGateway(platform, { EMBERLAB_AGENT_URL: `ws://127.0.0.1:${line.port}` });
    const { id } = await gateway.firstSession();
    await gateway.ask('DELETE', `/sessions/${id}`);
  });
  afterAll(async () => {
    await platform?.remove();
    await line?.close();
  });

  afterEach(() => line.mend());

  it.each([
    ['swallows all that is sent', async () => line.swallow()],
    ['breaks, and takes no new connection', () => line.refuse()],
  ])(
    'the line %s for a minute, while a session starts, one is idle, and one is busy',
    { timeout: 900_000 },
    async (_how, cut) => {
      const { create, idle, submit, runs, stateOf, statements, textOf } = gateway;
      const quiet = await create();
      await idle(quiet.id);
      const busy = await create();
      await idle(busy.id);
      // Where the session's member may write.
      const file = (name: string) => join(platform.data, 'projects/demo', `${name}-${busy.id}`);
      const waits = await submit(
        busy.id,
        [
          'import os, time',
          'print("before")',
          `while not os.path.exists(${JSON.stringify(file('go-on'))}): time.sleep(0.05)`,
          'print("after")',
          'x = 41',
        ].join('\n'),
      );
      const behind = await submit(busy.id, `open(${JSON.stringify(file('done'))}, "w").close()\nx + 1`);
      await runs(busy.id, waits);
      const starting = await create();
      // It has dialled in, and Spark is still on its way.
      await expect.poll(() => line.connections, { timeout: patience, interval: 10 }).toBe(3);

      const cutAt = performance.now();
      await cut();
      expect(await stateOf(starting.id)).toBe('starting');
      const asked = await submit(quiet.id, '6 * 7');
      writeFileSync(file('go-on'), '');
      // In the driver both have ended, and Spark has started, before the line is there again.
      await expect.poll(() => existsSync(file('done')), { timeout: patience }).toBe(true);
      const log = join(platform.data, `sessions/${starting.id}/stdout.log`);
      await expect.poll(() => readFileSync(log, 'utf8'), { timeout: startPatience }).toContain('ready: ');
      await new Promise((resolve) => setTimeout(resolve, cutMs - (performance.now() - cutAt)));
      const states = async (id: number) => (await statements(id)).map(({ state }) => state);
      expect([await states(quiet.id), await states(busy.id)]).toEqual([['waiting'], ['running', 'waiting']]);
      const told = await Promise.all([quiet, busy, starting].map(({ id }) => stateOf(id)));
      expect(told).toEqual(['recovering', 'recovering', 'starting']);

      const mendedAt = performance.now();
      await line.mend();
      const within = { timeout: mendedMs, interval: 20 };
      const ids = [quiet, busy, starting].map(({ id }) => id);
      await expect.poll(() => Promise.all(ids.map(stateOf)), within).toEqual(['idle', 'idle', 'idle']);
      const results = [await textOf(quiet.id, asked), await textOf(busy.id, waits), await textOf(busy.id, behind)];
      process.stdout.write(`all is right ${((performance.now() - mendedAt) / 1000).toFixed(1)} s after the cut\n`);
      expect(results).toEqual(['42', 'before\nafter', '42']);
      expect(await textOf(starting.id, await submit(starting.id, 'spark.range(7).count()'))).toBe('7');
      await gateway.endAll();
    },
  );
});
