import { once } from 'node:events';
import { createServer, request, type IncomingMessage, type RequestOptions } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { expect, test } from 'vitest';
import { dial } from '../testing/fake-agent.ts';
import { createRig, testApplication, type Rig } from '../testing/rig.ts';

test('only the secret of a live session opens a connection', async () => {
  await using rig = await createRig();
  const socketPath = rig.deps.config.paths.agentSocket;
  const { id, agent } = await rig.idle();
  const { secret } = rig.fake.driver(id).spec;
  await expect(dial(socketPath, 'agent_wrong')).rejects.toThrow('status 401');
  await expect(dial(socketPath, secret, '/other')).rejects.toThrow('status 404');
  const deleted = rig.call('DELETE', `/sessions/${id}`);
  await agent.heard('stop');
  await expect(dial(socketPath, secret)).rejects.toThrow('status 410');
  rig.fake.driver(id).exit();
  await deleted;
  await expect(dial(socketPath, secret)).rejects.toThrow('status 410');
  await rig.db.deleteFrom('sessions').execute();
  await expect(dial(socketPath, secret)).rejects.toThrow('status 401');
});

test('hello comes first, and names the session of the secret', async () => {
  await using rig = await createRig();
  const { id } = await rig.idle();
  const { secret } = rig.fake.driver(id).spec;
  const open = () => dial(rig.deps.config.paths.agentSocket, secret);
  const hello = {
    type: 'hello',
    protocol: 1,
    sessionId: id + 1,
    pid: 1,
    state: 'idle',
    application: null,
    statements: [],
  };
  for (const frame of [JSON.stringify(hello), '{"type":"bye","reason":""}', 'nonsense']) {
    const socket = await open();
    expect(socket.protocol).toBe('emberlab-agent.1');
    const closed = once(socket, 'close');
    socket.send(frame);
    expect((await closed)[0]).toBe(1008);
  }
});

test('a newer connection replaces the older one', async () => {
  await using rig = await createRig();
  const { id, agent } = await rig.idle();
  const closed = once(agent.socket, 'close');
  const newer = await rig.agent(id, { application: testApplication });
  expect((await closed)[0]).toBe(4001);
  await rig.call('POST', `/sessions/${id}/statements`, { body: { code: 'x' } });
  expect(await newer.heard('run')).toMatchObject({ code: 'x' });
  expect((await rig.call('GET', `/sessions/${id}/state`)).body.state).toBe('busy');
});

test('frames that say nothing known are passed over', async () => {
  await using rig = await createRig();
  const { id, agent } = await rig.idle();
  agent.socket.send('{"type":"later","x":1}');
  agent.socket.send('[');
  agent.socket.send(Buffer.from([1, 2]));
  await rig.call('POST', `/sessions/${id}/statements`, { body: { code: 'x' } });
  expect(await agent.heard('run')).toMatchObject({ code: 'x' });
});

test('a connection that is silent is given up', async () => {
  await using rig = await createRig({ limits: { pingMs: 10_000 } });
  const { agent } = await rig.idle();
  agent.socket.pause();
  const closed = once(agent.socket, 'close');
  for (let i = 0; i < 4; i++) rig.clock.advance(10_000);
  agent.socket.resume();
  expect((await closed)[0]).toBe(1006);
});

/** A "Spark UI", and a way to ask it through the tunnel as the edge does. */
async function withUi(rig: Rig, handler: Parameters<typeof createServer>[1]) {
  const ui = createServer(handler);
  ui.listen(0, '127.0.0.1');
  await once(ui, 'listening');
  const { id } = await rig.idle();
  const agent = await rig.agent(id, { application: testApplication, uiPort: (ui.address() as AddressInfo).port });
  await rig.call('POST', `/sessions/${id}/statements`, { body: { code: 'x' } });
  await agent.heard('run');
  const [target] = rig.targets.values();
  return {
    id,
    agent,
    target,
    ask: (options: RequestOptions = {}, body?: Buffer) =>
      ask(rig, { ...options, headers: { ...target?.headers, ...(options.headers as Record<string, string>) } }, body),
    async [Symbol.asyncDispose]() {
      ui.closeAllConnections();
      await new Promise((resolve) => ui.close(resolve));
    },
  };
}

async function ask(rig: Rig, options: RequestOptions, body?: Buffer): Promise<IncomingMessage> {
  const outgoing = request({ socketPath: rig.deps.config.paths.tunnelSocket, ...options });
  outgoing.end(body);
  const [response] = (await once(outgoing, 'response')) as [IncomingMessage];
  return response;
}

