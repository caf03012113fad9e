import { once } from 'node:events';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import type { IncomingMessage, RequestListener } from 'node:http';
import { createServer, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { identify } from '../lib/process.ts';
import { runEdge } from './edge.ts';
import { serveOn, startWorld } from './testing.ts';

const paths = ['/api/v1/projects', '/api/v1/projects/{project}/jobs'];

/** An edge with one control plane that leads, and others that answer reads. Who answers says who it is. */
async function startReplicas() {
  const world = await startWorld({ replicas: true });
  await mkdir(world.paths.readers);
  const sayName =
    (name: string): RequestListener =>
    (request: IncomingMessage, response) => {
      request.resume().once('end', () => response.end(name));
    };
  const leader = await serveOn(world.paths.controlSocket, sayName('leader'));
  const read = async (name: string, listener = sayName(name), startTicks = identify(process.pid)?.startTicks) => {
    const socketPath = join(world.paths.readers, `${name}.sock`);
    const note = { pid: process.pid, startTicks, socketPath, paths };
    const served = await serveOn(socketPath, listener);
    await writeFile(join(world.paths.readers, `${name}.json`), JSON.stringify(note));
    return served;
  };
  return {
    world,
    read,
    ask: async (path: string, method = 'GET') => (await world.ask(world.publicHost, path, { method })).text,
    async [Symbol.asyncDispose]() {
      await world[Symbol.asyncDispose]();
      await leader.close();
    },
  };
}

describe('control planes that answer reads', () => {
  it('get what they say that they answer, each in its turn; the one that leads gets the rest', async () => {
    await using replicas = await startReplicas();
    const { ask, read } = replicas;
    expect(await ask('/api/v1/projects')).toBe('leader');
    const served = [await read('one'), await read('two')];
    await expect
      .poll(async () => [await ask('/api/v1/projects?x=1'), await ask('/api/v1/projects?x=1')].toSorted())
      .toEqual(['one', 'two']);
    expect(await ask('/api/v1/projects/demo/jobs')).not.toBe('leader');
    for (const path of ['/', '/api/v1/projects/', '/api/v1/projects/demo/jobs/1', '/api/v1/projects/a/b/jobs'])
      expect(await ask(path)).toBe('leader');
    expect(await ask('/api/v1/projects', 'POST')).toBe('leader');
    for (const one of served) await one.close();
  });

  it('are left for the one that leads when they have gone, break off or fail', async () => {
    await using replicas = await startReplicas();
    const { ask, read } = replicas;
    let asked = 0;
    const breaks = await read('breaks', (request) => {
      asked += 1;
      request.socket.destroy();
    });
    await expect.poll(async () => [await ask('/api/v1/projects'), asked > 0]).toEqual(['leader', true]);
    await breaks.close();
    let failed = 0;
    const fails = await read('fails', (_request, response) => {
      failed += 1;
      response.writeHead(500);
      response.end('an error of its own');
    });
    await expect.poll(async () => [await ask('/api/v1/projects'), failed > 0]).toEqual(['leader', true]);
    await fails.close();
    expect(await ask('/api/v1/projects')).toBe('leader');
  });

  it('are not asked when their process is another by now', async () => {
    await using replicas = await startReplicas();
    const former = await replicas.read('former', undefined, '1');
    const present = await replicas.read('present');
    // Both have been found once the one is asked.
    await expect.poll(() => replicas.ask('/api/v1/projects')).toBe('present');
    expect(await replicas.ask('/api/v1/projects')).toBe('present');
    await former.close();
    await present.close();
  });

  it('are looked for before the edge listens: a request that comes with the first connection is answered', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'edge-first-'));
    const paths = { agentSocket: join(folder, 'a'), controlSocket: join(folder, 'c'), edgeSocket: join(folder, 'e') };
    const leader = await serveOn(paths.controlSocket, (_request, response) => response.end('leader'));
    // A large folder takes a while to look through.
    await mkdir(join(folder, 'readers'));
    for (let at = 0; at < 2000; at += 1) await writeFile(join(folder, 'readers', `${at}.json`), '{}');
    const probe = createServer().listen(0, '127.0.0.1');
    await once(probe, 'listening');
    const { port } = probe.address() as AddressInfo;
    await new Promise((resolve) => probe.close(resolve));
    const origins = { publicOrigin: `http://localhost:${port}`, appsOrigin: `http://{id}.localhost:${port}` };
    const started = runEdge(
      {
        ...origins,
        host: '127.0.0.1',
        port,
        tls: null,
        trustedProxies: [],
        replicas: true,
        paths: { ...paths, readers: join(folder, 'readers') },
      },
      { info: () => undefined, warn: () => undefined, error: () => undefined },
      { graceMs: 500 },
    );
    const ask = async (): Promise<string> => {
      try {
        return await (await fetch(`http://127.0.0.1:${port}/`, { headers: { host: `localhost:${port}` } })).text();
      } catch {
        return ask();
      }
    };
    expect(await ask()).toBe('leader');
    await (await started).close();
    await leader.close();
    await rm(folder, { recursive: true });
  });
});
