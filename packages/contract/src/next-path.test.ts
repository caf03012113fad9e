import { describe, expect, it } from 'vitest';
import { safeNext } from './next-path.ts';

const origin = 'http://localhost:8080';

describe('safeNext', () => {
  it.each(['/', '/projects/demo/jupyter', '/projects/demo/applications?q=churn#row', '/opening?project=demo'])(
    'keeps %s',
    (path) => expect(safeNext(path, origin)).toBe(path),
  );

  it.each([
    undefined,
    null,
    7,
    '',
    'projects/demo',
    'https://evil.example/',
    '//evil.example',
    '/\\evil.example',
    '/\t/evil.example',
    '/\n/evil.example',
    '/a\\..\\..\\evil.example',
    '/..//evil.example',
    '/.//evil.example',
    'javascript:alert(1)',
    ' /projects',
    '/login?next=/login',
    '/setup',
  ])('answers / for %j', (path) => expect(safeNext(path, origin)).toBe('/'));

  it('never leaves the origin, whatever is written', () => {
    const pieces = ['/', '\\', '.', '..', ':', '@', '\t', '%2f', 'evil.example', 'http:', '?', '#'];
    for (const a of pieces)
      for (const b of pieces)
        for (const c of pieces) {
          const target = new URL(safeNext(`/${a}${b}${c}`, origin), origin);
          expect(target.origin).toBe(origin);
        }
  });
});
