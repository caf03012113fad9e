import { once } from 'node:events';
import { request as httpRequest, type IncomingMessage } from 'node:http';
import { describe, expect, it } from 'vitest';
import { serveOn, startWorld } from './testing.ts';

type Echo = { method: string; url: string; headers: Record<string, string>; body: string };

/** Control, as far as a proxy sees it; a GET of `/app/server` is an event stream that goes on. */
async function serveControl(socketPath: string) {
  const urls: string[] = [];
  const served = await serveOn(socketPath, (request, response) => {
    urls.push(`${request.method} ${request.url}`);
    if (request.method === 'GET') {
      response.writeHead(200, { 'content-type': 'text/event-stream' });
      response.write(`data: ${JSON.stringify(request.headers)}\n\n`);
      return;
    }
    let body = '';
    request.on('data', (chunk: Buffer) => (body += String(chunk)));
    request.once('end', () => {
      response.writeHead(200, { 'content-type': 'application/json' });
      response.end(JSON.stringify({ method: request.method, url: request.url, headers: request.headers, body }));
    });
  });
  return { urls, [Symbol.asyncDispose]: () => served.close() };
}

describe("an app's page asks control about the app", () => {
  it('with the id of the app that its cookie opens, whatever else it says of itself', async () => {
    await using world = await startWorld();
    await using control = await serveControl(world.paths.controlSocket);
    const server = await world.startServer();
    const answer = await server.ask('/-/server/extend?x=1', {
      method: 'POST',
      body: '{"hours":6}',
      headers: {
        origin: server.origin,
        referer: `${server.origin}/lab`,
        'sec-fetch-site': 'same-origin',
        authorization: 'Bearer of-the-page',
        cookie: `${server.cookie}; emberlab=login`,
        'content-type': 'application/json',
        'x-emberlab-app': 'another',
      },
    });
    const { url, headers, body } = JSON.parse(answer.text) as Echo;
    expect([url, body, headers['content-type']]).toEqual(['/app/server/extend', '{"hours":6}', 'application/json']);
    expect(headers['x-emberlab-app']).toBe(server.id);
    for (const name of ['origin', 'referer', 'sec-fetch-site', 'authorization', 'cookie']) {
      expect(headers).not.toHaveProperty(name);
    }
    expect(control.urls).toEqual(['POST /app/server/extend']);
    expect(server.jupyter.requests).toHaveLength(0);
  });

  it('and nobody else does: not without the cookie, from another page, by another method or address', async () => {
    await using world = await startWorld();
    await using control = await serveControl(world.paths.controlSocket);
    const [a, b] = [await world.startServer(), await world.startServer()];
    const status = async (path: string, method: string, headers: Record<string, string> = {}) =>
      (await a.ask(path, { method, headers })).status;
    expect(await status('/-/server', 'GET', { cookie: '' })).toBe(404);
    expect(await status('/-/server', 'GET', { cookie: b.cookie })).toBe(404);
    expect(await status('/-/server/extend', 'POST', { origin: b.origin })).toBe(403);
    expect(await status('/-/server/extend', 'POST', { origin: 'null' })).toBe(403);
    expect(await status('/-/sessions/stop', 'POST', { origin: b.origin })).toBe(403);
    expect(await status('/-/server/extend', 'POST', { 'sec-fetch-site': 'same-site' })).toBe(403);
    for (const [method, path] of [
      ['POST', '/-/server'],
      ['DELETE', '/-/server'],
      ['GET', '/-/server/extend'],
      ['GET', '/-/server/'],
      ['GET', '//-/server'],
      ['GET', '/-/%73erver'],
      ['POST', '/-/server/extend/../stop'],
    ] as const) {
      expect([method, path, await status(path, method)]).toEqual([method, path, 404]);
    }
    expect(control.urls).toEqual([]);
  });

  it('and no client passes for one on the public origin', async () => {
    await using world = await startWorld();
    await using control = await serveControl(world.paths.controlSocket);
    const server = await world.startServer();
    const answer = await world.ask(world.publicHost, '/app/server/extend', {
      method: 'POST',
      headers: { 'x-emberlab-app': server.id },
    });
    expect(control.urls).toEqual(['POST /app/server/extend']);
    expect((JSON.parse(answer.text) as Echo).headers).not.toHaveProperty('x-emberlab-app');
  });

  it('in a stream that ends when the right does', async () => {
    await using world = await startWorld();
    await using control = await serveControl(world.paths.controlSocket);
    const server = await world.startServer();
    const request = httpRequest({
      port: world.port,
      path: '/-/server',
      headers: { host: server.host, cookie: server.cookie },
      agent: false,
    }).end();
    const [answer] = (await once(request, 'response')) as [IncomingMessage];
    expect(String((await once(answer, 'data'))[0])).toContain(server.id);
    const cut = once(answer, 'error');
    await world.control().revokeLogin(world.loginDigest);
    expect(String((await cut)[0])).toMatch(/aborted/);
    expect(control.urls).toEqual(['GET /app/server']);
    // What is open says nothing of work.
    expect(world.seen).toEqual([]);
  });

  it('and waits while control is away', async () => {
    await using world = await startWorld();
    const server = await world.startServer();
    const asked = server.ask('/-/server/extend', { method: 'POST', body: '{}' });
    await world.ask('nowhere.example', '/');
    await using control = await serveControl(world.paths.controlSocket);
    expect((await asked).status).toBe(200);
    expect(control.urls).toEqual(['POST /app/server/extend']);
  });
});
