import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as fc from 'fast-check';
import { expect, it } from 'vitest';
import { oneUser } from '../../identities/one-user.ts';
import { systemClock } from '../../lib/clock.ts';
import { testProfile } from '../../testing/profiles.ts';
import type { Profile } from '../profile.ts';
import { SpawnError } from '../spawner.ts';
import { contractLogBytes, describeSpawner, specFor } from '../spawner.contract.ts';
import { fakeDocker } from './api.fake.ts';
import { DockerError } from './api.ts';
import { someUser, testSettings } from './settings.fixture.ts';
import { createDockerSpawner } from './spawner.ts';

const large = testProfile({ name: 'large', label: 'Large', image: 'server:2' });

/** A spawner with its data folder; `on`: the engine of another one. */
async function fixture(
  on = fakeDocker(),
  more: Parameters<typeof testSettings>[0] = {},
  profiles: readonly Profile[] = [],
) {
  const dataDir = await mkdtemp(join(tmpdir(), 'ember-'));
  const cwd = join(dataDir, 'projects', 'demo');
  await mkdir(cwd, { recursive: true });
  const paths = { servers: join(dataDir, 'servers'), run: join(dataDir, 'run') };
  const config = { dataDir, port: 8080, paths, serverLogBytes: contractLogBytes };
  const open = (identities = someUser()) =>
    createDockerSpawner({
      clock: systemClock,
      config,
      settings: testSettings(more),
      identities,
      profiles,
      shared: ['/usr/share', '/nowhere/at/all'],
      api: on.api,
    });
  return {
    ...on,
    on,
    cwd,
    dataDir,
    open,
    spec: (script: string) => specFor(cwd, script, { limits: { memoryMb: 512, cores: 1.5 } }),
    spawner: open(),
    async [Symbol.asyncDispose]() {
      on.state.refuse = null;
      await on.removeAll();
      await rm(dataDir, { recursive: true, force: true });
    },
  };
}

describeSpawner('docker, on an engine in memory', () => fixture(), { ofThisMachine: false });

it('says nothing to the engine that a user wrote', async () => {
  await using it = await fixture();
  const secret = 'written-by-a-user';
  const spec = { ...it.spec(`echo ${secret}`), env: { PATH: '/usr/bin:/bin', NOTE: secret }, files: { note: secret } };
  await (
    await it.spawner.start(spec)
  ).exited;
  expect(it.bodies()).toHaveLength(1);
  expect(JSON.stringify(it.bodies())).not.toContain(secret);
});

it('says the same to the engine whatever users write', async () => {
  await using it = await fixture(fakeDocker(), {}, [large]);
  it.state.images.add('server:2');
  const wanted = { ...it.spec('true'), serverId: 'server1', profile: 'large' };
  const bodyOf = async (spec: typeof wanted) => {
    await (
      await it.spawner.start(spec)
    ).exited;
    const [body] = it.bodies();
    return { ...body, Labels: { ...body?.Labels, 'emberlab.start': '' } };
  };
  const plain = await bodyOf(wanted);
  const text = fc.string({ unit: 'binary' }).map((some) => some.replaceAll('\0', ''));
  await fc.assert(
    fc.asyncProperty(text, text, async (one, other) => {
      const theirs = { env: { ...wanted.env, NOTE: one }, files: { note: other }, args: [...wanted.args, one, other] };
      expect(await bodyOf({ ...wanted, ...theirs })).toEqual(plain);
    }),
    { numRuns: 25 },
  );
});

it('runs in the image of its profile, and in the one for all without', async () => {
  await using it = await fixture(fakeDocker(), {}, [large]);
  it.state.images.add('server:2');
  await it.spawner.start({ ...it.spec('true'), profile: 'large' });
  await it.spawner.start(it.spec('true'));
  expect(it.bodies().map(({ Image, Labels }) => [Image, Labels['emberlab.profile']])).toEqual([
    ['server:2', 'large'],
    ['server:1', undefined],
  ]);
  await expect(it.spawner.start({ ...it.spec('true'), profile: 'gone' })).rejects.toThrow(
    'There is no profile gone any more.',
  );
  expect(it.bodies()).toHaveLength(2);
});

