import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { fakeCluster } from '../../kubernetes/cluster.fake.ts';
import { systemClock } from '../../lib/clock.ts';
import { fakeDocker } from '../../spawners/docker/api.fake.ts';
import { someUser, testSettings as dockerSettings } from '../../spawners/docker/settings.fixture.ts';
import { createDockerSpawner } from '../../spawners/docker/spawner.ts';
import { testSettings as kubernetesSettings } from '../../spawners/kubernetes/settings.fixture.ts';
import { createKubernetesSpawner } from '../../spawners/kubernetes/spawner.ts';
import { specFor } from '../../spawners/spawner.contract.ts';
import type { Spawner } from '../../spawners/spawner.ts';
import type { ServerRecord } from './store.ts';
import { createStrayWatch } from './strays.ts';

type Place = { dataDir: string; port: number; paths: { servers: string; run: string }; serverLogBytes: number };

/** A spawner that keeps servers elsewhere, and the servers that are there, by their ids. */
const elsewhere = {
  async kubernetes(config: Place) {
    const { cluster, pods, end } = fakeCluster();
    const spawner = await createKubernetesSpawner({
      clock: systemClock,
      config,
      settings: kubernetesSettings(),
      cluster,
    });
    const there = () => pods().map(({ metadata }) => metadata?.labels?.['emberlab.io/server']);
    return { spawner, there, end: async () => end() };
  },
  async docker(config: Place) {
    const { api, bodies, removeAll: end } = fakeDocker();
    const settings = dockerSettings();
    const spawner = createDockerSpawner({
      clock: systemClock,
      config,
      settings,
      identities: someUser(),
      shared: [],
      api,
    });
    const there = () => bodies().map(({ Labels }) => Labels['emberlab.server']);
    return { spawner, there, end };
  },
} satisfies Record<string, (config: Place) => Promise<{ spawner: Spawner; there(): unknown[]; end(): Promise<void> }>>;

it.each(['kubernetes', 'docker'] as const)('nothing of a deleted project remains there: %s', async (kind) => {
  const dataDir = await mkdtemp(join(tmpdir(), 'ember-'));
  const paths = { servers: join(dataDir, 'servers'), run: join(dataDir, 'run') };
  const it_ = await elsewhere[kind]({ dataDir, port: 8080, paths, serverLogBytes: 1e6 });
  try {
    const cwd = join(dataDir, 'projects', 'demo');
    await mkdir(cwd, { recursive: true });
    const spec = (serverId: string, projectId: string) => ({
      ...specFor(cwd, 'sleep 100 & wait', { limits: { memoryMb: 512, cores: 1 } }),
      serverId,
      projectId,
    });
    for (const [id, project] of [
      ['kept', 'project1'],
      ['left', 'deleted'],
      ['left-too', 'deleted'],
    ] as const) {
      await it_.spawner.start(spec(id, project));
    }
    expect(it_.there()).toEqual(expect.arrayContaining(['kept', 'left', 'left-too']));
    // With a project all its rows are gone, however that came about.
    const store = { live: async () => [{ id: 'kept' } as ServerRecord] };
    const log = { info: () => undefined, warn: () => undefined, error: () => undefined };
    await createStrayWatch({ spawner: it_.spawner, store, log }).look();
    expect(it_.there()).toEqual(['kept']);
    await it_.spawner.stop('kept', null);
  } finally {
    await it_.end();
    await rm(dataDir, { recursive: true, force: true });
  }
});
