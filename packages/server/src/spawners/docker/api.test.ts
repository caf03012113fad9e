import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text as readText } from 'node:stream/consumers';
import { expect, it } from 'vitest';
import { DockerError, openDocker, type PullMessage } from './api.ts';

/** Something that answers at a socket as an engine of this version does. */
async function engine(version: string, answers: Readonly<Record<string, [status: number, body: string | Buffer]>>) {
  const folder = await mkdtemp(join(tmpdir(), 'ember-'));
  const socket = join(folder, 'docker.sock');
  const asked: string[] = [];
  const server = createServer((request, response) => {
    void readText(request).then((body) => {
      const url = `${request.method} ${request.url}`;
      if (url === 'GET /version') return response.end(JSON.stringify({ ApiVersion: version }));
      asked.push(body === '' ? url : `${url} ${body}`);
      const [status, answer] = answers[url.replace(/ \/v[\d.]+/, ' ')] ?? [404, '{"message":"no such thing"}'];
      return response.writeHead(status).end(answer);
    });
  }).listen(socket);
  await once(server, 'listening');
  return {
    api: openDocker(socket),
    asked,
    async [Symbol.asyncDispose]() {
      server.close();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

it.each([
  ['1.41', '/v1.41'],
  ['1.44', '/v1.44'],
  ['1.52', '/v1.44'],
])('speaks to an engine of %s in a version that both know', async (version, prefix) => {
  await using it = await engine(version, { 'GET /networks/a': [200, '{}'] });
  expect(await it.api.hasNetwork('a')).toBe(true);
  expect(it.asked).toEqual([`GET ${prefix}/networks/a`]);
});

it('fetches one tag of an image, and tells how far it is', async () => {
  const lines = ['{"status":"Downloading","id":"a"}', '', '{"status":"Pull complete","id":"a"}', ''].join('\n');
  const path = 'POST /images/create?fromImage=host%3A5000%2Fa%2Fb&tag=latest';
  await using it = await engine('1.44', { [path]: [200, lines] });
  const told: PullMessage[] = [];
  await it.api.pull('host:5000/a/b', (message) => told.push(message));
  expect(told.map(({ status }) => status)).toEqual(['Downloading', 'Pull complete']);
  await expect(it.api.pull('b@sha256:12', () => undefined)).rejects.toThrow('no such thing');
  expect(it.asked.at(-1)).toBe('POST /v1.44/images/create?fromImage=b&tag=sha256%3A12');
});

it('throws what an engine tells in the midst of an answer', async () => {
  await using it = await engine('1.44', {
    'POST /images/create?fromImage=a&tag=1': [200, '{"status":"Pulling"}\n{"error":"manifest unknown"}\n'],
  });
  await expect(it.api.pull('a:1', () => undefined)).rejects.toThrow('manifest unknown');
});

it('reads what a container wrote, whatever the lengths of its pieces are', async () => {
  const piece = (text: string) => {
    const head = Buffer.alloc(8);
    head[0] = 1;
    head.writeUInt32BE(Buffer.byteLength(text), 4);
    return Buffer.concat([head, Buffer.from(text)]);
  };
  const body = Buffer.concat([piece('x'.repeat(200)), piece('é\n')]);
  await using it = await engine('1.44', { 'GET /containers/a/logs?stdout=true&stderr=true&tail=5': [200, body] });
  expect(await it.api.output('a')).toBe(`${'x'.repeat(200)}é\n`);
});

it('tells what is not there from what went wrong', async () => {
  await using it = await engine('1.44', { 'POST /containers/a/start': [500, '{"message":"oci: no"}'] });
  expect(await it.api.find('a')).toBeNull();
  await it.api.remove('a', 1);
  await expect(it.api.start('a')).rejects.toThrow('oci: no');
  const away = openDocker('/nowhere/docker.sock');
  const said: unknown = await away.find('a').catch((error: unknown) => error);
  expect(said).toBeInstanceOf(DockerError);
  expect(said).toMatchObject({ status: null, code: 'ENOENT' });
});
