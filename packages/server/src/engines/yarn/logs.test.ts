import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { fakeClock } from '../../lib/clock.fake.ts';
import { createLogs } from './logs.ts';

async function make(answers: readonly { text: string | null; late: boolean }[]) {
  const folder = await mkdtemp(join(tmpdir(), 'ember-yarn-logs-'));
  const clock = fakeClock();
  let asked = 0;
  const logs = createLogs({
    clock,
    helper: {
      async finish(_, { stderr }) {
        const answer = answers[Math.min(asked, answers.length - 1)];
        asked += 1;
        if (typeof answer?.text === 'string') await writeFile(stderr.file, answer.text);
        return { brought: [], late: answer?.late ?? false };
      },
    },
  });
  const files = { stdout: join(folder, 'stdout.log'), stderr: join(folder, 'stderr.log') };
  return { logs, clock, files, asked: () => asked, [Symbol.asyncDispose]: () => rm(folder, { recursive: true }) };
}

test('what YARN collects late comes later, above what was said of the end meanwhile', async () => {
  await using it = await make([
    { text: 'one\n', late: true },
    { text: null, late: true },
    { text: 'one\ntwo\n', late: false },
  ]);
  await it.logs.bring('application_1_0001', it.files);
  await writeFile(it.files.stderr, 'one\nemberlab: It ended.\n');
  const text = () => readFile(it.files.stderr, 'utf8');
  await expect
    .poll(async () => {
      if (it.clock.waiting() > 0) it.clock.advance(10_000);
      return text();
    })
    .toBe('one\ntwo\nemberlab: It ended.\n');
  expect(it.asked()).toBe(3);
});

test('nobody waits for it for ever', async () => {
  await using it = await make([{ text: null, late: true }]);
  await it.logs.bring('application_1_0001', it.files);
  await expect
    .poll(async () => {
      if (it.clock.waiting() > 0) it.clock.advance(10_000);
      return it.asked();
    })
    .toBe(31);
  await new Promise((resolve) => setImmediate(resolve));
  expect(it.clock.waiting()).toBe(0);
});
