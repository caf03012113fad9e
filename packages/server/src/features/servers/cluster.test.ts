import { expect, it } from 'vitest';
import type { StartProgress } from '../../spawners/spawner.ts';
import { reach, serversFixture, startUp } from './servers.fixture.ts';

/** A platform whose servers somebody else carries out, as far as `now` says. */
async function onCluster() {
  const fixture = await serversFixture();
  const state = {
    now: { step: 'scheduling', note: null, problem: null } as StartProgress,
    ended: null as string | null,
    present: [] as string[],
    stopped: [] as string[],
  };
  const { stop } = fixture.spawner;
  Object.assign(fixture.spawner, {
    progress: async () => state.now,
    whyEnded: async () => state.ended,
    present: async () => state.present,
    async stop(id: string, ...rest: [null]) {
      state.stopped.push(id);
      await stop(id, ...rest);
    },
  });
  const servers = fixture.instance();
  await servers.start();
  const get = () => servers.service.get(fixture.whose);
  const stepsOf = async () => (await get()).steps.slice(3).map(({ step, note }) => ({ step, note }));
  return Object.assign(fixture, { servers, state, get, stepsOf });
}

it('goes through the steps of a cluster, with what each waits for', async () => {
  await using fixture = await onCluster();
  const { servers, state } = fixture;
  const { id } = await servers.service.start(fixture.whose);
  await fixture.until(async () => (await fixture.stepsOf()).length === 1, 50);
  state.now = { step: 'scheduling', note: 'There is no room.', problem: null };
  await fixture.until(async () => (await fixture.stepsOf())[0]?.note !== null, 50);
  state.now = { step: 'preparing', note: null, problem: null };
  await fixture.until(async () => (await fixture.stepsOf()).length === 2, 50);
  state.now = { step: 'answering', note: null, problem: null };
  await fixture.until(async () => (await fixture.stepsOf()).length === 3, 50);
  fixture.answer(id ?? '');
  await reach(fixture, servers, 'running');
  expect(await fixture.stepsOf()).toEqual([
    { step: 'scheduling', note: 'There is no room.' },
    { step: 'preparing', note: null },
    { step: 'answering', note: null },
  ]);
});

it('fails at once with the sentence of what nothing can come of', async () => {
  await using fixture = await onCluster();
  await fixture.servers.service.start(fixture.whose);
  fixture.state.now = { step: 'preparing', note: null, problem: 'The image lab:1 is missing.' };
  const { problem } = await reach(fixture, fixture.servers, 'failed');
  expect(problem?.message).toBe('The image lab:1 is missing.');
  expect(fixture.state.stopped).toHaveLength(1);
});

it('says what it still waited for when its time was over', async () => {
  await using fixture = await onCluster();
  await fixture.servers.service.start(fixture.whose);
  fixture.state.now = { step: 'scheduling', note: 'There is no room.', problem: null };
  const { problem } = await reach(fixture, fixture.servers, 'failed', 1000);
  expect(problem?.message).toBe('Jupyter did not answer within 120 seconds. There is no room.');
});

it('says what the cluster says of its end', async () => {
  await using fixture = await onCluster();
  const id = await startUp(fixture, fixture.servers);
  fixture.state.ended = 'The cluster ended the server (Evicted).';
  fixture.processes.find((one) => one.spec.serverId === id)?.end({ code: null, signal: 'SIGKILL' });
  const { problem } = await reach(fixture, fixture.servers, 'failed', 1000);
  expect(problem?.message).toBe('The cluster ended the server (Evicted).');
});

it('ends what nobody asks for, and nothing else', async () => {
  await using fixture = await onCluster();
  const id = await startUp(fixture, fixture.servers);
  fixture.state.present = [id, 'ofaprojectthatisgone'];
  await fixture.servers.endStrays();
  expect(fixture.state.stopped).toEqual(['ofaprojectthatisgone']);
  expect((await fixture.get()).state).toBe('running');
});
