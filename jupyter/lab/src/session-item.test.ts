import type { LabSession } from '@emberlab/contract';
import { expect, it, vi } from 'vitest';
import { explainSession, makeSessionItem, spellSession } from './session-item.ts';
import { sparkSession } from './test/server.ts';

const activeJob = { id: 3, description: 'count at Cell', completedTasks: 9, totalTasks: 20 };

it.each([
  [null, 'Spark not started'],
  [{ state: 'starting', executors: null }, 'Spark is starting'],
  [{}, 'Spark idle · 2 executors'],
  [{ executors: 1 }, 'Spark idle · 1 executor'],
  [{ state: 'busy' }, 'Spark busy · 2 executors'],
  [{ state: 'busy', activeJob }, 'Spark 45 % · 2 executors'],
  [{ state: 'recovering', executors: null }, 'Spark is out of reach'],
  [{ stopped: true, executors: null }, 'Spark is stopping'],
] as [Partial<LabSession> | null, string][])('says of %j: %s', (change, text) => {
  expect(spellSession(change === null ? null : { ...sparkSession, ...change })).toBe(text);
});

it('explains itself, with the job that runs', () => {
  expect(explainSession(null)).toContain('The first cell');
  expect(explainSession({ ...sparkSession, activeJob })).toContain('9 of 20 tasks: count at Cell.');
});

it('is there for what uses Spark, and opens a menu', () => {
  const menu = vi.fn<(beside: DOMRect) => void>();
  const { node, show } = makeSessionItem({ menu });
  expect(node.hidden).toBe(true);
  show(sparkSession);
  const button = node.querySelector('button');
  expect([node.hidden, button?.textContent, button?.getAttribute('aria-haspopup')]).toEqual([
    false,
    'Spark idle · 2 executors',
    'menu',
  ]);
  button?.click();
  expect(menu).toHaveBeenCalledOnce();
  show('other');
  expect(node.hidden).toBe(true);
});
