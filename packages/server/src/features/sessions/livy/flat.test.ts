import { expect, test } from 'vitest';
import { isFlat } from './flat.ts';

const flat = (text: string) => isFlat(Buffer.from(text));

test('a long text is flat, whatever stands in it; many values are not', () => {
  expect(flat(JSON.stringify({ code: '{},"[\\'.repeat(10_000), kind: 'pyspark' }))).toBe(true);
  expect(flat(`[${'{},'.repeat(2000)}0]`)).toBe(false);
  expect(flat(`[${'1,'.repeat(2000)}0]`)).toBe(false);
  expect(flat(JSON.stringify({ code: '\\', more: Array(2000).fill('') }))).toBe(false);
});
