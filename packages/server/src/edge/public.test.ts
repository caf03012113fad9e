import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { rm } from 'node:fs/promises';
import { request as httpRequest, type IncomingMessage, type ServerResponse } from 'node:http';
import { connect } from 'node:net';
import { describe, expect, it } from 'vitest';
import { serveOn, startWorld } from './testing.ts';

const answerJson = (request: IncomingMessage, response: ServerResponse) => {
  const chunks: Buffer[] = [];
  request.on('data', (chunk: Buffer) => chunks.push(chunk));
  request.on('end', () => {
    const body = Buffer.concat(chunks).toString();
    response.end(JSON.stringify({ method: request.method, url: request.url, headers: request.headers, body }));
  });
};

describe('the public origin', () => {
  it('forwards with its own account of whence a request came, and keeps credentials', async () => {
    await using world = await startWorld();
    const control = await serveOn(world.paths.controlSocket, answerJson);
    const answer = await world.ask(world.publicHost.toUpperCase(), '/api/v1/me?x=%2F..%2f', {
      headers: {
        authorization: 'Bearer t',
        cookie: 'emberlab=s',
        forwarded: 'for=evil',
        'x-forwarded-for': '6.6.6.6',
        'x-forwarded-host': 'evil.example',
        'x-forwarded-proto': 'https',
        'x-real-ip': '6.6.6.6',
        'remote-user': 'root',
        'x-emberlab-user': 'root',
        'x-request-id': 'short',
        connection: 'close, x-hop',
        'x-hop': '1',
      },
    });
    const { url, headers } = JSON.parse(answer.text) as { url: string; headers: Record<string, string> };
    expect(url).toBe('/api/v1/me?x=%2F..%2f');
    expect(headers).toMatchObject({
      authorization: 'Bearer t',
      cookie: 'emberlab=s',
      host: world.publicHost,
      'x-forwarded-for': '127.0.0.1',
      'x-forwarded-host': world.publicHost,
      'x-forwarded-proto': 'http',
    });
    expect(headers['x-request-id']).toMatch(/^[\w-]{36}$/);
    expect(answer.headers['x-request-id']).toBe(headers['x-request-id']);
    for (const name of ['forwarded', 'x-real-ip', 'remote-user', 'x-emberlab-user', 'x-hop']) {
      expect(headers).not.toHaveProperty(name);
    }
    const kept = await world.ask(world.publicHost, '/', { headers: { 'x-request-id': 'abcd-1234_ef' } });
    expect(kept.headers['x-request-id']).toBe('abcd-1234_ef');
    await control.close();
  });

  it('lets requests wait while control is not there, POST with its body too', async () => {
    await using world = await startWorld();
    const get = world.ask(world.publicHost, '/a');
    const post = world.ask(world.publicHost, '/b', { method: 'POST', body: 'kept' });
    const large = Buffer.alloc(3 * 1024 * 1024, 'x');
    const streamed = world.ask(world.publicHost, '/c', { method: 'POST', body: large });
    // an answered request shows that the edge has taken those before it
    await world.ask('nowhere.example', '/');
    const control = await serveOn(world.paths.controlSocket, answerJson);
    expect((await get).status).toBe(200);
    expect(JSON.parse((await post).text)).toMatchObject({ method: 'POST', body: 'kept' });
    expect((JSON.parse((await streamed).text) as { body: string }).body).toHaveLength(large.length);
    await control.close();
  });

  it('answers 503 when control does not come in time', async () => {
    await using world = await startWorld({ waitMs: 100 });
    const json = await world.ask(world.publicHost, '/api/v1/me');
    expect(json.status).toBe(503);
    expect(JSON.parse(json.text)).toMatchObject({ error: { code: 'unavailable' } });
    const page = await world.ask(world.publicHost, '/', { headers: { accept: 'text/html' } });
    expect(page.headers['content-type']).toContain('text/html');
    expect(page.text).toContain('Emberlab is starting.');
  });

  it('sends a held GET again when control was killed in the middle of it', async () => {
    await using world = await startWorld();
    const killed = spawn(
      process.execPath,
      [
        '-e',
        `require('http').createServer(() => console.log('held')).listen(process.argv[1], () => console.log('listening'))`,
        world.paths.controlSocket,
      ],
      { stdio: ['ignore', 'pipe', 'inherit'] },
    );
    killed.stdout.setEncoding('utf8');
    await once(killed.stdout, 'data');
    const held = world.ask(world.publicHost, '/livy/demo/sessions/0/statements/0');
    const lost = world.ask(world.publicHost, '/statements', { method: 'POST', body: '{}' });
    const post = (path: string) =>
      world.ask(world.publicHost, path, {
        method: 'POST',
        body: '{"keyed":1}',
        headers: { 'idempotency-key': 'k1' },
      });
    const keyed = post('/livy/demo/sessions/0/statements');
    // control looks at no such key there, so a second would be carried out too
    const elsewhere = post('/api/v1/projects');
    let said = '';
    while (said.split('held').length < 5) said += String((await once(killed.stdout, 'data'))[0]);
    killed.kill('SIGKILL');
    await once(killed, 'exit');
    // the socket of a killed process stays behind
    expect((await lost).status).toBe(503);
    expect((await elsewhere).status).toBe(503);
    await rm(world.paths.controlSocket);
    const control = await serveOn(world.paths.controlSocket, answerJson);
    expect(JSON.parse((await held).text)).toMatchObject({ url: '/livy/demo/sessions/0/statements/0' });
    expect(JSON.parse((await keyed).text)).toMatchObject({ body: '{"keyed":1}' });
    await control.close();
  });

  it('sends a POST on a connection that others have used, and once only, also when control has just gone', async () => {
    await using world = await startWorld();
    const bodies: string[] = [];
    const connections = new Set<object>();
    const listener = (request: IncomingMessage, response: ServerResponse) => {
      connections.add(request.socket);
      request.on('data', (chunk: Buffer) => bodies.push(chunk.toString()));
      request.on('end', () => response.end('done'));
    };
    const control = await serveOn(world.paths.controlSocket, listener);
    const client = connect(world.port, '127.0.0.1');
    await once(client, 'connect');
    const post = (body: string) =>
      client.write(`POST /x HTTP/1.1\r\nhost: ${world.publicHost}\r\ncontent-length: ${body.length}\r\n\r\n${body}`);
    const answered = async () => {
      let said = '';
      while (!said.includes('done')) said += String((await once(client, 'data'))[0]);
      return said.slice(0, 12);
    };
    for (const body of ['one', 'two']) {
      post(body);
      expect(await answered()).toBe('HTTP/1.1 200');
    }
    expect(connections.size).toBe(1);
    // In one turn: the edge reads of the request before it can hear that the connection has ended.
    post('three');
    control.server.closeAllConnections();
    const closed = once(control.server, 'close');
    control.server.close();
    await closed;
    const next = await serveOn(world.paths.controlSocket, listener);
    expect(await answered()).toBe('HTTP/1.1 200');
    expect(bodies).toEqual(['one', 'two', 'three']);
    expect(connections.size).toBe(2);
    client.destroy();
    await next.close();
  });

  it('gives up on a request that breaks control again and again', async () => {
    await using world = await startWorld();
    let tries = 0;
    const control = await serveOn(world.paths.controlSocket, (request) => {
      tries += 1;
      request.socket.destroy();
    });
    expect((await world.ask(world.publicHost, '/')).status).toBe(503);
    expect(tries).toBe(5);
    await control.close();
  });

  it('passes streams on as they come, and an abort of the client', async () => {
    await using world = await startWorld();
    const aborted = Promise.withResolvers<void>();
    const responses: ServerResponse[] = [];
    const control = await serveOn(world.paths.controlSocket, (_request, response) => {
      responses.push(response);
      response.once('close', () => aborted.resolve());
      response.writeHead(200, { 'content-type': 'text/event-stream' });
      response.flushHeaders();
    });
    const request = httpRequest({
      port: world.port,
      path: '/events',
      headers: { host: world.publicHost },
      agent: false,
    });
    request.end();
    const [answer] = (await once(request, 'response')) as [IncomingMessage];
    answer.on('error', () => undefined);
    for (const event of ['data: 1\n\n', 'data: 2\n\n']) {
      responses[0]?.write(event);
      expect(String((await once(answer, 'data'))[0])).toBe(event);
    }
    request.destroy();
    await aborted.promise;
    await control.close();
  });

  it('tells control of an abort before the answer', async () => {
    await using world = await startWorld();
    const arrived = Promise.withResolvers<void>();
    const aborted = Promise.withResolvers<boolean>();
    const control = await serveOn(world.paths.controlSocket, (_request, response) => {
      response.once('close', () => aborted.resolve(response.writableFinished));
      arrived.resolve();
    });
    const request = httpRequest({ port: world.port, path: '/', headers: { host: world.publicHost }, agent: false });
    request.on('error', () => undefined);
    request.end();
    await arrived.promise;
    request.destroy();
    expect(await aborted.promise).toBe(false);
    await control.close();
  });

  it('passes an answer on that comes before the upload is over', async () => {
    await using world = await startWorld();
    const control = await serveOn(world.paths.controlSocket, (_request, response) => {
      response.writeHead(413, { connection: 'close' });
      response.end('too large');
    });
    const answer = await world.ask(world.publicHost, '/upload', { method: 'PUT', body: Buffer.alloc(8 * 1024 * 1024) });
    expect(answer).toMatchObject({ status: 413, text: 'too large' });
    await control.close();
  });

  it('cuts an answer short when control dies in the middle, so that nobody takes it for whole', async () => {
    await using world = await startWorld();
    const control = await serveOn(world.paths.controlSocket, (_request, response) => {
      response.write('half', () => response.destroy());
    });
    await expect(world.ask(world.publicHost, '/')).rejects.toThrow(/aborted|hang up/);
    await control.close();
  });

  it('takes no WebSocket, and ignores the offer of another protocol', async () => {
    await using world = await startWorld();
    const control = await serveOn(world.paths.controlSocket, answerJson);
    const refused = await raw(world.port, upgradeTo('websocket', world.publicHost));
    expect(refused).toMatch(/^HTTP\/1.1 400 /);
    expect(await raw(world.port, upgradeTo('h2c', world.publicHost))).toMatch(/^HTTP\/1.1 200 /);
    await control.close();
  });

  it.each([
    ['another name', 'GET / HTTP/1.1\r\nHost: evil.example\r\n', 404],
    ['our name with another port', 'GET / HTTP/1.1\r\nHost: localhost:1\r\n', 404],
    ['a name that ends like ours', 'GET / HTTP/1.1\r\nHost: evillocalhost:PORT\r\n', 404],
    ['no name', 'GET / HTTP/1.1\r\n', 400],
    ['two names', 'GET / HTTP/1.1\r\nHost: localhost:PORT\r\nHost: evil.example\r\n', 400],
    ['a name in the request line', 'GET http://localhost:PORT/ HTTP/1.1\r\nHost: localhost:PORT\r\n', 400],
    ['two lengths', 'POST / HTTP/1.1\r\nHost: localhost:PORT\r\nContent-Length: 1\r\nContent-Length: 2\r\n', 400],
    [
      'a length and chunks',
      'POST / HTTP/1.1\r\nHost: localhost:PORT\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n',
      400,
    ],
    ['an obscure coding', 'POST / HTTP/1.1\r\nHost: localhost:PORT\r\nTransfer-Encoding: chunked, identity\r\n', 400],
    ['a bare line feed', 'GET / HTTP/1.1\nHost: localhost:PORT\n', 400],
    ['a space before the colon', 'GET / HTTP/1.1\r\nHost: localhost:PORT\r\nContent-Length : 3\r\n', 400],
    ['a folded header', 'GET / HTTP/1.1\r\nHost: localhost:PORT\r\nX-A: 1\r\n evil\r\n', 400],
    ['huge headers', `GET / HTTP/1.1\r\nHost: localhost:PORT\r\nX-A: ${'a'.repeat(40_000)}\r\n`, 431],
  ])('refuses %s', async (_what, head, status) => {
    await using world = await startWorld();
    let reached = 0;
    const control = await serveOn(world.paths.controlSocket, (_request, response) => {
      reached += 1;
      response.end();
    });
    const text = `${head.replaceAll('PORT', String(world.port))}Connection: close\r\n\r\n`;
    expect(await raw(world.port, text)).toMatch(new RegExp(`^HTTP/1.1 ${status} `));
    expect(reached).toBe(0);
    await control.close();
  });

  it.each(['127.0.0.1', '[::1]', 'LOCALHOST'])('is found under the loopback name %s', async (name) => {
    await using world = await startWorld();
    const control = await serveOn(world.paths.controlSocket, answerJson);
    expect((await world.ask(`${name}:${world.port}`, '/')).status).toBe(200);
    await control.close();
  });
});

const upgradeTo = (protocol: string, host: string) =>
  `GET / HTTP/1.1\r\nHost: ${host}\r\nOrigin: http://${host}\r\nConnection: Upgrade\r\nUpgrade: ${protocol}\r\n` +
  'Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n\r\n';

/** The beginning of the answer to bytes as they are. */
async function raw(port: number, text: string): Promise<string> {
  const socket = connect(port, '127.0.0.1');
  socket.write(text);
  const [first] = (await once(socket, 'data')) as [Buffer];
  socket.destroy();
  return first.toString();
}
