import { once } from 'node:events';
import { expect, test } from 'vitest';
import { WebSocket, WebSocketServer } from 'ws';
import { enginesSetting } from '../engine-settings.ts';
import { serveOn, startWorld, upgradeStatus, type World } from './testing.ts';

const engines = enginesSetting.parse({ hadoop: { type: 'yarn', conf_dir: '/etc/hadoop', user: 'emberlab' } });
const pods = enginesSetting.parse({
  pods: { type: 'kubernetes', namespace: 'spark', image: 'spark:1', data_claim: 'data' },
});

/** Control's end, which knows one secret. */
async function serveAgents(world: World) {
  const heard: NodeJS.Dict<string | string[]>[] = [];
  const sockets = new WebSocketServer({ noServer: true, handleProtocols: () => 'emberlab-agent.1' });
  const served = await serveOn(world.paths.agentSocket, (_request, response) => response.writeHead(404).end());
  served.server.on('upgrade', (request, socket, head) => {
    heard.push(request.headers);
    if (request.headers.authorization !== 'Bearer known') socket.end('HTTP/1.1 401 Unauthorized\r\n\r\n');
    else sockets.handleUpgrade(request, socket, head, (one) => one.on('message', (data) => one.send(data)));
  });
  const close = async () => {
    for (const client of sockets.clients) client.terminate();
    await served.close();
  };
  return { heard, close, [Symbol.asyncDispose]: close };
}

const dial = (world: World, secret: string, path = '/agent/v1/connect', host = world.publicHost) =>
  new WebSocket(`ws://127.0.0.1:${world.port}${path}`, ['emberlab-agent.1'], {
    headers: { host, authorization: `Bearer ${secret}`, cookie: 'emberlab=x', 'x-forwarded-for': '1.2.3.4' },
  });

test.for([
  ['YARN', engines],
  ['Kubernetes', pods],
] as const)(
  'an agent on %s reaches control through the public port, with its secret and nothing else of its request',
  async ([, clusters]) => {
    await using world = await startWorld({ engines: clusters });
    await using control = await serveAgents(world);
    const socket = dial(world, 'known');
    await once(socket, 'open');
    expect(socket.protocol).toBe('emberlab-agent.1');
    socket.send('hello');
    expect(String((await once(socket, 'message'))[0])).toBe('hello');
    expect(control.heard[0]).toMatchObject({ host: 'localhost', authorization: 'Bearer known' });
    expect(Object.keys(control.heard[0] ?? {})).not.toEqual(expect.arrayContaining(['cookie']));
    expect(control.heard[0]).not.toHaveProperty('x-forwarded-for');
    socket.terminate();
  },
);

test('what control says to one that it does not know is passed on, and while control is away it is asked to come back', async () => {
  await using world = await startWorld({ engines });
  expect(await upgradeStatus(dial(world, 'known'))).toBe(503);
  await using _control = await serveAgents(world);
  expect(await upgradeStatus(dial(world, 'unknown'))).toBe(401);
  for (const path of ['/agent/v1/other', '/agent/v1/connect?x', '/']) {
    expect(await upgradeStatus(dial(world, 'known', path))).toBe(400);
  }
  expect(await upgradeStatus(dial(world, 'known', '/agent/v1/connect', 'evil.example'))).toBe(400);
});

test('a cluster with a name of its own for the platform is let in under that, and nothing but its agents is', async () => {
  const inner = enginesSetting.parse({
    hadoop: { type: 'yarn', conf_dir: '/etc/hadoop', user: 'emberlab', agent_url: 'ws://Inner.Example:8090' },
  });
  await using world = await startWorld({ engines: inner });
  await using _control = await serveAgents(world);
  const socket = dial(world, 'known', '/agent/v1/connect', 'inner.example:8090');
  await once(socket, 'open');
  socket.terminate();
  expect(await upgradeStatus(dial(world, 'known', '/agent/v1/connect', 'inner.example'))).toBe(400);
  expect((await world.ask('inner.example:8090', '/')).status).toBe(404);
});

test('without a cluster whose drivers come that way it leads nowhere', async () => {
  await using world = await startWorld();
  await using control = await serveAgents(world);
  expect(await upgradeStatus(dial(world, 'known'))).toBe(400);
  expect(control.heard).toEqual([]);
});
