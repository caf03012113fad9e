import { describe, expect, it, vi } from 'vitest';
import { now, running, stopping } from './test/server.ts';
import { makeTimeItem, spellEnd, spellTime } from './time-item.ts';

describe('spellTime', () => {
  it('says the time left to the minute', () => {
    expect(spellTime(running(341.9), now)).toBe('5 h 41 min left');
    expect(spellTime(running(0.5), now)).toBe('less than a minute left');
    expect(spellTime(running(null), now)).toBe('No time limit');
    expect(spellTime(stopping, now)).toBe('Jupyter is stopping');
    expect(spellTime({ ...stopping, state: 'stopped' }, now)).toBe('Jupyter has stopped');
  });
});

describe('spellEnd', () => {
  it('says when the time is over, where it will be', () => {
    expect(spellEnd(running(341))).toMatch(/^Jupyter stops on .*2026/);
    expect(spellEnd(running(null))).toBe('');
    expect(spellEnd(stopping)).toBe('');
  });
});

describe('the time in the status bar', () => {
  const make = () => {
    const on = { menu: vi.fn<() => void>(), extend: vi.fn<() => void>() };
    const item = makeTimeItem(on);
    const [time, more] = item.node.querySelectorAll('button');
    if (time === undefined || more === undefined) throw new Error('two buttons');
    return { ...item, on, time, more };
  };

  it('is not there before anything is known', () => {
    const { node, show } = make();
    expect(node.hidden).toBe(true);
    show(null, now);
    expect(node.hidden).toBe(true);
    show(running(341), now);
    expect(node.hidden).toBe(false);
  });

  it('has +6 h beside it, and a menu behind it', () => {
    const { show, on, time, more } = make();
    show(running(341), now);
    expect(time.textContent).toBe('5 h 41 min left');
    expect([more.textContent, more.getAttribute('aria-label')]).toEqual(['+6 h', 'Run for 6 more hours']);
    more.click();
    expect([on.extend.mock.calls.length, on.menu.mock.calls.length]).toEqual([1, 0]);
    time.click();
    expect([on.extend.mock.calls.length, on.menu.mock.calls.length]).toEqual([1, 1]);
  });

  it('offers no more time where there is no limit, or no server', () => {
    const { show, more } = make();
    for (const state of [running(null), stopping]) {
      show(state, now);
      expect(more.hidden).toBe(true);
    }
    show(running(3), now);
    expect(more.hidden).toBe(false);
  });

  it('stands out near the end', () => {
    const { node, show } = make();
    show(running(11), now);
    expect(node.classList).not.toContain('emberlab-mod-near');
    show(running(10), now);
    expect(node.classList).toContain('emberlab-mod-near');
  });
});
