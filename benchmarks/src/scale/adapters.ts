import { mkdir, rm, writeFile } from 'node:fs/promises';
import { request } from 'node:http';
import { dirname, join } from 'node:path';
import { createInterface } from 'node:readline';
import type { Adapters, DriverSpec, Engine, ProcessIdentity, Spawner } from '@emberlab/server/measure';

/** Where the simulated servers and drivers are, and the process that they all are. */
export type World = { readonly socketPath: string; readonly process: ProcessIdentity };

/**
 * A spawner whose servers are those of the world. Whether one lives is asked of `/proc`, and its files are written, as with real ones; only the processes are missing.
 */
function simulatedSpawner(world: World, chosen: Spawner): Spawner {
  return {
    ...chosen,
    places: (owner) => ({ ...chosen.places(owner), listens: { socket: world.socketPath } }),
    limitedBy: () => 'none',
    reachedAt: async () => world.socketPath,
    async start({ serverId, files, projectId, userId }) {
      const { folder } = chosen.places({ serverId, projectId, userId });
      for (const [name, content] of Object.entries(files)) {
        const file = join(folder, name);
        await mkdir(dirname(file), { recursive: true });
        await writeFile(file, content, { mode: 0o600 });
      }
      return { handle: world.process, exited: new Promise(() => undefined) };
    },
    find: async () => null,
    stop: async () => undefined,
    use: async (ids) =>
      new Map(ids.map((id) => [id, { memoryBytes: 200 * 1024 ** 2, cpuMs: 0, memoryKills: null, processes: [] }])),
  };
}

/** An engine whose drivers are those of the world. */
function simulatedEngine(world: World, chosen: Engine): Engine {
  const waiting = new Map<number, () => void>();
  const post = (path: string, body = ''): Promise<void> =>
    new Promise((resolve, reject) => {
      request({ socketPath: world.socketPath, path, method: 'POST' }, (response) => {
        response.resume().on('end', resolve);
      })
        .on('error', reject)
        .end(body);
    });
  request({ socketPath: world.socketPath, path: '/world/ends' }, (response) => {
    createInterface({ input: response }).on('line', (line) => waiting.get(Number(line))?.());
  }).end();
  return {
    ...chosen,
    async launch({ sessionId, agentUrl, secret }: DriverSpec) {
      const exited = new Promise<{ code: number; signal: null }>((resolve) => {
        waiting.set(sessionId, () => {
          waiting.delete(sessionId);
          resolve({ code: 0, signal: null });
        });
      });
      await post('/world/drivers', JSON.stringify({ sessionId, agentUrl, secret }));
      return { handle: world.process, exited };
    },
    find: async () => null,
    // By then its agent has ended: control asks it to, and waits for that.
    kill: async () => undefined,
    clean: async (sessionId) => {
      await rm(dirname(chosen.logs(sessionId).stdout), { recursive: true, force: true });
    },
  };
}

/** What takes the place of real servers and drivers. */
export const simulated = (world: World): Adapters => ({
  spawner: (chosen) => simulatedSpawner(world, chosen),
  engine: (chosen) => simulatedEngine(world, chosen),
});
