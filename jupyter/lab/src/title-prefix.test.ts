import { describe, expect, it } from 'vitest';
import { now, running, stopping } from './test/server.ts';
import { keepTitlePrefix, titlePrefix } from './title-prefix.ts';

describe('titlePrefix', () => {
  it('counts down near the end alone', () => {
    expect(titlePrefix(null, now)).toBe('');
    expect(titlePrefix(running(11), now)).toBe('');
    expect(titlePrefix(running(9.5), now)).toBe('9 min left · ');
    expect(titlePrefix(running(null), now)).toBe('');
    expect(titlePrefix(stopping, now)).toBe('');
  });
});

describe('the title of the tab', () => {
  it('has the prefix, a new one in place of the old, and none in the end', () => {
    document.title = 'a.ipynb - JupyterLab';
    const setPrefix = keepTitlePrefix(document);
    setPrefix('9 min left · ');
    expect(document.title).toBe('9 min left · a.ipynb - JupyterLab');
    setPrefix('8 min left · ');
    expect(document.title).toBe('8 min left · a.ipynb - JupyterLab');
    setPrefix('');
    expect(document.title).toBe('a.ipynb - JupyterLab');
  });

  it('keeps it when JupyterLab writes another title', async () => {
    document.title = 'a.ipynb - JupyterLab';
    const setPrefix = keepTitlePrefix(document);
    setPrefix('9 min left · ');
    document.title = 'b.ipynb - JupyterLab';
    await expect.poll(() => document.title).toBe('9 min left · b.ipynb - JupyterLab');
    setPrefix('');
    expect(document.title).toBe('b.ipynb - JupyterLab');
  });
});
