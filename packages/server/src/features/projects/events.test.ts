import { once } from 'node:events';
import { get, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import Fastify from 'fastify';
import { serializerCompiler, validatorCompiler } from 'fastify-type-provider-zod';
import { expect, it } from 'vitest';
import type { ProjectChange } from '../../http/project-events.ts';
import { createRouter } from '../../http/router.ts';
import { createBus } from '../../lib/bus.ts';
import { systemClock } from '../../lib/clock.ts';
import { registerProjectRoutes, type ProjectRoutesDeps } from './routes.ts';

it('a stream of events ends where changes may not have come, so that its client begins anew', async () => {
  await using app = Fastify({ forceCloseConnections: true });
  app.setValidatorCompiler(validatorCompiler);
  app.setSerializerCompiler(serializerCompiler);
  app.decorateRequest('access', null);
  const user = { id: 'ada', email: 'ada@example.org', name: 'Ada', admin: false };
  const router = createRouter(
    app,
    {
      authenticate: async () => ({ user, loginDigest: 'login' }),
      findMembership: async (name) => ({ project: { id: 'p', name, label: name, state: 'active' }, role: 'viewer' }),
    },
    systemClock,
  );
  const listeners = new Set<() => void>();
  const bus = createBus<ProjectChange>(() => undefined);
  registerProjectRoutes(router, {
    bus,
    snapshots: [async (projectId) => [{ type: 'job-removed', id: projectId.length }]],
    onGap(listener) {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
  } as Partial<ProjectRoutesDeps> as ProjectRoutesDeps);
  await app.listen({ port: 0, host: '127.0.0.1' });
  const { port } = app.server.address() as AddressInfo;
  const [stream] = (await once(
    get({ host: '127.0.0.1', port, path: '/api/v1/projects/demo/events', agent: false }),
    'response',
  )) as [IncomingMessage];
  stream.on('error', () => undefined);
  let text = '';
  stream.on('data', (chunk: Buffer) => (text += chunk.toString()));
  await expect.poll(() => text).toContain('"id":1');
  bus.publish({ projectId: 'p', users: [], present: () => ({ type: 'job-removed', id: 22 }) });
  bus.publish({ projectId: 'other', users: [], present: () => ({ type: 'job-removed', id: 33 }) });
  await expect.poll(() => text).toContain('"id":22');
  const ended = new Promise((resolve) => stream.once('close', resolve));
  for (const listener of listeners) listener();
  await ended;
  await expect.poll(() => listeners.size).toBe(0);
  expect(text).not.toContain('33');
});
