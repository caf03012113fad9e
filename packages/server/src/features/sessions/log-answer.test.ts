import { expect, it } from 'vitest';
import { watchEnd } from './log-answer.ts';

it('what has ended stays so when an answer from before comes late', async () => {
  const answers: PromiseWithResolvers<boolean>[] = [];
  let change = () => {};
  const { signal } = new AbortController();
  const ended = watchEnd({
    signal,
    onChange(listener) {
      change = listener;
      return () => undefined;
    },
    isLive() {
      const answer = Promise.withResolvers<boolean>();
      answers.push(answer);
      return answer.promise;
    },
  });
  change();
  const [first, second] = answers;
  second?.resolve(false);
  await expect.poll(ended).toBe(true);
  first?.resolve(true);
  await first?.promise;
  await Promise.resolve();
  expect(ended()).toBe(true);
});
