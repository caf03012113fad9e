import { execFileSync } from 'node:child_process';
import { mkdir, realpath } from 'node:fs/promises';
import { join } from 'node:path';
import { defaultPythonConfiguration } from '@emberlab/contract';
import { describe, expect, it } from 'vitest';
import { canMakeUsers, unixRig } from '../../identities/unix/testing.ts';
import { systemClock } from '../../lib/clock.ts';
import { newId } from '../../lib/ids.ts';
import { testSettings } from '../../spawners/docker/settings.fixture.ts';
import { createDockerSpawner } from '../../spawners/docker/spawner.ts';
import { dockerParts, startDocker, testImage } from '../../testing/docker.ts';
import { ask, runInKernel, typeInTerminal } from './jupyter.fixture.ts';
import { launchSpec } from './launch-spec.ts';
import { probeJupyter } from './probe.ts';

const data = process.env['EMBERLAB_TEST_DATA'] ?? '';
const jupyter = join(import.meta.dirname, '../../../../../jupyter');

/** A part of its own: `./test clusters`. */
describe.skipIf(dockerParts === undefined || data === '' || !canMakeUsers)('JupyterLab in a container', () => {
  it(
    'answers, runs kernels and terminals as its member, and is known by what it takes',
    { timeout: 120_000 },
    async () => {
      await using engine = await startDocker();
      await using rig = await unixRig();
      const projectFolder = join(rig.folder, 'projects', 'demo');
      await mkdir(join(projectFolder, 'Jupyter'), { recursive: true });
      const environment = await realpath(join(data, 'tools/environment'));
      const python = join(environment, 'bin/python');
      const base = execFileSync(python, ['-I', '-c', 'import sys; print(sys.base_prefix)']).toString().trim();
      const paths = { servers: join(rig.folder, 'servers'), run: join(rig.folder, 'run') };
      const spawner = createDockerSpawner({
        clock: systemClock,
        config: { dataDir: rig.folder, port: 8080, paths, serverLogBytes: 1e6 },
        settings: testSettings({ socket: engine.socket, image: testImage }),
        identities: rig.identities,
        shared: [environment, base, jupyter],
      });
      const owner = { serverId: newId(), projectId: 'project1', userId: 'user1' };
      const places = spawner.places(owner);
      const secret = 'a-secret-of-the-proxy';
      const spec = launchSpec({
        owner,
        places,
        configuration: defaultPythonConfiguration,
        limits: { memoryMb: 1024, cores: 2 },
        projectName: 'demo',
        projectFolder,
        python,
        gatewayOrigin: places.gateway ?? '',
        origin: `http://${owner.serverId}.localhost:8080`,
        proxySecret: secret,
        gatewayToken: null,
        sessionStartTimeoutMs: 1000,
        hasSparkR: false,
        labExtensions: join(jupyter, 'lab/dist'),
        platformEnv: { PATH: '/usr/bin:/bin' },
      });
      const { handle } = await spawner.start(spec);
      const where = async () => (await spawner.reachedAt(owner)) ?? '';
      await expect.poll(async () => probeJupyter({ socket: await where(), secret }), { timeout: 60_000 }).toBe(true);
      const target = {
        id: owner.serverId,
        socketPath: await where(),
        headers: { authorization: `token ${secret}` },
        viaControl: false,
      };
      expect((await ask(target, '/api/kernels', { headers: { authorization: 'token wrong' } })).status).toBe(403);
      const code = 'import os; open("made.txt", "w").write("x"); print(os.getuid(), os.getcwd())';
      const user = await rig.unixId(owner);
      expect(await runInKernel(target, 'python3', code)).toBe(`${user} ${projectFolder}/Jupyter\n`);
      await typeInTerminal(target, 'id -u > "$HOME/who"');
      const use = async () => (await spawner.use([owner.serverId])).get(owner.serverId);
      const notebooks = async () => (await use())?.processes.map(({ notebook }) => notebook?.split('/').at(-1)) ?? [];
      await expect.poll(notebooks).toContain('python3 a.ipynb');
      expect((await use())?.memoryBytes).toBeGreaterThan(50_000_000);
      await spawner.stop(owner.serverId, handle);
      expect(await spawner.isAlive(handle)).toBe(false);
    },
  );
});
