import { expect, test } from 'vitest';
import * as fc from 'fast-check';
import { createOutputs } from './outputs.ts';

test('an output is read on from where its reader is, in characters', () => {
  const outputs = createOutputs();
  expect(outputs.read(1, 0, 0)).toBeNull();
  outputs.add(1, 0, { from: 0, text: 'a🙂' });
  outputs.add(1, 0, { from: 2, text: 'bc' });
  expect(outputs.read(1, 0, 0)).toEqual({ from: 0, text: 'a🙂bc', next: 4 });
  expect(outputs.read(1, 0, 1)).toEqual({ from: 1, text: '🙂bc', next: 4 });
  expect(outputs.read(1, 0, 2)).toEqual({ from: 2, text: 'bc', next: 4 });
  expect(outputs.read(1, 0, 4)).toBeNull();
  expect([outputs.read(1, 1, 0), outputs.read(2, 0, 0)]).toEqual([null, null]);
  outputs.end(1, 1);
  outputs.end(1, 0);
  expect(outputs.read(1, 0, 0)).toBeNull();
});

test('a gap is told by where the text goes on, and what comes twice is kept once', () => {
  const outputs = createOutputs();
  outputs.add(1, 0, { from: 0, text: 'abc' });
  outputs.add(1, 0, { from: 10, text: 'xyz' });
  outputs.add(1, 0, { from: 8, text: '__xyz!' });
  expect(outputs.read(1, 0, 0)).toEqual({ from: 0, text: 'abc', next: 3 });
  expect(outputs.read(1, 0, 3)).toEqual({ from: 10, text: 'xyz!', next: 14 });
  expect(outputs.read(1, 0, 12)).toEqual({ from: 12, text: 'z!', next: 14 });
});

test('only the end of a long output is kept, and only the newest statement’s of a session', () => {
  const outputs = createOutputs();
  outputs.add(1, 0, { from: 0, text: 'a'.repeat(60_000) });
  outputs.add(1, 0, { from: 60_000, text: 'b'.repeat(60_000) });
  const kept = outputs.read(1, 0, 0);
  expect([kept?.from, kept?.next, kept?.text.length]).toEqual([120_000 - 65_536, 120_000, 65_536]);
  outputs.add(1, 1, { from: 0, text: 'c' });
  expect(outputs.read(1, 0, 0)).toBeNull();
  expect(outputs.read(1, 1, 0)?.text).toBe('c');
});

test('a reader who is always there gets everything once, however it is cut and sent again', () => {
  const piece = fc.record({ length: fc.integer({ min: 0, max: 9 }), again: fc.integer({ min: 0, max: 20 }) });
  fc.assert(
    fc.property(fc.array(piece), (pieces) => {
      const outputs = createOutputs();
      const all = Array.from('añ🙂漢'.repeat(100));
      let sent = 0;
      let next = 0;
      let read = '';
      for (const { length, again } of pieces) {
        const from = Math.max(0, sent - again);
        sent += length;
        outputs.add(7, 3, { from, text: all.slice(from, sent).join('') });
        const got = outputs.read(7, 3, next);
        read += got?.text ?? '';
        next = got?.next ?? next;
      }
      expect(read).toBe(all.slice(0, sent).join(''));
    }),
  );
});
