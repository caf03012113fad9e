import { once } from 'node:events';
import { appendFile } from 'node:fs/promises';
import { get, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { defaultPythonConfiguration, type Role } from '@emberlab/contract';
import Fastify from 'fastify';
import { serializerCompiler, validatorCompiler } from 'fastify-type-provider-zod';
import { describe, expect, it } from 'vitest';
import { createRouter } from '../../http/router.ts';
import { serversFixture } from './servers.fixture.ts';

/** The routes over HTTP, for a caller with a role in the project. */
async function routesFixture(role: Role = 'editor') {
  const fixture = await serversFixture();
  const servers = fixture.instance();
  await servers.start();
  const app = Fastify({ forceCloseConnections: true });
  app.setValidatorCompiler(validatorCompiler);
  app.setSerializerCompiler(serializerCompiler);
  app.decorateRequest('access', null);
  const user = { id: fixture.ada, email: 'ada@example.org', name: 'Ada', admin: false };
  const login = { ended: false };
  const router = createRouter(
    app,
    {
      authenticate: async () => (login.ended ? null : { user, loginDigest: 'login1' }),
      findMembership: async (name) =>
        name === 'demo' ? { project: { id: fixture.projectId, name, label: name, state: 'active' }, role } : null,
    },
    fixture.clock,
  );
  servers.registerRoutes(router);
  const base = '/api/v1/projects/demo/jupyter';
  const call = async (method: 'GET' | 'PUT' | 'POST' | 'DELETE', path: string, payload?: object) => {
    const answer = await app.inject({ method, url: `${base}${path}`, ...(payload === undefined ? {} : { payload }) });
    return { status: answer.statusCode, headers: answer.headers, body: answer.body };
  };
  /** The log as it comes, over a real socket. */
  const follow = async () => {
    await app.listen({ port: 0, host: '127.0.0.1' });
    const { port } = app.server.address() as AddressInfo;
    const asked = get({ host: '127.0.0.1', port, path: `${base}/server/log?follow=1`, agent: false });
    const [answer] = (await once(asked, 'response')) as [IncomingMessage];
    return answer;
  };
  return {
    ...fixture,
    login,
    follow,
    servers,
    app,
    call,
    base,
    async [Symbol.asyncDispose]() {
      await app.close();
      await fixture[Symbol.asyncDispose]();
    },
  };
}

describe('jupyter routes', () => {
  it('start, open and stop the caller’s server', async () => {
    await using fixture = await routesFixture();
    const { call } = fixture;
    expect(JSON.parse((await call('GET', '/server')).body)).toMatchObject({ id: null, state: 'stopped' });
    const started = await call('POST', '/server', {});
    expect(started.status).toBe(202);
    const { id } = JSON.parse(started.body) as { id: string };
    expect((await call('POST', '/server/open', {})).status).toBe(409);
    fixture.answer(id);
    await fixture.until(async () => JSON.parse((await call('GET', '/server')).body).state === 'running', 50);
    expect((await call('POST', '/server', { configuration: { type: 'python' } })).status).toBe(409);
    const opened = await call('POST', '/server/open', { path: 'a.ipynb' });
    expect(JSON.parse(opened.body)).toEqual({ url: `http://${id}.localhost:8080/?next=%2Flab%2Ftree%2Fa.ipynb` });
    expect((await call('DELETE', '/server')).status).toBe(202);
    await fixture.until(async () => JSON.parse((await call('GET', '/server')).body).state === 'stopped', 50);
  });

  it('start it as a notebook ran, by a path in the project and nothing beside', async () => {
    await using fixture = await routesFixture();
    const { call, notebooks } = fixture;
    const notebook = { path: 'Jupyter/a b.ipynb' };
    expect((await call('POST', '/server', { notebook })).status).toBe(409);
    notebooks.configuration = defaultPythonConfiguration;
    for (const body of [{ notebook: { path: '../a' } }, { notebook, configuration: { type: 'python' } }]) {
      expect((await call('POST', '/server', body)).status).toBe(400);
    }
    const started = await call('POST', '/server', { notebook });
    expect(started.status).toBe(202);
    expect(JSON.parse(started.body)).toMatchObject({
      state: expect.stringMatching(/^(queued|starting)$/),
      configuration: { type: 'python' },
    });
  });

  it('are closed to viewers and strangers', async () => {
    await using fixture = await routesFixture('viewer');
    expect((await fixture.call('GET', '/server')).status).toBe(403);
    expect((await fixture.call('POST', '/server', {})).status).toBe(403);
    expect((await fixture.app.inject('/api/v1/projects/other/jupyter/server')).statusCode).toBe(404);
  });

  it('send the log as text, and go on with it until the server has ended', async () => {
    await using fixture = await routesFixture();
    const { call, follow } = fixture;
    expect((await call('GET', '/server/log')).status).toBe(404);
    const { id } = JSON.parse((await call('POST', '/server', {})).body) as { id: string };
    await fixture.until(() => fixture.processes.length === 1);
    await appendFile(fixture.log(id), '<b>one</b>\n');
    const log = await call('GET', '/server/log');
    expect(log.body).toBe('<b>one</b>\n');
    expect(log.headers).toMatchObject({
      'content-type': 'text/plain; charset=utf-8',
      'x-content-type-options': 'nosniff',
    });

    const answer = await follow();
    let text = '';
    for await (const chunk of answer) {
      const before = text;
      text += chunk.toString();
      if (!before.includes('one') && text.includes('one')) await appendFile(fixture.log(id), 'two\n');
      if (!before.includes('two') && text.includes('two')) await call('DELETE', '/server');
    }
    expect(text).toBe('<b>one</b>\ntwo\n');
  });

  it('answer for a log into which nothing has been written yet, before something is', async () => {
    await using fixture = await routesFixture();
    const { id } = JSON.parse((await fixture.call('POST', '/server', {})).body) as { id: string };
    await fixture.until(() => fixture.processes.length === 1);
    const answer = await fixture.follow();
    expect(answer.statusCode).toBe(200);
    await appendFile(fixture.log(id), 'one\n');
    expect(String((await once(answer, 'data'))[0])).toBe('one\n');
    answer.destroy();
  });

  it('end a log that is followed when the login ends', async () => {
    await using fixture = await routesFixture();
    const { call, clock, follow, login } = fixture;
    const { id } = JSON.parse((await call('POST', '/server', {})).body) as { id: string };
    await fixture.until(() => fixture.processes.length === 1);
    await appendFile(fixture.log(id), 'one\n');
    const answer = await follow();
    expect(String((await once(answer, 'data'))[0])).toBe('one\n');
    const cut = once(answer, 'error');
    login.ended = true;
    clock.advance(5000);
    expect(String((await cut)[0])).toMatch(/aborted/);
  });
});
