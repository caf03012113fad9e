import { expect, test } from 'vitest';
import { agentFrame } from './frames.ts';

test('what a driver says of itself is cut to a bearable length, and not refused', () => {
  const long = 'x'.repeat(2_000_000);
  expect(agentFrame.parse({ type: 'failed', message: long, detail: long })).toEqual({
    type: 'failed',
    message: long.slice(0, 10_000),
    detail: long.slice(0, 1_000_000),
  });
  const application = {
    id: long,
    name: long,
    sparkVersion: long,
    pythonVersion: long,
    uiAvailable: true,
    startedAt: 1,
  };
  const ready = agentFrame.parse({ type: 'ready', application });
  expect(JSON.stringify(ready).length).toBeLessThan(2000);
});
