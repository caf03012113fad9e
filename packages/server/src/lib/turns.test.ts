import { expect, it, vi } from 'vitest';
import { createRounds, createTurns } from './turns.ts';

/** A loop whose steps are collected, each held until it is let go. */
function held(intervalMs = 1_000_000) {
  const steps: string[] = [];
  const errors: unknown[] = [];
  let fails = false;
  const turns = createTurns<string>({
    intervalMs,
    onError: (error) => errors.push(error),
    async step(_, { ids, all }) {
      steps.push([...ids, ...(all ? ['all'] : [])].join());
      if (fails) throw new Error('away');
    },
  });
  const seen = (count: number) => vi.waitFor(() => expect(steps).toHaveLength(count));
  return { turns, steps, errors, seen, fail: (does: boolean) => (fails = does) };
}

it('looks at all at first, then at those that are woken alone', async () => {
  const { turns, steps, seen } = held();
  await seen(1);
  turns.wake('a');
  turns.wake('b');
  turns.wake('a');
  await seen(2);
  turns.wake('c');
  await seen(3);
  turns.wake();
  await seen(4);
  expect(steps).toEqual(['all', 'a,b', 'c', 'all']);
  await turns.close();
});

it('looks at all again once its time has come, however often it is woken', async () => {
  const { turns, steps, seen } = held(30);
  await seen(1);
  const waking = setInterval(() => turns.wake('a'), 5);
  await vi.waitFor(() => expect(steps.filter((step) => step.endsWith('all')).length).toBeGreaterThan(3));
  clearInterval(waking);
  expect(steps.includes('a')).toBe(true);
  await turns.close();
});

it('has those again that it failed with: nobody is forgotten', async () => {
  const { turns, steps, errors, seen, fail } = held();
  await seen(1);
  fail(true);
  turns.wake('a');
  await seen(2);
  fail(false);
  turns.wake('b');
  await seen(3);
  expect(steps).toEqual(['all', 'a', 'a,b']);
  expect(errors).toHaveLength(1);
  await turns.close();
});

it('goes round through all, so many at a time', async () => {
  const ids = [1, 2, 3, 4, 5].map((id) => ({ id }));
  const rounds = createRounds<{ id: number }>(
    async (after, most) => ids.filter(({ id }) => after === null || id > after).slice(0, most),
    2,
  );
  const looks = [];
  for (let look = 0; look < 4; look += 1) {
    const { some, ends } = await rounds.next();
    looks.push([...some.map(({ id }) => id), ends]);
  }
  expect(looks).toEqual([
    [1, 2, false],
    [3, 4, false],
    [5, true],
    [1, 2, false],
  ]);
});
