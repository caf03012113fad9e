import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { WebSocketServer } from 'ws';

/**
 * The server behind both proxies: it does next to nothing, so that what is measured is the way to it. Each platform starts it as one of its own: ours hands
 * it a Unix socket as a descriptor, or says in Jupyter's configuration file where to make it, theirs says in the environment on which port.
 */
const big = Buffer.alloc(1024 * 1024, 'x');
const none = Buffer.alloc(0);

const server = createServer((request, response) => {
  request.resume();
  const body = request.url?.endsWith('/big') === true ? big : none;
  response.writeHead(200, { 'content-type': 'application/octet-stream', 'content-length': body.length });
  response.end(body);
});
// A pooled connection that is closed just as a request comes is a failed request: nothing here closes first.
server.keepAliveTimeout = 0;
const sockets = new WebSocketServer({ server, perMessageDeflate: false });
sockets.on('connection', (socket) => {
  socket.on('message', (data, isBinary) => socket.send(data, { binary: isBinary }));
  socket.on('error', () => undefined);
});

const address = process.env['JUPYTERHUB_SERVICE_URL'];
const descriptor = process.env['EMBER_SOCKET_FD'];
if (address !== undefined) {
  const { hostname, port } = new URL(address);
  server.listen(Number(port), hostname);
} else if (descriptor !== undefined) {
  server.listen({ fd: Number(descriptor) });
} else {
  const file = process.argv.find((one) => one.startsWith('--config='))?.slice('--config='.length) ?? '';
  const { ServerApp } = JSON.parse(readFileSync(file, 'utf8')) as { ServerApp: { sock: string } };
  server.listen(ServerApp.sock);
}
