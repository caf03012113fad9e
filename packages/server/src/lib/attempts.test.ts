import { describe, expect, it } from 'vitest';
import { createAttemptLimiter } from './attempts.ts';
import { fakeClock } from './clock.fake.ts';

describe('createAttemptLimiter', () => {
  it('is exhausted after so many failures, for that key and that long', () => {
    const clock = fakeClock();
    const limiter = createAttemptLimiter({ clock, max: 2, windowMs: 1000 });
    limiter.fail('a');
    expect(limiter.isExhausted('a')).toBe(false);
    limiter.fail('a');
    expect(limiter.isExhausted('a')).toBe(true);
    expect(limiter.isExhausted('b')).toBe(false);
    clock.advance(1000);
    expect(limiter.isExhausted('a')).toBe(false);
  });

  it('forgets at a success, and the oldest key when there are too many', () => {
    const limiter = createAttemptLimiter({ clock: fakeClock(), max: 1, windowMs: 1000, maxKeys: 2 });
    limiter.fail('a');
    limiter.succeed('a');
    expect(limiter.isExhausted('a')).toBe(false);
    for (const key of ['a', 'b', 'c']) limiter.fail(key);
    expect(['a', 'b', 'c'].map((key) => limiter.isExhausted(key))).toEqual([false, true, true]);
  });
});
