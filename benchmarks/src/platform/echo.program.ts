import { once } from 'node:events';
import { WebSocket } from 'ws';
import { percentile } from '../figures.ts';
import type { Load, Loaded } from './load.ts';

/** WebSockets that each send a message, wait for its echo, and send the next. Prints the same as `load.program.ts`. */
const { door, connections, seconds, warmUpSeconds } = JSON.parse(process.argv[2] ?? '') as Load;
const message = 'x'.repeat(1024);

const sockets = Array.from(
  { length: connections },
  () => new WebSocket(`ws://127.0.0.1:${door.port}${door.path}`, { headers: door.headers, perMessageDeflate: false }),
);
await Promise.all(sockets.map((socket) => once(socket, 'open')));

const closed = sockets.map((socket) => once(socket, 'close'));

const begin = performance.now() + warmUpSeconds * 1000;
const end = begin + seconds * 1000;
const took: number[] = [];
let failed = 0;
for (const socket of sockets) {
  let sent = performance.now();
  socket.on('message', () => {
    const now = performance.now();
    if (now >= begin && now < end) took.push(now - sent);
    sent = now;
    if (now < end) socket.send(message);
    else socket.close();
  });
  socket.on('error', () => undefined);
  socket.on('close', () => {
    if (performance.now() < end) failed += 1;
  });
  socket.send(message);
}
const late = setTimeout(
  () => {
    for (const socket of sockets) socket.terminate();
  },
  end - performance.now() + 5000,
);
await Promise.all(closed);
clearTimeout(late);
const loaded: Loaded = {
  perSecond: took.length / seconds,
  p50: percentile(took, 50),
  p99: percentile(took, 99),
  failed,
};
process.stdout.write(JSON.stringify(loaded));
