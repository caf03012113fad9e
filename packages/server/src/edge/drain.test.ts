import { once } from 'node:events';
import { Agent, get, type IncomingMessage, type RequestListener } from 'node:http';
import { text } from 'node:stream/consumers';
import { expect, it } from 'vitest';
import { serveOn, startWorld } from './testing.ts';

/** One of several edges, a client whose connection stays open, and control that comes when it is told to. */
async function startReplica(leaveMs: { grace: number; idle: number }) {
  const world = await startWorld({ replicas: true, leaveMs });
  const { port } = world.edge.address;
  const agent = new Agent({ keepAlive: true, maxSockets: 1 });
  const begin = (path: string, { accept = '*/*', kept = true } = {}) =>
    get({ host: '127.0.0.1', port, path, agent: kept ? agent : false, headers: { host: world.publicHost, accept } });
  return {
    edge: world.edge,
    begin,
    elsewhere: () => world.ask('nowhere.example', '/'),
    async ask(path: string, options: { kept?: boolean } = {}) {
      const [answer] = (await once(begin(path, options), 'response')) as [IncomingMessage];
      return { status: answer.statusCode, connection: answer.headers.connection, text: await text(answer) };
    },
    control: (listener: RequestListener) => serveOn(world.paths.controlSocket, listener),
    async [Symbol.asyncDispose]() {
      agent.destroy();
      await world[Symbol.asyncDispose]();
    },
  };
}

const hour = 3_600_000;

it('an open connection has its next request answered, as its last, by an edge that leaves', async () => {
  await using all = await startReplica({ grace: hour, idle: hour });
  const control = await all.control((_request, response) => response.end('here'));
  expect(await all.ask('/')).toMatchObject({ text: 'here', connection: 'keep-alive' });
  const closed = all.edge.close();
  await expect(all.ask('/', { kept: false })).rejects.toThrow('ECONNREFUSED');
  expect(await all.ask('/')).toEqual({ status: 200, text: 'here', connection: 'close' });
  await closed;
  await control.close();
});

it('what waits for control is answered by it, though the edge leaves meanwhile', async () => {
  await using all = await startReplica({ grace: hour, idle: hour });
  const waiting = all.ask('/');
  // Whoever comes later finds it waiting: a name that isn't ours is refused at once.
  await all.elsewhere();
  const closed = all.edge.close();
  const control = await all.control((_request, response) => response.end('here'));
  expect(await waiting).toEqual({ status: 200, text: 'here', connection: 'close' });
  await closed;
  await control.close();
});

it('streams of events end at once, and connections that nothing comes on after a while', async () => {
  await using all = await startReplica({ grace: hour, idle: 1 });
  const control = await all.control((request, response) => {
    if (request.url === '/') response.end('here');
    else response.writeHead(200, { 'content-type': 'text/event-stream' }).write('data: first\n\n');
  });
  await all.ask('/');
  const [stream] = (await once(all.begin('/events', { accept: 'text/event-stream', kept: false }), 'response')) as [
    IncomingMessage,
  ];
  const ended = text(stream);
  ended.catch(() => undefined);
  await all.edge.close();
  await expect(ended).rejects.toThrow('aborted');
  await control.close();
});

it('nobody keeps it for ever', async () => {
  await using all = await startReplica({ grace: 1, idle: hour });
  const control = await all.control(() => undefined);
  const came = once(control.server, 'request');
  const hung = all.ask('/');
  hung.catch(() => undefined);
  await came;
  await all.edge.close();
  await control.close();
  await expect(hung).rejects.toThrow('socket hang up');
});
