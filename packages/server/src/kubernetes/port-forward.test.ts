import { once } from 'node:events';
import { createServer, request, type IncomingMessage } from 'node:http';
import { connect, type AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { KubeConfig } from '@kubernetes/client-node';
import { expect, test } from 'vitest';
import { WebSocketServer } from 'ws';
import { forwardPort, openSocket } from './port-forward.ts';

/** An API server that leads to ports of this machine, as the true one to those of Pods. `refuse`: what it says instead. */
async function fixture(refuse: string | null = null) {
  const asked: unknown[] = [];
  const api = createServer().listen(0, '127.0.0.1');
  await once(api, 'listening');
  const sockets = new WebSocketServer({ server: api });
  sockets.on('connection', (socket, { url = '', headers }) => {
    asked.push([url, headers.authorization, socket.protocol]);
    const port = Number(new URL(url, 'http://api').searchParams.get('ports'));
    const head = Buffer.from([port & 255, port >> 8]);
    for (const channel of [0, 1]) socket.send(Buffer.concat([Buffer.of(channel), head]));
    if (refuse !== null) {
      socket.send(Buffer.concat([Buffer.of(1), Buffer.from(refuse)]));
      return;
    }
    const there = connect(port, '127.0.0.1');
    socket.on('message', (data) => there.write((data as Buffer).subarray(1)));
    there.on('data', (data: Buffer) => socket.send(Buffer.concat([Buffer.of(0), data])));
    there.on('close', () => socket.close());
    socket.on('close', () => there.destroy());
  });
  const config = new KubeConfig();
  config.loadFromClusterAndUser(
    { name: 'c', server: `http://127.0.0.1:${(api.address() as AddressInfo).port}`, skipTLSVerify: true },
    { name: 'u', token: 'a-token' },
  );
  return {
    asked,
    open: (port: number) =>
      forwardPort(() => openSocket(config, `/api/v1/namespaces/n/pods/p/portforward?ports=${port}`)),
    [Symbol.asyncDispose]: async () => {
      for (const socket of sockets.clients) socket.terminate();
      sockets.close();
      api.close();
    },
  };
}

test('HTTP goes to a port of a Pod and back, as large as it is', async () => {
  await using it = await fixture();
  const large = 'x'.repeat(3_000_000);
  const page = createServer(
    (incoming, outgoing) => void text(incoming).then((said) => outgoing.end(`${said}${large}`)),
  );
  page.listen(0, '127.0.0.1');
  await once(page, 'listening');
  const { port } = page.address() as AddressInfo;
  const asked = request({ method: 'POST', path: '/', createConnection: () => it.open(port) }).end('hello ');
  const [answer] = (await once(asked, 'response')) as [IncomingMessage];
  expect(await text(answer)).toBe(`hello ${large}`);
  expect(it.asked).toEqual([
    [`/api/v1/namespaces/n/pods/p/portforward?ports=${port}`, 'Bearer a-token', 'v4.channel.k8s.io'],
  ]);
  page.close();
});

test('what keeps it from the port is its error', async () => {
  await using it = await fixture('connection refused in the Pod');
  const stream = it.open(1);
  const [error] = (await once(stream.resume(), 'error')) as [Error];
  expect(error.message).toBe('connection refused in the Pod');
  const nowhere = forwardPort(async () => {
    throw new Error('no such file');
  });
  const [other] = (await once(nowhere.resume(), 'error')) as [Error];
  expect(other.message).toBe('no such file');
});
