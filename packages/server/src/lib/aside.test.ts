import { expect, it } from 'vitest';
import { createAside } from './aside.ts';
import { fakeClock } from './clock.fake.ts';

it('waits for what is done soon, and a moment for what is not; the same is not begun twice', async () => {
  const clock = fakeClock(0);
  const aside = createAside(clock, 500);
  const done: string[] = [];
  await aside.run('quick', async () => void done.push('quick'));
  const answer = Promise.withResolvers<void>();
  const slow = aside.run('slow', async () => {
    await answer.promise;
    done.push('slow');
  });
  await aside.run('slow', async () => void done.push('again'));
  clock.advance(500);
  await slow;
  expect(done).toEqual(['quick']);
  const settled = aside.settled();
  answer.resolve();
  await settled;
  expect(done).toEqual(['quick', 'slow']);
  await aside.run('slow', async () => void done.push('again'));
  expect(done).toEqual(['quick', 'slow', 'again']);
});
