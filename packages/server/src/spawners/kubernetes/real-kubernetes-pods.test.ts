import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { systemClock } from '../../lib/clock.ts';
import { createTestNamespace } from '../../testing/kubernetes-namespace.ts';
import { hasNode, nodeNet, sparkImageName, startNode, type TestKubernetes } from '../../testing/minikubernetes.ts';
import { contractLogBytes, describeSpawner, specFor } from '../spawner.contract.ts';
import { testSettings } from './settings.fixture.ts';
import { createKubernetesSpawner } from './spawner.ts';

const patient = { timeout: 60_000, interval: 100 };

/** They take root, and are a part of their own: `./test clusters`. */
describe.skipIf(!hasNode)('on a Kubernetes that runs Pods', { timeout: 120_000 }, () => {
  let cluster: TestKubernetes;
  beforeAll(async () => {
    cluster = await startNode();
  }, 300_000);
  afterAll(async () => cluster[Symbol.asyncDispose](), 60_000);

  async function fixture() {
    const dataDir = await mkdtemp(join(tmpdir(), 'ember-'));
    const cwd = join(dataDir, 'projects', 'demo');
    await mkdir(cwd, { recursive: true });
    const space = await createTestNamespace(cluster.kubeconfig, dataDir);
    const settings = testSettings({
      namespace: space.namespace,
      kubeconfig: cluster.kubeconfig,
      image: sparkImageName,
      allowedFrom: [`${nodeNet}.0.1/32`],
    });
    const open = () =>
      createKubernetesSpawner({
        clock: systemClock,
        config: { dataDir, paths: { servers: join(dataDir, 'servers') }, serverLogBytes: contractLogBytes },
        settings,
      });
    return {
      spawner: await open(),
      open,
      cwd,
      space,
      spec: (script: string) => specFor(cwd, script, { limits: { memoryMb: 128, cores: 1 } }),
      async [Symbol.asyncDispose]() {
        await space[Symbol.asyncDispose]();
        await rm(dataDir, { recursive: true, force: true });
      },
    };
  }

  describeSpawner('kubernetes, in Pods', fixture, { ofThisMachine: false, isFirst: true });

  it('is reached at its Pod’s address, and found again by a control plane that has just started', async () => {
    await using it = await fixture();
    const spec = it.spec('echo hello >index.html; exec python3 -m http.server 8888');
    const { handle } = await it.spawner.start(spec);
    await expect.poll(async () => (await it.spawner.progress?.(spec.serverId))?.step, patient).toBe('answering');
    const later = await it.open();
    expect(await later.find(spec.serverId)).toEqual(handle);
    const address = (await later.reachedAt(spec))?.replace('tcp://', 'http://') ?? '';
    expect(address).toMatch(new RegExp(`^http://${nodeNet.replace('.', String.raw`\.`)}`));
    const said = () =>
      fetch(address).then(
        (response) => response.text(),
        () => '',
      );
    await expect.poll(said, patient).toBe('hello\n');
    await later.stop(spec.serverId, handle);
    expect(await it.space.pods()).toEqual([]);
  });

  it('says so when its memory ran out', async () => {
    await using it = await fixture();
    const spec = it.spec('exec python3 -c "x = bytearray(b\'x\') * 500_000_000"');
    const { exited, handle } = await it.spawner.start(spec);
    expect(await exited).toEqual({ code: null, signal: 'SIGKILL' });
    expect(await it.spawner.isAlive(handle)).toBe(false);
    expect(await it.spawner.whyEnded?.(spec.serverId)).toBe(
      'Jupyter was ended because its memory ran out: the limit is 128 MB.',
    );
  });
});
