import { describe, expect, it } from 'vitest';
import { createAppRouter } from '../../app/router.tsx';
import { createQueryClient } from '../../app/query-client.ts';
import { openLink, readOpenPath, readPathSearch } from './open-path.ts';

describe('the path of a link', () => {
  it('begins in the project', () => {
    expect(readOpenPath('Jupyter/Übung 1.ipynb')).toEqual({ path: 'Jupyter/Übung 1.ipynb' });
    expect(readOpenPath('./Jupyter//a..b/.../v1.2.')).toEqual({ path: 'Jupyter/a..b/.../v1.2.' });
    expect(readOpenPath('Jupyter/')).toEqual({ path: 'Jupyter' });
    for (const nothing of [undefined, '.', './']) expect(readOpenPath(nothing)).toEqual({ path: null });
  });

  it('is refused in a sentence when it leads elsewhere', () => {
    expect(readOpenPath('/etc/passwd').problem).toContain('begins with a slash');
    for (const path of ['..', '../other/a', 'Jupyter/../../a', 'a/..']) {
      expect(readOpenPath(path).problem).toContain('leads out of its folder');
    }
    for (const path of ['a\0b', 'a'.repeat(1025)]) expect(readOpenPath(path).problem).toContain('none that a file');
  });
});

describe('a link to copy', () => {
  const origin = 'https://ember.example.org';
  const router = createAppRouter(createQueryClient());
  /** What the page gets to see of a link. */
  const read = (link: string) => readPathSearch(router.options.parseSearch(new URL(link).search)['path']);

  it('can be read by people as far as an address can', () => {
    const link = openLink(origin, 'demo', 'Jupyter/Übung 1 (neu).ipynb');
    expect(link).toBe(`${origin}/projects/demo/jupyter/open?path=Jupyter/%C3%9Cbung%201%20%28neu%29.ipynb`);
  });

  it.each([
    'Jupyter/Übung 1.ipynb',
    'a#b?c&d=e+f%20g 50%.ipynb',
    'a..b/.../v1.2.',
    String.raw`back\slash "quoted" 'both'`,
    '2024',
    '1e3',
    '007',
    'true',
    'null',
    '"a"',
    '[1]',
    '12345678901234567890',
    '😀/日本語.ipynb',
  ])('leads to %j', (path) => {
    expect(read(openLink(origin, 'demo', path))).toBe(path);
    expect(readOpenPath(path)).toEqual({ path });
  });

  it('leads to what somebody has typed by hand, too', () => {
    const typed = (search: string) => read(`${origin}/projects/demo/jupyter/open?path=${search}`);
    expect(typed('Jupyter/Übung 1.ipynb')).toBe('Jupyter/Übung 1.ipynb');
    expect(typed('2024')).toBe('2024');
    expect(typed('Jupyter/a+b.ipynb')).toBe('Jupyter/a b.ipynb');
    expect(typed('')).toBeUndefined();
  });
});
