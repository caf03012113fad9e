import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import type { Engine } from '../../engines/engine.ts';
import { fakeClock } from '../../lib/clock.fake.ts';
import { createClusterDrivers } from './cluster-drivers.ts';
import { connectionLost, type Question } from './link/questions.ts';
import type { Link } from './link/links.ts';
import type { SessionRecord } from './model.ts';

const handle = { clusterId: 'application_1_0001' };
const session = (state: string) => ({ id: 1, engine: 'hadoop', state }) as SessionRecord;

/** A driver on a cluster: what it has written so far, and what it waits for. */
async function driver() {
  const folder = await mkdtemp(join(tmpdir(), 'ember-cluster-driver-'));
  const it = { stdout: '', stderr: '', waits: null as string | null, connected: true, looks: 0 };
  const shown: (string | null)[] = [];
  const published: number[] = [];
  const warned: unknown[] = [];
  const clock = fakeClock();
  const logs = { stdout: join(folder, 'stdout.log'), stderr: join(folder, 'stderr.log') };
  const make = () =>
    createClusterDrivers({
      clock,
      engine: { logs: () => logs },
      engines: {
        of: () =>
          ({
            logsComeThroughAgent: true,
            waitingFor: async () => {
              it.looks += 1;
              return it.waits;
            },
          }) as unknown as Engine,
      },
      hub: { setWaiting: (_id, what) => shown.at(-1) !== what && shown.push(what) > 0 },
      links: {
        get: () => (it.connected ? ({} as Link) : null),
        async ask(_id, question: Question) {
          if (question.what !== 'driverLog' || !it.connected) throw connectionLost();
          const whole = Buffer.from(it[question.stream]);
          const bytes = whole.subarray(question.from, question.from + 3).toString('latin1');
          return { bytes, from: question.from, total: whole.length };
        },
      },
      publish: async (id) => void published.push(id),
      log: { info: () => undefined, warn: (details) => void warned.push(details), error: () => undefined },
    });
  let drivers = make();
  return {
    it,
    shown,
    published,
    warned,
    clock,
    async look(state: string) {
      clock.advance(1000);
      drivers.look(session(state), handle);
      await drivers.settled();
    },
    again: (state: string) => drivers.look(session(state), handle),
    restart() {
      drivers = make();
    },
    read: (stream: 'stdout' | 'stderr') => readFile(logs[stream], 'utf8').catch(() => null),
    [Symbol.asyncDispose]: () => rm(folder, { recursive: true, force: true }),
  };
}

test('what a driver waits for is told once, and no more when it has begun', async () => {
  await using at = await driver();
  at.it.waits = 'It waits.';
  await at.look('starting');
  await at.look('starting');
  at.again('starting');
  expect([at.shown, at.published, at.it.looks]).toEqual([['It waits.'], [1], 2]);
  at.it.waits = null;
  await at.look('starting');
  expect(at.shown).toEqual(['It waits.', null]);
  await at.look('idle');
  expect(at.it.looks).toBe(3);
});

test('logs come on while the agent is there, and anew after a restart', async () => {
  await using at = await driver();
  at.it.stdout = 'größer als ein Stück';
  await at.look('idle');
  expect([await at.read('stdout'), await at.read('stderr')]).toEqual(['größer als ein Stück', '']);
  at.it.stdout += ', und mehr';
  at.it.connected = false;
  await at.look('idle');
  expect(await at.read('stdout')).toBe('größer als ein Stück');
  at.it.connected = true;
  await at.look('idle');
  expect(await at.read('stdout')).toBe('größer als ein Stück, und mehr');
  at.restart();
  // A long one comes in several looks.
  for (let look = 0; look < 2; look++) await at.look('idle');
  expect(await at.read('stdout')).toBe('größer als ein Stück, und mehr');
  expect(at.warned).toEqual([]);
});
