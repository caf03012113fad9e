import type { AdminEvent } from '@emberlab/contract';
import { describe, expect, it } from 'vitest';
import { fakeClock } from '../../lib/clock.fake.ts';
import { createLookout } from './lookout.ts';

/** A lookout over a list of titles that tests change. */
function watching() {
  const clock = fakeClock();
  const state = { looks: 0, titles: [] as string[], broken: false, errors: [] as unknown[] };
  const changed = new Set<() => void>();
  const lookout = createLookout({
    clock,
    subscribe(listener) {
      changed.add(listener);
      return () => changed.delete(listener);
    },
    async look() {
      state.looks += 1;
      if (state.broken) throw new Error('no');
      return [{ type: 'running', items: state.titles.map((title) => ({ title })) }] as unknown as AdminEvent[];
    },
    onError: (error) => state.errors.push(error),
  });
  /** Lets so much time pass, and what is due be done. */
  const pass = async (ms: number) => {
    clock.advance(ms);
    await new Promise((resolve) => setImmediate(resolve));
  };
  const told: string[] = [];
  const listen = () => lookout.listen((event) => told.push(JSON.stringify(event)));
  return { clock, state, changed, pass, told, listen };
}

describe('the lookout of the administrators’ pages', () => {
  it('looks only while somebody listens', async () => {
    const { clock, state, changed, pass, listen } = watching();
    await pass(60_000);
    expect(state.looks).toBe(0);
    const [stopFirst, stopSecond] = [listen(), listen()];
    await pass(3000);
    expect(state.looks).toBe(1);
    stopFirst();
    await pass(3000);
    expect(state.looks).toBe(2);
    stopSecond();
    expect([changed.size, clock.waiting()]).toEqual([0, 0]);
    await pass(60_000);
    expect(state.looks).toBe(2);
  });

  it('tells lists that differ, soon after a change, however many changes there are', async () => {
    const { state, changed, pass, told, listen } = watching();
    const stop = listen();
    await pass(3000);
    await pass(3000);
    expect(told).toHaveLength(1);
    state.titles = ['a'];
    for (let n = 0; n < 10; n++) for (const each of changed) each();
    await pass(250);
    expect([told.length, state.looks]).toEqual([2, 3]);
    expect(told[1]).toContain('"a"');
    await pass(3000);
    expect(told).toHaveLength(2);
    stop();
  });

  it('goes on after a look that failed', async () => {
    const { state, pass, told, listen } = watching();
    state.broken = true;
    const stop = listen();
    await pass(3000);
    expect(state.errors).toHaveLength(1);
    state.broken = false;
    await pass(3000);
    expect(told).toHaveLength(1);
    stop();
  });
});
