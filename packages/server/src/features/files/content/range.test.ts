import { describe, expect, it } from 'vitest';
import { rangeOf } from './range.ts';

describe('the part of a file that is asked for', () => {
  it.each([
    [undefined, null],
    ['bytes=0-9', { start: 0, length: 10 }],
    ['bytes=90-', { start: 90, length: 10 }],
    ['bytes=90-500', { start: 90, length: 10 }],
    ['bytes=-30', { start: 70, length: 30 }],
    ['bytes=-500', { start: 0, length: 100 }],
    ['bytes=100-', 'none'],
    ['bytes=-0', 'none'],
    ['bytes=9-3', null],
    ['bytes=-', null],
    ['bytes=0-1,5-6', null],
    ['lines=0-1', null],
  ])('of 100 bytes by %j is %j', (header, range) => expect(rangeOf(header, 100)).toEqual(range));

  it('of an empty file is none', () => expect(rangeOf('bytes=0-', 0)).toBe('none'));
});
