import { mkdir, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as fc from 'fast-check';
import { expect, it } from 'vitest';
import { systemClock } from '../../lib/clock.ts';
import { testProfile } from '../../testing/profiles.ts';
import { SpawnError } from '../spawner.ts';
import { contractLogBytes, describeSpawner, specFor } from '../spawner.contract.ts';
import { fakeCluster, refused } from '../../kubernetes/cluster.fake.ts';
import { createKubernetesSpawner } from './spawner.ts';
import { testSettings } from './settings.fixture.ts';

const settings = testSettings({ nodeSelector: { pool: 'notebooks', disk: 'fast' } });
const large = testProfile({
  name: 'large',
  label: 'Large',
  image: 'localhost/server:2',
  nodeSelector: { pool: 'large' },
  tolerations: [{ key: 'large', operator: 'Exists', effect: 'NoSchedule' }],
});

/** A spawner with its data folder; `on`: the cluster of another one. */
async function fixture(on = fakeCluster()) {
  const dataDir = await mkdtemp(join(tmpdir(), 'ember-'));
  const cwd = join(dataDir, 'projects', 'demo');
  await mkdir(cwd, { recursive: true });
  const config = { dataDir, paths: { servers: join(dataDir, 'servers') }, serverLogBytes: contractLogBytes };
  const open = () =>
    createKubernetesSpawner({ clock: systemClock, config, settings, profiles: [large], cluster: on.cluster });
  const spec = (script: string) => specFor(cwd, script, { limits: { memoryMb: 512, cores: 1 } });
  return {
    ...on,
    on,
    cwd,
    open,
    spec,
    spawner: await open(),
    async [Symbol.asyncDispose]() {
      on.end();
      await rm(dataDir, { recursive: true, force: true });
    },
  };
}

describeSpawner('kubernetes, on a cluster in memory', fixture, { ofThisMachine: false });

it('has nothing in the Pod that a user wrote', async () => {
  await using it = await fixture();
  const secret = 'written-by-a-user';
  const spec = { ...it.spec(`echo ${secret}`), env: { PATH: '/usr/bin:/bin', NOTE: secret }, files: { note: secret } };
  await (
    await it.spawner.start(spec)
  ).exited;
  expect(it.pods()).toHaveLength(1);
  expect(JSON.stringify(it.pods())).not.toContain(secret);
});

it('has the same Pod whatever users write', async () => {
  await using it = await fixture();
  const wanted = { ...it.spec('true'), serverId: 'server1', profile: 'large' };
  const podOf = async (spec: typeof wanted) => {
    await (
      await it.spawner.start(spec)
    ).exited;
    const [pod] = it.pods();
    return { labels: pod?.metadata?.labels, spec: pod?.spec };
  };
  const plain = await podOf(wanted);
  const text = fc.string({ unit: 'binary' }).map((some) => some.replaceAll('\0', ''));
  await fc.assert(
    fc.asyncProperty(text, text, async (one, other) => {
      const theirs = { env: { ...wanted.env, NOTE: one }, files: { note: other }, args: [...wanted.args, one, other] };
      expect(await podOf({ ...wanted, ...theirs })).toEqual(plain);
    }),
    { numRuns: 15 },
  );
});

it('runs in the image of its profile, on nodes that this names', async () => {
  await using it = await fixture();
  await it.spawner.start({ ...it.spec('true'), profile: 'large' });
  const [pod] = it.pods();
  expect(pod?.metadata?.labels?.['emberlab.io/profile']).toBe('large');
  expect(pod?.spec).toMatchObject({
    containers: [{ image: 'localhost/server:2' }],
    nodeSelector: { pool: 'large', disk: 'fast' },
    tolerations: [{ key: 'large', operator: 'Exists', effect: 'NoSchedule' }],
  });
  const gone = it.spawner.start({ ...it.spec('true'), profile: 'gone' });
  await expect(gone).rejects.toThrow('There is no profile gone any more. Please choose another one.');
  expect(it.pods()).toHaveLength(1);
});

it('may write the log and what the server asks for, and nothing that control reads or runs', async () => {
  await using it = await fixture();
  const spec = { ...it.spec('true'), folders: ['sparkmagic'], files: { 'proxy-secret': 'x', 'sparkmagic/token': 'y' } };
  await it.spawner.start(spec);
  const mounts = it.pods()[0]?.spec?.containers[0]?.volumeMounts ?? [];
  const ofServer = mounts.filter(({ subPath }) => subPath?.startsWith(`servers/${spec.serverId}`));
  expect(ofServer.map(({ subPath, readOnly }) => [subPath, readOnly ?? false])).toEqual([
    [`servers/${spec.serverId}`, true],
    [`servers/${spec.serverId}/log`, false],
    [`servers/${spec.serverId}/sparkmagic`, false],
  ]);
});

it('writes through no link that one before it has left', async () => {
  await using it = await fixture();
  const spec = { ...it.spec('true'), folders: ['sparkmagic'], files: { 'sparkmagic/token': 'new' } };
  const folder = join(it.cwd, '../../servers', spec.serverId);
  const other = join(it.cwd, 'other');
  await writeFile(other, 'theirs');
  await mkdir(join(folder, 'sparkmagic'), { recursive: true });
  await symlink(other, join(folder, 'sparkmagic/token'));
  await it.spawner.start(spec);
  expect(await readFile(other, 'utf8')).toBe('theirs');
  expect(await readFile(join(folder, 'sparkmagic/token'), 'utf8')).toBe('new');
});

it('is found again by a control plane that has just started, with where it is reached', async () => {
  await using it = await fixture();
  const spec = it.spec('sleep 100 & wait');
  const { handle } = await it.spawner.start(spec);
  const later = await it.open();
  expect(await later.find(spec.serverId)).toEqual(handle);
  expect(await later.isAlive(handle)).toBe(true);
  expect(await later.present?.()).toEqual([spec.serverId]);
  expect(await later.reachedAt(spec)).toBe('tcp://127.0.0.1:8888');
  expect((await later.progress?.(spec.serverId))?.step).toBe('answering');
  await later.stop(spec.serverId, handle);
  expect(it.pods()).toEqual([]);
  expect(await later.isAlive(handle)).toBe(false);
});

it('has Pods of its own among those of another Emberlab', async () => {
  await using one = await fixture();
  await using other = await fixture(one.on);
  const spec = one.spec('sleep 100 & wait');
  await one.spawner.start(spec);
  expect(await other.spawner.present?.()).toEqual([]);
  expect(await one.spawner.present?.()).toEqual([spec.serverId]);
});

it('asks the cluster once for all servers, however many want to know', async () => {
  await using it = await fixture();
  const started = await Promise.all(Array.from({ length: 5 }, () => it.spawner.start(it.spec('sleep 100 & wait'))));
  const before = it.state.lists;
  await Promise.all(started.flatMap(({ handle }) => [it.spawner.isAlive(handle), it.spawner.isAlive(handle)]));
  expect(it.state.lists - before).toBeLessThanOrEqual(1);
});

it('lets the platform alone connect to servers', async () => {
  await using it = await fixture();
  await it.spawner.start(it.spec('true'));
  expect(it.policies.size).toBe(1);
});

it('says which image is missing, and can be stopped then', async () => {
  await using it = await fixture();
  it.state.waiting = { reason: 'ErrImageNeverPull', message: '' };
  const spec = it.spec('true');
  await it.spawner.start(spec);
  expect((await it.spawner.progress?.(spec.serverId))?.problem).toMatch(/localhost\/server:1 is not on the node/);
  await it.spawner.stop(spec.serverId, null);
  expect(it.pods()).toEqual([]);
});

it('says that a quota is reached, and leaves no Pod', async () => {
  await using it = await fixture();
  it.state.refuse = refused(403, 'pods "x" is forbidden: exceeded quota: team');
  const started = it.spawner.start(it.spec('true'));
  await expect(started).rejects.toThrow(SpawnError);
  await expect(started).rejects.toThrow('The namespace notebooks has reached its quota');
  expect(it.pods()).toEqual([]);
});

it('takes nothing for ended while the cluster does not answer', async () => {
  await using it = await fixture();
  const spec = it.spec('sleep 100 & wait');
  const { handle } = await it.spawner.start(spec);
  const later = await it.open();
  it.state.refuse = new Error('connect ECONNREFUSED');
  expect(await later.isAlive(handle)).toBe(true);
  expect(await later.whyEnded?.(spec.serverId)).toBeNull();
  await expect(later.stop(spec.serverId, handle)).rejects.toThrow('ECONNREFUSED');
  it.state.refuse = null;
  await later.stop(spec.serverId, handle);
  expect(await later.isAlive(handle)).toBe(false);
});

it('says why one ended that somebody else has deleted', async () => {
  await using it = await fixture();
  const spec = it.spec('sleep 100 & wait');
  const { exited, handle } = await it.spawner.start(spec);
  await it.cluster.delete(it.pods()[0]?.metadata?.name ?? '', 1);
  await exited;
  expect(await it.spawner.isAlive(handle)).toBe(false);
  expect(await it.spawner.whyEnded?.(spec.serverId)).toMatch(/was deleted, and not by Emberlab/);
});
