import { routes, type RouteShape } from '@emberlab/contract';
import Fastify from 'fastify';
import { expect, it } from 'vitest';
import { HttpError } from './http/errors.ts';
import { answerReadsAlone, readPaths } from './platform-reads.ts';

it('a replica answers reads that are listed, and refuses all else as one that is not there', async () => {
  await using app = Fastify();
  answerReadsAlone(app);
  app.setErrorHandler((error, _request, reply) => reply.status(error instanceof HttpError ? error.status : 500).send());
  const answer = async () => 'read';
  app.get('/listed', { schema: { operationId: 'projects.list' } }, answer);
  app.get('/streams', { schema: { operationId: 'sessions.log' } }, answer);
  app.post('/changes', { schema: { operationId: 'projects.create' } }, answer);
  app.get('/unnamed', answer);
  const status = async (url: string, method: 'GET' | 'POST' = 'GET') => (await app.inject({ method, url })).statusCode;
  expect(await status('/listed')).toBe(200);
  expect(
    await Promise.all([status('/streams'), status('/changes', 'POST'), status('/unnamed'), status('/no')]),
  ).toEqual([503, 503, 503, 503]);
});

it('nothing that is listed changes anything', () => {
  const byPath = new Map<string, RouteShape>();
  for (const route of Object.values<RouteShape>(routes)) {
    if (route.method === 'GET') byPath.set(`/api/v1${route.path}`, route);
  }
  expect(readPaths.filter((path) => !byPath.has(path))).toEqual([]);
  expect(readPaths).not.toContain('/api/v1/projects/{project}/sessions');
  expect(readPaths.length).toBeGreaterThan(30);
});
