import { describe, expect, it } from 'vitest';
import { removable } from './cleaning.ts';
import type { RevisionRecord } from './store.ts';

const day = 86_400_000;
const revision = (number: number, readyAt: number): RevisionRecord => ({
  id: `r${number}`,
  projectId: 'p',
  number,
  state: 'ready',
  step: null,
  progress: 1,
  problem: null,
  pythonVersion: '3.11.7',
  packages: 1,
  process: null,
  createdAt: readyAt,
  readyAt,
  removedAt: number === 3 ? 1 : null,
});

describe('what may be removed of old revisions', () => {
  it('is neither in use nor the one that new servers use nor among the newest ten, and is old', () => {
    const ready = Array.from({ length: 20 }, (_, i) => revision(i + 1, (i + 1) * day));
    const facts = { currentId: 'r2', uses: new Map([['r5', 1]]), now: 38 * day };
    expect(removable(ready, facts).map(({ number }) => number)).toEqual([7, 6, 4, 1]);
    expect(removable(ready.slice(0, 10), facts)).toEqual([]);
    expect(removable(ready, { ...facts, now: 21 * day })).toEqual([]);
  });
});
