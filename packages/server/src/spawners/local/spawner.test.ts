import { existsSync, mkdirSync, readdirSync, readFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { canMakeUsers, unixRig } from '../../identities/unix/testing.ts';
import { systemClock } from '../../lib/clock.ts';
import { newId } from '../../lib/ids.ts';
import { identify, isAlive } from '../../lib/process.ts';
import type { ServerSpec } from '../spawner.ts';
import { contractLogBytes, describeSpawner, specFor } from '../spawner.contract.ts';
import { findCgroups, type Cgroups } from './cgroups.ts';
import { createLocalSpawner } from './spawner.ts';

async function fixture(cgroups: Cgroups | null) {
  const dataDir = await mkdtemp(join(tmpdir(), 'ember-'));
  const paths = { servers: join(dataDir, 'servers'), run: join(dataDir, 'run') };
  const config = { dataDir, paths, serverLogBytes: contractLogBytes };
  return {
    spawner: createLocalSpawner({ clock: systemClock, config, cgroups }),
    cwd: dataDir,
    async [Symbol.asyncDispose]() {
      await rm(dataDir, { recursive: true, force: true });
      cgroups?.sweep();
    },
  };
}

/** The same with members as users of the machine. */
async function withUsers() {
  const rig = await unixRig();
  const paths = { servers: join(rig.folder, 'servers'), run: join(rig.folder, 'run') };
  const config = { dataDir: rig.folder, paths, serverLogBytes: contractLogBytes };
  const cwd = join(rig.folder, 'projects', 'demo');
  mkdirSync(cwd);
  return {
    spawner: createLocalSpawner({ clock: systemClock, config, cgroups: null, identities: rig.identities }),
    cwd,
    [Symbol.asyncDispose]: () => rig[Symbol.asyncDispose](),
  };
}

it('leaves what another platform of this machine runs under the same id', async () => {
  await using ours = await fixture(null);
  await using theirs = await fixture(null);
  const specOf = (cwd: string): ServerSpec => ({
    serverId: 'run-1',
    projectId: 'project1',
    userId: 'user1',
    file: '/bin/sh',
    args: ['-c', 'sleep 100'],
    cwd,
    env: { PATH: '/usr/bin:/bin' },
    files: {},
    limits: { memoryMb: null, cores: null },
  });
  const own = await ours.spawner.start(specOf(ours.cwd));
  const other = await theirs.spawner.start(specOf(theirs.cwd));
  expect((await ours.spawner.use(['run-1'])).get('run-1')?.processes.map(({ pid }) => pid)).not.toContain(
    other.handle.pid,
  );
  await ours.spawner.stop('run-1', null);
  expect([isAlive(own.handle), isAlive(other.handle)]).toEqual([false, true]);
  await theirs.spawner.stop('run-1', other.handle);
  expect(isAlive(other.handle)).toBe(false);
});

const findOurs = () => findCgroups({ name: `emberlab-test-${newId()}` });

describeSpawner('local, without groups', () => fixture(null));
describe.skipIf(!canMakeUsers)('as root', () => {
  describeSpawner('local, with users of the machine', withUsers);
});

describe.skipIf(findOurs() === null)('on a machine that lets us make groups', () => {
  describeSpawner('local, in groups', () => fixture(findOurs()));

  async function run(script: string, memoryMb: number | null = null) {
    const cgroups = findOurs();
    if (cgroups === null) throw new Error('there were groups before');
    const it = await fixture(cgroups);
    const spec = specFor(it.cwd, script, { limits: { memoryMb, cores: 0.5 } });
    const started = await it.spawner.start(spec);
    const folders = cgroups.foldersOf(spec.serverId);
    const end = async () => {
      await it.spawner.stop(spec.serverId, started.handle);
      await it.spawner.clean(spec.serverId);
    };
    return { ...it, cgroups, spec, ...started, folders, end, [Symbol.asyncDispose]: () => it[Symbol.asyncDispose]() };
  }

  it('has a server in its group before it runs, and no group once it is cleaned away', async () => {
    await using it = await run('cat /proc/self/cgroup', 64);
    expect(it.spawner.limitedBy(it.spec.limits)).toBe('cgroup');
    await it.exited;
    const said = readFileSync(it.spawner.log(it.spec.serverId), 'utf8').split('\n');
    for (const folder of it.folders) {
      const inside = folder.slice(folder.indexOf('/emberlab-test-'));
      expect(said.filter((line) => line.endsWith(inside))).not.toEqual([]);
    }
    await it.end();
    // and with the last one that in which all are
    expect(it.folders.flatMap((folder) => [folder, dirname(folder)]).filter((one) => existsSync(one))).toEqual([]);
    expect(readdirSync(join(it.cwd, 'run/groups'))).toEqual([]);
  });

  it('counts what was ended for memory, while the server goes on', async () => {
    await using it = await run('head -c 200000000 /dev/zero | tail -n 1; sleep 100', 64);
    const kills = async () => (await it.spawner.use([it.spec.serverId])).get(it.spec.serverId)?.memoryKills;
    await expect.poll(kills).toBe(1);
    expect(await it.spawner.isAlive(it.handle)).toBe(true);
    await it.end();
  });

  it('ends what has left its session, its parent and its environment', async () => {
    await using it = await run('env -i setsid sleep 100 & exit 0');
    await it.exited;
    const [left] = (await it.spawner.use([it.spec.serverId])).get(it.spec.serverId)?.processes ?? [];
    const child = left === undefined ? null : identify(left.pid);
    expect(child).not.toBeNull();
    await it.end();
    expect(child !== null && isAlive(child)).toBe(false);
  });

  it('finds the group of a server that was started before, wherever that is, and sweeps away empty ones', async () => {
    await using it = await run('echo up; sleep 100', 64);
    await expect.poll(() => readFileSync(it.spawner.log(it.spec.serverId), 'utf8')).toBe('up\n');
    it.cgroups.make('left-behind', { memoryMb: null, cores: null });
    it.cgroups.sweep();
    expect(it.cgroups.foldersOf('left-behind').filter((folder) => existsSync(folder))).toEqual([]);
    const paths = { servers: join(it.cwd, 'servers'), run: join(it.cwd, 'run') };
    const config = { dataDir: it.cwd, paths, serverLogBytes: contractLogBytes };
    const later = createLocalSpawner({ clock: systemClock, config, cgroups: null });
    expect((await later.use([it.spec.serverId])).get(it.spec.serverId)?.memoryKills).toBe(0);
    await later.stop(it.spec.serverId, it.handle);
    await later.clean(it.spec.serverId);
    expect(it.folders.filter((folder) => existsSync(folder))).toEqual([]);
  });
});
