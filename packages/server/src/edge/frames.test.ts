import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { closeFrame, createFrameWatcher } from './frames.ts';

function frame(opcode: number, length: number, masked: boolean): Buffer {
  const mask = masked ? 0x80 : 0;
  let header: Buffer;
  if (length < 126) {
    header = Buffer.from([0x80 | opcode, mask | length]);
  } else if (length < 65536) {
    header = Buffer.from([0x80 | opcode, mask | 126, length >> 8, length & 255]);
  } else {
    header = Buffer.alloc(10);
    header.set([0x80 | opcode, mask | 127]);
    header.writeBigUInt64BE(BigInt(length), 2);
  }
  return Buffer.concat([header, Buffer.alloc((masked ? 4 : 0) + length, 0xff)]);
}

describe('createFrameWatcher', () => {
  it('counts messages and knows where frames end, however the bytes are cut', () => {
    const frames = fc.array(
      fc.record({
        opcode: fc.constantFrom(0, 1, 2, 8, 9, 10),
        length: fc.oneof(fc.nat(200), fc.constantFrom(0, 125, 126, 65535, 65536)),
        masked: fc.boolean(),
      }),
      { minLength: 1, maxLength: 6 },
    );
    fc.assert(
      fc.property(frames, fc.array(fc.integer({ min: 1, max: 5000 }), { minLength: 1 }), (sent, cuts) => {
        let messages = 0;
        const watcher = createFrameWatcher(() => (messages += 1));
        const bytes = Buffer.concat(sent.map(({ opcode, length, masked }) => frame(opcode, length, masked)));
        for (let at = 0, turn = 0; at < bytes.length; turn++) {
          const next = at + (cuts[turn % cuts.length] ?? 1);
          watcher.push(bytes.subarray(at, next));
          at = next;
        }
        expect(messages).toBe(sent.filter(({ opcode }) => opcode < 8).length);
        expect(watcher.atBoundary()).toBe(true);
        watcher.push(bytes.subarray(0, 1));
        expect(watcher.atBoundary()).toBe(false);
      }),
      { numRuns: 200 },
    );
  });

  it('makes a close frame', () => {
    expect([...closeFrame(1001)]).toEqual([0x88, 2, 0x03, 0xe9]);
  });
});
