import { once } from 'node:events';
import { connect } from 'node:net';
import { setTimeout as pause } from 'node:timers/promises';
import { createAnswers } from './answers.ts';
import { percentile } from '../figures.ts';
import type { Load, Loaded } from './load.ts';

/**
 * Asks one thing over and over on so many connections, one request at a time on each, and prints what came of it. A process of its own: what is measured
 * must not wait for what measures.
 */
const { door, connections, seconds, warmUpSeconds } = JSON.parse(process.argv[2] ?? '') as Load;
const lines = Object.entries({ host: `127.0.0.1:${door.port}`, ...door.headers }).map(
  ([name, value]) => `${name}: ${value}\r\n`,
);
const request = Buffer.from(`GET ${door.path} HTTP/1.1\r\n${lines.join('')}\r\n`);

const begin = performance.now() + warmUpSeconds * 1000;
const end = begin + seconds * 1000;
const took: number[] = [];
let failed = 0;

async function ask(): Promise<void> {
  const socket = connect({ host: '127.0.0.1', port: door.port, noDelay: true });
  let sent = performance.now();
  const answers = createAnswers((status) => {
    const now = performance.now();
    if (now >= begin && now < end) {
      if (status === 200) took.push(now - sent);
      else failed += 1;
    }
    sent = now;
    if (now < end) socket.write(request);
    else socket.destroy();
  });
  socket.on('data', (chunk: Buffer) => answers.push(chunk));
  socket.on('error', () => undefined);
  socket.once('connect', () => socket.write(request));
  const late = setTimeout(() => socket.destroy(), end - performance.now() + 5000);
  await once(socket, 'close');
  clearTimeout(late);
  if (performance.now() >= end) return;
  failed += 1;
  await pause(20);
  await ask();
}

await Promise.all(Array.from({ length: connections }, ask));
const loaded: Loaded = {
  perSecond: took.length / seconds,
  p50: percentile(took, 50),
  p99: percentile(took, 99),
  failed,
};
process.stdout.write(JSON.stringify(loaded));
