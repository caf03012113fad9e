import { EventEmitter } from 'node:events';
import { expect, test } from 'vitest';
import { fakeClock } from '../../../lib/clock.fake.ts';
import { createConnection } from './connection.ts';

/** A WebSocket as far as a connection looks at it. */
class FakeSocket extends EventEmitter {
  readonly OPEN = 1;
  readyState = 1;
  bufferedAmount = 0;
  isPaused = false;
  ended = false;
  readonly sent: string[] = [];
  pause() {
    this.isPaused = true;
  }
  resume() {
    this.isPaused = false;
  }
  send(data: string) {
    this.sent.push(data);
  }
  ping() {}
  terminate() {
    this.ended = true;
  }
}

function make() {
  const socket = new FakeSocket();
  const clock = fakeClock(0);
  const waiting: (() => void)[] = [];
  const link = createConnection({
    socket: socket as never,
    clock,
    pingMs: 10_000,
    silenceMs: 30_000,
    onFrame: () => new Promise((resolve) => waiting.push(resolve)),
    onNonsense: () => undefined,
    onClose: () => undefined,
  });
  const say = (count: number) => {
    for (let id = 0; id < count; id++) {
      socket.emit('message', Buffer.from(JSON.stringify({ type: 'started', id, startedAt: 1 })), false);
    }
  };
  return { socket, clock, waiting, link, say };
}

test('an agent has to wait while much of what it said is not dealt with, and is not taken for silent then', async () => {
  const { socket, clock, waiting, say } = make();
  say(99);
  expect(socket.isPaused).toBe(false);
  say(1);
  expect(socket.isPaused).toBe(true);
  for (let tens = 0; tens < 6; tens++) clock.advance(10_000);
  expect(socket.ended).toBe(false);
  for (const done of waiting.splice(0)) done();
  await expect.poll(() => socket.isPaused).toBe(false);
  // Heard from this moment on.
  clock.advance(20_000);
  expect(socket.ended).toBe(false);
  clock.advance(20_000);
  expect(socket.ended).toBe(true);
});

test('one that reads nothing any more is let go', () => {
  const { socket, link } = make();
  link.send({ type: 'ack', id: 1 });
  socket.bufferedAmount = 300 * 1024 ** 2;
  link.send({ type: 'ack', id: 2 });
  expect([socket.sent.length, socket.ended]).toEqual([1, true]);
});