test('the Spark UI through the tunnel: hosts, redirects, headers', async () => {
  await using rig = await createRig();
  const seen: IncomingMessage['headers'][] = [];
  await using ui = await withUi(rig, (incoming, outgoing) => {
    seen.push(incoming.headers);
    if (incoming.url === '/') {
      outgoing.writeHead(302, { location: `http://${incoming.headers.host}/jobs/` }).end();
    } else if (incoming.url === '/away') {
      outgoing.writeHead(302, { location: 'http://elsewhere/' }).end();
    } else {
      outgoing.writeHead(200, { 'content-type': 'text/html' }).end(`<h1>${incoming.url}</h1>`);
    }
  });
  expect(ui.target).toMatchObject({ viaControl: true, socketPath: rig.deps.config.paths.tunnelSocket });
  const redirect = await ui.ask({
    path: '/',
    headers: { host: 'x.localhost:8080', connection: 'close, x-hop', 'x-hop': '1' },
  });
  expect([redirect.statusCode, redirect.headers.location]).toEqual([302, '/jobs/']);
  expect(seen[0]).toMatchObject({ host: 'x.localhost:8080' });
  expect(seen[0]).not.toHaveProperty('x-hop');
  expect(seen[0]).not.toHaveProperty('x-emberlab-session');
  expect((await ui.ask({ path: '/away' })).headers.location).toBe('http://elsewhere/');
  const page = await ui.ask({ path: '/jobs/?a=1' });
  expect(await text(page)).toBe('<h1>/jobs/?a=1</h1>');
});

test('megabytes pass both ways, many at once', async () => {
  await using rig = await createRig();
  await using ui = await withUi(rig, (incoming, outgoing) => incoming.pipe(outgoing));
  const body = Buffer.alloc(5 * 1024 * 1024, 'abcdefghij');
  const echo = async () => {
    const response = await ui.ask({ method: 'POST', path: '/echo' }, body);
    return Buffer.from(await new Response(response as unknown as ReadableStream).arrayBuffer());
  };
  for (const result of await Promise.all([echo(), echo(), echo()])) expect(result.equals(body)).toBe(true);
  while (ui.agent.streams.size > 0) await new Promise((resolve) => setImmediate(resolve));
});

test('a slow reader holds the sender back', async () => {
  await using rig = await createRig();
  let written = 0;
  await using ui = await withUi(rig, (_incoming, outgoing) => {
    const piece = Buffer.alloc(64 * 1024);
    const more = () => {
      while (written < 64 * 1024 * 1024 && !outgoing.destroyed) {
        written += piece.length;
        if (!outgoing.write(piece)) {
          outgoing.once('drain', more);
          return;
        }
      }
      outgoing.end();
    };
    more();
  });
  const response = await ui.ask({ path: '/big' });
  let last = -1;
  while (last !== written) {
    last = written;
    for (let i = 0; i < 200; i++) await new Promise((resolve) => setImmediate(resolve));
  }
  // windows and the buffers of sockets, far from everything
  expect(written).toBeLessThan(32 * 1024 * 1024);
  response.destroy();
  while (ui.agent.streams.size > 0) await new Promise((resolve) => setImmediate(resolve));
});

test('without an agent, or a UI behind it, the answer is a sentence', async () => {
  await using rig = await createRig();
  const none = await ask(rig, { path: '/', headers: { 'x-emberlab-session': '77' } });
  expect([none.statusCode, none.headers['x-content-type-options']]).toEqual([503, 'nosniff']);
  expect((await ask(rig, { path: '/' })).statusCode).toBe(503);
  const { id } = await rig.idle();
  const refused = await ask(rig, { path: '/', headers: { 'x-emberlab-session': String(id) } });
  expect(refused.statusCode).toBe(502);
  expect(await text(refused)).toMatch(/does not answer/);
});

test('a driver that goes away takes its streams along', async () => {
  await using rig = await createRig();
  await using ui = await withUi(rig, (_incoming, outgoing) => void outgoing.write('begin'));
  const response = await ui.ask({ path: '/' });
  const failed = once(response, 'error').catch((error: Error) => error);
  response.resume();
  await ui.agent.close();
  await failed;
  expect(response.complete).toBe(false);
});

test('an agent that says more than can be dealt with has to wait, and all that it said is heard', async () => {
  await using rig = await createRig();
  const { id, agent } = await rig.idle();
  const { body: statement } = await rig.call('POST', `/sessions/${id}/statements`, { body: { code: 'x' } });
  await agent.heard('run');
  agent.say({ type: 'started', id: statement.id, startedAt: 1 });
  let from = 0;
  for (; from < 5000; from += 1) agent.say({ type: 'output', id: statement.id, from, text: `${from % 10}` });
  const seen = async () => (await rig.call('GET', `/sessions/${id}/statements/${statement.id}/output?from=4990`)).body;
  await expect.poll(async () => (await seen()).text).toBe('0123456789');
  expect(agent.socket.readyState).toBe(agent.socket.OPEN);
});
