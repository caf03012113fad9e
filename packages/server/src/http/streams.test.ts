import { once } from 'node:events';
import { get, request, type ClientRequest, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Role } from '@emberlab/contract';
import Fastify from 'fastify';
import { serializerCompiler, validatorCompiler } from 'fastify-type-provider-zod';
import { describe, expect, it } from 'vitest';
import { fakeClock } from '../lib/clock.fake.ts';
import { HttpError } from './errors.ts';
import { streamEvents } from './event-stream.ts';
import { createRouter, type Actor } from './router.ts';

const ada: Actor = { user: { id: 'ada', email: 'ada@example.org', name: 'Ada', admin: false }, loginDigest: 'login1' };

/** An event stream on a real socket, with the rights behind it in the test's hands. */
async function startStream() {
  const clock = fakeClock();
  const rights = {
    actor: ada as Actor | null,
    role: 'owner' as Role | null,
    authorized: async (): Promise<void> => {},
  };
  const sources = { opened: 0, closed: 0 };
  const app = Fastify({ forceCloseConnections: true });
  app.setValidatorCompiler(validatorCompiler);
  app.setSerializerCompiler(serializerCompiler);
  app.decorateRequest('access', null);
  const router = createRouter(
    app,
    {
      async authenticate() {
        await rights.authorized();
        return rights.actor;
      },
      findMembership: async (name) =>
        rights.role === null ? null : { project: { id: 'p1', name, label: name, state: 'active' }, role: rights.role },
    },
    clock,
  );
  const settled = Promise.withResolvers<void>();
  router.handle('projects.events', async (call) => {
    await streamEvents(call, async (send) => {
      sources.opened += 1;
      send({ hello: call.actor.user.name });
      return () => void (sources.closed += 1);
    });
    settled.resolve();
    return call.reply;
  });
  /** how the reading of a file has ended */
  const upload = Promise.withResolvers<string>();
  app.addContentTypeParser('application/octet-stream', (_request, _body, done) => done(null));
  router.handle('files.upload', async ({ request }) => {
    await request.raw.toArray().then(
      () => upload.resolve('whole'),
      () => upload.resolve('cut'),
    );
    throw new HttpError('bad_request');
  });
  await app.listen({ port: 0, host: '127.0.0.1' });
  const { port } = app.server.address() as AddressInfo;
  const ask = () => get({ host: '127.0.0.1', port, path: '/api/v1/projects/demo/events', agent: false });
  return {
    clock,
    rights,
    sources,
    app,
    ask,
    settled: settled.promise,
    uploaded: upload.promise,
    /** A file on its way, of which more is to come. */
    send(): ClientRequest {
      const path = '/api/v1/projects/demo/files?name=a.csv';
      const headers = { 'content-type': 'application/octet-stream', 'transfer-encoding': 'chunked' };
      const sent = request({ host: '127.0.0.1', port, path, method: 'POST', headers, agent: false });
      sent.on('error', () => undefined);
      sent.write('first');
      return sent;
    },
    /** An open stream that has said something. */
    async open(): Promise<IncomingMessage> {
      const [answer] = (await once(ask(), 'response')) as [IncomingMessage];
      answer.on('error', () => undefined);
      await new Promise<void>((resolve) => {
        let text = '';
        answer.on('data', (chunk: Buffer) => {
          text += chunk.toString();
          if (text.includes('Ada')) resolve();
        });
      });
      return answer;
    },
    [Symbol.asyncDispose]: () => app.close(),
  };
}

describe('an event stream', () => {
  it('is not opened for a client that left while its right was checked', async () => {
    await using stream = await startStream();
    const asked = Promise.withResolvers<void>();
    const answer = Promise.withResolvers<void>();
    stream.rights.authorized = () => {
      asked.resolve();
      return answer.promise;
    };
    const gone = new Promise<void>((resolve) => {
      stream.app.server.once('request', (_request, response) => response.once('close', resolve));
    });
    const request = stream.ask();
    request.on('error', () => undefined);
    await asked.promise;
    request.destroy();
    await gone;
    answer.resolve();
    await stream.settled;
    expect(stream.sources).toEqual({ opened: 0, closed: 0 });
    expect(stream.clock.waiting()).toBe(0);
  });

  it('lets go of everything when its client leaves', async () => {
    await using stream = await startStream();
    const answer = await stream.open();
    answer.destroy();
    await stream.settled;
    expect(stream.sources).toEqual({ opened: 1, closed: 1 });
    expect(stream.clock.waiting()).toBe(0);
  });

  type Rights = Awaited<ReturnType<typeof startStream>>['rights'];
  it.each<[string, (rights: Rights) => void]>([
    ['the login', (rights) => (rights.actor = null)],
    ['the membership', (rights) => (rights.role = null)],
    ['the role that it began with', (rights) => (rights.role = 'viewer')],
    ['the answer to whether it may go on', (rights) => (rights.authorized = () => Promise.reject(new Error('busy')))],
  ])('ends within 5 s of the end of %s', async (_what, take) => {
    await using stream = await startStream();
    const answer = await stream.open();
    const ended = new Promise((resolve) => answer.once('close', resolve));
    // A right that stays is asked for again and again.
    for (let round = 0; round < 3; round++) {
      stream.clock.advance(3000);
      while (stream.clock.waiting() === 0) await new Promise(setImmediate);
    }
    expect(answer.destroyed).toBe(false);
    take(stream.rights);
    stream.clock.advance(5000);
    await ended;
    await stream.settled;
    expect(stream.sources).toEqual({ opened: 1, closed: 1 });
    expect(stream.clock.waiting()).toBe(0);
  });
});

describe('a file on its way', () => {
  it('is cut off within 5 s of the end of the right to send it, and comes whole while that is there', async () => {
    for (const keeps of [true, false]) {
      await using stream = await startStream();
      const sent = stream.send();
      while (stream.clock.waiting() === 0) await new Promise(setImmediate);
      if (!keeps) stream.rights.role = 'viewer';
      stream.clock.advance(5000);
      if (keeps) {
        while (stream.clock.waiting() === 0) await new Promise(setImmediate);
        sent.end('last');
      }
      expect(await stream.uploaded).toBe(keeps ? 'whole' : 'cut');
    }
  });
});
