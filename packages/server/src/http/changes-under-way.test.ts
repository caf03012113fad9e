import { once } from 'node:events';
import { Agent, request, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import Fastify from 'fastify';
import { expect, it } from 'vitest';
import { watchChanges } from './changes-under-way.ts';

it('a change that is under way is answered before its app closes; what only reads, or takes too long, is not waited for', async () => {
  await using app = Fastify({ forceCloseConnections: true });
  const changes = watchChanges(app);
  const go = Promise.withResolvers<void>();
  let begun = 0;
  app.route({
    method: ['GET', 'POST'],
    url: '/',
    async handler() {
      begun += 1;
      await go.promise;
      return 'done';
    },
  });
  await app.listen({ port: 0, host: '127.0.0.1' });
  const { port } = app.server.address() as AddressInfo;
  const agent = new Agent({ keepAlive: true });
  const send = async (method: string) => {
    const sent = request({ host: '127.0.0.1', port, method, agent }).end();
    const [answer] = (await once(sent, 'response')) as [IncomingMessage];
    return { text: await text(answer), connection: answer.headers.connection };
  };
  const read = send('GET');
  read.catch(() => undefined);
  await expect.poll(() => begun).toBe(1);
  await changes.settled(60_000);
  const change = send('POST');
  await expect.poll(() => begun).toBe(2);
  await changes.settled(1);
  changes.sendAway();
  const closed = changes.settled(60_000).then(() => app.close());
  go.resolve();
  expect(await change).toMatchObject({ text: 'done', connection: 'keep-alive' });
  await closed;
  agent.destroy();
});

it('whoever is answered by one that leaves connects anew', async () => {
  await using app = Fastify();
  const changes = watchChanges(app);
  app.get('/', async () => 'read');
  const connection = async () => (await app.inject('/')).headers['connection'];
  expect(await connection()).not.toBe('close');
  changes.sendAway();
  expect(await connection()).toBe('close');
});