it('fetches the image of a profile, and says of which it is where it is not to be had', async () => {
  await using it = await fixture(fakeDocker(), {}, [large]);
  const gate = Promise.withResolvers<undefined>();
  it.state.pulls = () => gate.promise;
  const spec = { ...it.spec('sleep 100 & wait'), profile: 'large' };
  await it.spawner.start(spec);
  const progress = async () => it.spawner.progress?.(spec.serverId);
  await expect.poll(async () => (await progress())?.note).toBe('The engine fetches the image server:2.');
  // A control plane that begins meanwhile goes on with that one.
  it.state.pulls = async () => {
    throw new DockerError('manifest unknown', { status: 404 });
  };
  const later = it.open();
  expect(await later.find(spec.serverId)).not.toBeNull();
  const problem = async () => (await later.progress?.(spec.serverId))?.problem;
  await expect.poll(problem).toMatch(/^The image of the profile “Large”, server:2, can't be fetched: manifest unknown/);
  gate.resolve(undefined);
  await expect.poll(() => it.bodies().map(({ Image }) => Image)).toEqual(['server:2']);
  await using never = await fixture(fakeDocker(), { pull: false }, [large]);
  await expect(never.spawner.start({ ...never.spec('true'), profile: 'large' })).rejects.toThrow(
    'The image of the profile “Large”, server:2, is not on this machine, and the setting pull is off.',
  );
});

it('asks for a container that may do nothing, within its limits, in a network of its own', async () => {
  await using it = await fixture();
  await it.spawner.start(it.spec('true'));
  const [body] = it.bodies();
  expect(body?.User).toBe('12345:12346');
  expect(body?.HostConfig).toMatchObject({
    GroupAdd: ['12345'],
    CapDrop: ['ALL'],
    SecurityOpt: ['no-new-privileges'],
    ReadonlyRootfs: true,
    Tmpfs: { '/tmp': 'rw,exec,nosuid,nodev,mode=1777,size=100m' },
    Memory: 512 * 1024 ** 2,
    MemorySwap: 512 * 1024 ** 2,
    NanoCpus: 1_500_000_000,
    PidsLimit: 200,
    ExtraHosts: ['emberlab.internal:172.30.0.1'],
  });
  const [[name, network] = ['', {}]] = it.networks;
  expect(body?.HostConfig['NetworkMode']).toBe(name);
  expect(network).toMatchObject({
    Internal: false,
    Options: { 'com.docker.network.bridge.enable_icc': 'false' },
  });
});

it('may write what is its own, and nothing that control reads or runs', async () => {
  await using it = await fixture();
  const spec = { ...it.spec('true'), folders: ['sparkmagic'], files: { 'proxy-secret': 'x' } };
  await it.spawner.start(spec);
  const mounts = it.bodies()[0]?.HostConfig.Mounts ?? [];
  const shown = mounts.map(({ Source, Target, ReadOnly }) => [Source.replace(it.dataDir, ''), Target, ReadOnly]);
  const id = spec.serverId;
  const at = (path: string) => join(it.dataDir, path);
  expect(shown).toEqual([
    [`/servers/${id}`, at(`servers/${id}`), true],
    ['/usr/share', '/usr/share', true],
    [`/servers/${id}/log`, at(`servers/${id}/log`), false],
    [`/servers/${id}/sparkmagic`, at(`servers/${id}/sparkmagic`), false],
    ['/homes/project1/user1', at('homes/project1/user1'), false],
    ['/projects/demo', at('projects/demo'), false],
    [`/run/d/${id}`, '/run/emberlab', false],
  ]);
});

it('mounts no folder of another place', async () => {
  await using it = await fixture();
  await expect(it.spawner.start({ ...it.spec('true'), cwd: '/etc' })).rejects.toThrow('is not in the data folder');
  await expect(it.spawner.start({ ...it.spec('true'), cwd: `${it.cwd}/a b` })).rejects.toThrow(
    "can't be said to the engine",
  );
});

it('is never root in its container', async () => {
  await using it = await fixture();
  const root = {
    ...oneUser(),
    of: async () => ({ ...(await oneUser().of({ projectId: '', userId: '' }, '')), numbers: { user: 0, groups: [0] } }),
  };
  await expect(it.open(root).start(it.spec('true'))).rejects.toThrow('Jupyter would be root in its container');
  expect(it.bodies()).toEqual([]);
});

it('is found again by a control plane that has just started', async () => {
  await using it = await fixture();
  const spec = it.spec('sleep 100 & wait');
  const { handle } = await it.spawner.start(spec);
  const later = it.open();
  expect(await later.find(spec.serverId)).toEqual(handle);
  expect(await later.isAlive(handle)).toBe(true);
  expect(await later.isAlive({ ...handle, startTicks: `${spec.serverId}.another` })).toBe(false);
  expect(await later.present?.()).toEqual([spec.serverId]);
  await later.stop(spec.serverId, handle);
  expect(it.bodies()).toEqual([]);
  expect(await later.isAlive(handle)).toBe(false);
});

it('has containers of its own among those of another Emberlab', async () => {
  await using one = await fixture();
  await using other = await fixture(one.on);
  const spec = one.spec('sleep 100 & wait');
  await one.spawner.start(spec);
  expect(await other.spawner.present?.()).toEqual([]);
  expect(await one.spawner.present?.()).toEqual([spec.serverId]);
});

it('asks the engine once for all servers, however many want to know', async () => {
  await using it = await fixture();
  const started = await Promise.all(Array.from({ length: 5 }, () => it.spawner.start(it.spec('sleep 100 & wait'))));
  await it.spawner.present?.();
  const before = it.state.lists;
  await Promise.all(started.flatMap(({ handle }) => [it.spawner.isAlive(handle), it.spawner.isAlive(handle)]));
  expect(it.state.lists - before).toBeLessThanOrEqual(1);
});

it('fetches an image that is missing, says how far it is, and starts then', async () => {
  await using it = await fixture();
  it.state.images.clear();
  const gate = Promise.withResolvers<undefined>();
  it.state.pulls = async (tell) => {
    tell({ id: 'a', status: 'Downloading', progressDetail: { current: 30e6, total: 120e6 } });
    await gate.promise;
  };
  const spec = it.spec('echo up; sleep 100 & wait');
  const { handle } = await it.spawner.start(spec);
  const progress = async () => it.spawner.progress?.(spec.serverId);
  const note = 'The engine fetches the image server:1: 30 MB of 120 MB.';
  await expect.poll(progress).toEqual({ step: 'preparing', note, problem: null });
  expect(await it.spawner.isAlive(handle)).toBe(true);
  expect(await it.spawner.find(spec.serverId)).toEqual(handle);
  gate.resolve(undefined);
  await expect.poll(async () => (await progress())?.step).toBe('answering');
  expect(await it.spawner.isAlive(handle)).toBe(true);
  expect(it.bodies()).toHaveLength(1);
});

it('goes on with an image that a former control plane began to fetch', async () => {
  await using it = await fixture();
  it.state.images.clear();
  it.state.pulls = () => new Promise(() => undefined);
  const spec = it.spec('sleep 100 & wait');
  const { handle } = await it.spawner.start(spec);
  it.state.pulls = async () => undefined;
  const later = it.open();
  expect(await later.isAlive(handle)).toBe(true);
  await expect.poll(() => it.bodies().length).toBe(1);
  expect(await later.find(spec.serverId)).toEqual(handle);
  await later.stop(spec.serverId, handle);
  expect(await later.find(spec.serverId)).toBeNull();
});

it('can be stopped while its image is fetched, and does not start afterwards', async () => {
  await using it = await fixture();
  it.state.images.clear();
  const gate = Promise.withResolvers<undefined>();
  it.state.pulls = () => gate.promise;
  const spec = it.spec('true');
  const { handle } = await it.spawner.start(spec);
  await it.spawner.stop(spec.serverId, handle);
  gate.resolve(undefined);
  await expect.poll(() => it.state.images.size).toBe(1);
  expect(await it.spawner.isAlive(handle)).toBe(false);
  expect(it.bodies()).toEqual([]);
});

it('says why an image can not be had', async () => {
  await using it = await fixture();
  it.state.images.clear();
  const spec = it.spec('true');
  await it.spawner.start(spec);
  const problem = async () => (await it.spawner.progress?.(spec.serverId))?.problem;
  await expect.poll(problem).toMatch(/The image server:1 can't be fetched: manifest unknown/);
  await it.spawner.stop(spec.serverId, null);
  await using never = await fixture(it.on, { pull: false });
  await expect(never.spawner.start(never.spec('true'))).rejects.toThrow('server:1 is not on this machine');
});

it.each([
  ['ENOENT', null, 'The Docker engine does not run: nothing answers at /nowhere/docker.sock.'],
  ['EACCES', null, 'Emberlab may not use the socket of the Docker engine'],
  ['', 500, 'The Docker engine refused to start the container: said no.'],
])('says in a sentence what keeps it from starting: %s %s', async (code, status, sentence) => {
  await using it = await fixture();
  it.state.refuse = new DockerError('said no', { status, code });
  const started = it.spawner.start(it.spec('true'));
  await expect(started).rejects.toThrow(SpawnError);
  await expect(started).rejects.toThrow(sentence);
});

it('takes nothing for ended while the engine does not answer', async () => {
  await using it = await fixture();
  const spec = it.spec('sleep 100 & wait');
  const { handle } = await it.spawner.start(spec);
  const later = it.open();
  it.state.refuse = new DockerError('connect ECONNREFUSED', { status: null, code: 'ECONNREFUSED' });
  expect(await later.isAlive(handle)).toBe(true);
  expect(await later.whyEnded?.(spec.serverId)).toBeNull();
  await expect(later.stop(spec.serverId, handle)).rejects.toThrow('ECONNREFUSED');
  it.state.refuse = null;
  await later.stop(spec.serverId, handle);
  expect(await later.isAlive(handle)).toBe(false);
});

it('says why one ended that somebody else has removed', async () => {
  await using it = await fixture();
  const spec = it.spec('sleep 100 & wait');
  const { exited, handle } = await it.spawner.start(spec);
  await it.removeAll();
  await exited;
  expect(await it.spawner.isAlive(handle)).toBe(false);
  expect(await it.spawner.whyEnded?.(spec.serverId)).toMatch(/was removed, and not by Emberlab/);
  expect(existsSync(it.spawner.log(spec.serverId))).toBe(true);
});
