import { describe, expect, it } from 'vitest';
import { createKeyedQueue, createLoop } from './lifecycle.ts';

describe('createLoop', () => {
  it('runs at once, again for each wake, never twice at the same time, and goes on after an error', async () => {
    const errors: unknown[] = [];
    let runs = 0;
    let inside = 0;
    let most = 0;
    const loop = createLoop({
      intervalMs: 1e6,
      onError: (error) => errors.push(error),
      step: async () => {
        inside += 1;
        most = Math.max(most, inside);
        await Promise.resolve();
        inside -= 1;
        runs += 1;
        if (runs === 1) throw new Error('first');
      },
    });
    await expect.poll(() => runs).toBe(1);
    loop.wake();
    loop.wake();
    await expect.poll(() => runs).toBeGreaterThan(1);
    await loop.close();
    const atClose = runs;
    loop.wake();
    await Promise.resolve();
    expect(runs).toBe(atClose);
    expect(most).toBe(1);
    expect(errors).toEqual([new Error('first')]);
  });
});

describe('createKeyedQueue', () => {
  it('keeps the order within a key, also after a failure, and does not hold up others', async () => {
    const queue = createKeyedQueue();
    const order: string[] = [];
    const gate = Promise.withResolvers<void>();
    const first = queue('a', async () => {
      await gate.promise;
      order.push('a1');
      throw new Error('a1');
    });
    const second = queue('a', async () => void order.push('a2'));
    await queue('b', async () => void order.push('b1'));
    gate.resolve();
    await expect(first).rejects.toThrow('a1');
    await second;
    expect(order).toEqual(['b1', 'a1', 'a2']);
  });
});
