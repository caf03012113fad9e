import { describe, expect, it } from 'vitest';
import { now, running, stopping } from './test/server.ts';
import { createWarner } from './warner.ts';

const minute = 60_000;

/** The notices that are on the page. */
function page() {
  const shown = new Map<string, string>();
  let made = 0;
  const warn = createWarner({
    show(message) {
      made += 1;
      shown.set(`notice ${made}`, message);
      return `notice ${made}`;
    },
    dismiss: (id) => void shown.delete(id),
  });
  return { shown, warn, made: () => made };
}

describe('the warning', () => {
  it('comes ten minutes before the end, once, and says when that is', () => {
    const { shown, warn, made } = page();
    warn(null, now);
    warn(running(60), now);
    warn(running(60), now + 49 * minute);
    expect(made()).toBe(0);
    for (const minutes of [50, 51, 59]) warn(running(60), now + minutes * minute);
    expect(made()).toBe(1);
    expect([...shown.values()][0]).toMatch(/^Jupyter stops at \d+:00.*\. Its kernels/);
  });

  it('goes away when time was added, wherever', () => {
    const { shown, warn } = page();
    warn(running(5), now);
    expect(shown.size).toBe(1);
    warn(running(365), now);
    expect(shown.size).toBe(0);
  });

  it('goes away when the server stops', () => {
    const { shown, warn } = page();
    warn(running(5), now);
    warn(stopping, now);
    expect(shown.size).toBe(0);
  });

  it('is another one for another end that is near', () => {
    const { shown, warn, made } = page();
    warn(running(5), now);
    warn(running(8), now);
    expect([made(), shown.size]).toEqual([2, 1]);
  });

  it('stays away once it was closed', () => {
    const { shown, warn, made } = page();
    warn(running(5), now);
    shown.clear();
    warn(running(5), now + minute);
    expect(made()).toBe(1);
  });
});
