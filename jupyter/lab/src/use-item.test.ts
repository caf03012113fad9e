import type { LabServer } from '@emberlab/contract';
import { describe, expect, it } from 'vitest';
import { running, stopping } from './test/server.ts';
import { makeUseItem, spellUse } from './use-item.ts';

const server = (change: Partial<LabServer>): LabServer => ({ ...running(60), ...change });
const limits = { memoryMb: 4096, cores: 2, by: 'cgroup' } as const;

describe('spellUse', () => {
  it('says memory and cores in the units of their limits', () => {
    expect(spellUse(running(60))).toEqual({ memory: '1.2 of 4 GB', cores: '0.8 of 2 cores', near: false });
    const small = server({ limits: { memoryMb: 1536, cores: 1, by: 'cgroup' }, use: { memoryMb: 768, cores: 1 } });
    expect(spellUse(small)).toEqual({ memory: '768 of 1536 MB', cores: '1.0 of 1 core', near: false });
  });

  it('says nothing of what has no limit for all processes together', () => {
    const none = { memory: null, cores: null, near: false };
    expect(spellUse(server({ limits: { memoryMb: null, cores: null, by: 'cgroup' } }))).toEqual(none);
    expect(spellUse(server({ limits: { ...limits, by: 'none' } }))).toEqual(none);
    expect(spellUse(server({ limits: { ...limits, by: 'rlimit' } }))).toEqual({ ...none, cores: '0.8 of 2 cores' });
  });

  it('says nothing while no use is known', () => {
    const none = { memory: null, cores: null, near: false };
    for (const state of [null, stopping, server({ use: null }), server({ limits: null })]) {
      expect(spellUse(state)).toEqual(none);
    }
  });

  it('takes memory to be near its end from nine tenths on, and cores never', () => {
    const near = (memoryMb: number, cores = 0) => spellUse(server({ use: { memoryMb, cores } })).near;
    expect([near(3680), near(3696), near(100, 2)]).toEqual([false, true, false]);
  });
});

describe('the use in the status bar', () => {
  const parts = (node: HTMLElement) =>
    [...node.querySelectorAll('span')].map((part) => (part.hidden ? null : part.textContent));

  it('is not there before anything is known, nor after the end', () => {
    const { node, show } = makeUseItem();
    expect(node.hidden).toBe(true);
    show(running(60));
    expect([node.hidden, parts(node)]).toEqual([false, ['1.2 of 4 GB', '0.8 of 2 cores']]);
    show(stopping);
    expect(node.hidden).toBe(true);
  });

  it('explains itself', () => {
    const { node, show } = makeUseItem();
    show(running(60));
    expect(node.title).toMatch(
      /^What this Jupyter server takes now .* Spark drivers and executors are no part of it\.$/,
    );
  });

  it('stands out near the end of the memory, and says what happens then', () => {
    const { node, show } = makeUseItem();
    show(server({ use: { memoryMb: 3900, cores: 0 } }));
    expect(node.classList).toContain('emberlab-mod-near');
    expect(node.title).toContain('please load less data');
    show(running(60));
    expect(node.classList).not.toContain('emberlab-mod-near');
    expect(node.title).not.toContain('please load less data');
  });

  it('has only what is bounded', () => {
    const { node, show } = makeUseItem();
    show(server({ limits: { ...limits, by: 'rlimit' } }));
    expect(parts(node)).toEqual([null, '0.8 of 2 cores']);
  });
});
