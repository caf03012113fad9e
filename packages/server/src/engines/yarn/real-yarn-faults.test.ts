import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
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

const goingOn = async (): Promise<string[]> =>
  (await cluster.applications())
    .filter(({ state }) => !['FINISHED', 'FAILED', 'KILLED'].includes(state))
    .map(({ id, state }) => `${id} ${state}`);

/** Resolves when a spark-submit has said something. */
const whenSaid = (path: string, what: RegExp): Promise<void> =>
  expect.poll(() => readFile(path, 'utf8').catch(() => ''), { timeout: 60_000, interval: 2 }).toMatch(what);

/** What a start leaves when it is called off at a moment. */
test.skipIf(!withClusters).each<[string, RegExp | undefined]>([
  ['packing', undefined],
  ['submitting', /./],
  ['handing over', /Submitting application/],
  ['handed over', /Submitted application/],
])('a start that is called off while it is %s leaves no application', { timeout: 240_000 }, async (moment, says) => {
  await using it = await makeYarn(
    cluster,
    moment === 'packing' ? { sparkOnNodes: null, folder: '/user/emberlab/new' } : {},
  );
  const spec = it.spec('obey');
  const start = new AbortController();
  const launched = it.engine.launch(
    spec,
    ({ step }) => {
      if (moment === 'packing' && step.includes('packed')) start.abort();
    },
    start.signal,
  );
  const ended = launched.then(
    () => 'it runs',
    (error: Error) => error.message,
  );
  const folder = join(it.folder, 'sessions', String(spec.sessionId));
  await (says === undefined ? undefined : whenSaid(join(folder, 'submit.log'), says));
  if (says !== undefined) start.abort();
  expect(await ended).toBe('The start was called off.');
  expect(await it.engine.find(spec.sessionId)).toBeNull();
  await it.engine.clean(spec.sessionId);
  expect(await goingOn()).toEqual([]);
  expect(await cluster.files('/user/emberlab/.sparkStaging')).toEqual([]);
  await expect.poll(() => cluster.processes(), { timeout: 20_000 }).toEqual([]);
});

test.skipIf(!withClusters)(
  'a file system and a resource manager that are away for a while end nothing, and starts name them meanwhile',
  { timeout: 300_000 },
  async () => {
    await using it = await makeYarn(cluster);
    const spec = it.spec('obey');
    const { handle } = await it.engine.launch(spec);
    await it.settled(spec);
    const start = () =>
      it.engine.launch(it.spec('exit')).then(
        () => 'it runs',
        (error: Error) => error.message,
      );
    await cluster.pause('hdfs');
    expect(await start()).toMatch(/file system \(HDFS\) does not answer/);
    expect(await it.engine.isAlive(handle)).toBe(true);
    await cluster.resume('hdfs');
    await expect.poll(start, { timeout: 60_000 }).toBe('it runs');
    // It ends before the next part goes.
    await expect.poll(async () => (await goingOn()).length, { timeout: 60_000 }).toBe(1);

    await cluster.pause('yarn');
    expect(await start()).toMatch(/resource manager does not answer/);
    expect(await it.engine.isAlive(handle)).toBe(true);
    await expect(it.engine.kill(handle)).rejects.toThrow(/resource manager does not answer/);
    await cluster.resume('yarn');
    // It is the same one, and can be ended now.
    await expect.poll(() => it.engine.kill(handle).then(() => 'ended', String), { timeout: 120_000 }).toBe('ended');
    await expect.poll(goingOn, { timeout: 60_000 }).toEqual([]);
    await expect.poll(() => cluster.processes(), { timeout: 60_000 }).toEqual([]);
  },
);
