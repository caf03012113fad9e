import { expect, it } from 'vitest';
import { joinNotices, noticesOf } from './notice-pieces.ts';

function ears() {
  const heard: string[] = [];
  const join = joinNotices({ onText: (text) => heard.push(text), onGap: () => heard.push('(gap)') });
  return { heard, hear: (notices: readonly string[]) => notices.forEach(join) };
}
const said = (series: string, number: number, text: string | null) => noticesOf({ series, number, text });

it('pieces are short, and are put together again', () => {
  const text = `ü${'x'.repeat(20_000)}😀`;
  const pieces = said('a', 0, text);
  expect(pieces.length).toBeGreaterThan(2);
  for (const piece of pieces) expect(Buffer.byteLength(piece)).toBeLessThan(8000);
  const { heard, hear } = ears();
  hear(pieces);
  expect(heard).toEqual(['(gap)', text]);
});

it('what is missing is noticed, and nothing whole is left out', () => {
  const long = 'y'.repeat(20_000);
  const { heard, hear } = ears();
  hear(said('a', 3, 'begun before'));
  hear(said('a', 4, 'next'));
  hear(said('a', 6, 'without 5'));
  hear(said('a', 7, long).slice(0, 1));
  hear(said('a', 8, 'after half of 7'));
  hear(said('a', 9, long).slice(1));
  hear(said('a', 10, 'after the end of 9'));
  hear(said('b', 0, null));
  hear(said('b', 1, 'of another'));
  hear(['something else']);
  expect(heard).toEqual([
    'begun before',
    'next',
    '(gap)',
    'without 5',
    '(gap)',
    'after half of 7',
    '(gap)',
    'after the end of 9',
    '(gap)',
    'of another',
  ]);
});
