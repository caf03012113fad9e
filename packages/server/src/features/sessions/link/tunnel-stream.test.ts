import { expect, test } from 'vitest';
import { windowBytes, type TunnelFrame } from './tunnel-frames.ts';
import { TunnelStream } from './tunnel-stream.ts';

test('no more is sent than the window, whatever credit the other side grants', () => {
  const sent: TunnelFrame[] = [];
  const stream = new TunnelStream(1, (frame) => void sent.push(frame));
  stream.on('error', () => undefined);
  stream.accept({ op: 'credit', stream: 1, credit: 2 ** 32 - 1 });
  stream.write(Buffer.alloc(3 * windowBytes));
  const bytes = () => sent.reduce((sum, frame) => sum + (frame.op === 'data' ? frame.bytes.length : 0), 0);
  expect(bytes()).toBe(windowBytes);
  stream.accept({ op: 'credit', stream: 1, credit: windowBytes });
  expect(bytes()).toBe(2 * windowBytes);
  stream.destroy();
});
