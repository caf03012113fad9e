import { createHash } from 'node:crypto';
import { expect, it } from 'vitest';
import { scriptHashes } from './policy.ts';

const hash = (code: string) => `'sha256-${createHash('sha256').update(code).digest('base64')}'`;

it('has the hash of each script that stands in a page, once, and of nothing else', () => {
  const page = (body: string) => ({ path: 'index.html', html: `<html><head>${body}</head></html>` });
  const code = '\n\tlet x = "é";\n';
  const files = [
    page(`<script>${code}</script><script src="/docs/x.js"></script>`),
    page(`<script aria-hidden="true">${code}</script><script type="module">go()</script>`),
    page('<script type="application/ld+json">{"a":1}</script>'),
  ];
  expect(scriptHashes(files)).toEqual([hash(code), hash('go()')].toSorted());
});
