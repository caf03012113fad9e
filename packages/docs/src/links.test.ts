import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { brokenLinks } from './links.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'emberlab-links-'));
  writeFileSync(join(folder, 'a.css'), '');
});
afterEach(() => rmSync(folder, { recursive: true }));

const files = (links: string) => [
  { path: 'index.html', html: `<h2 id="top">x</h2>${links}` },
  { path: 'user/index.html', html: '<h2 id="r&#38;d">x</h2><script>"<a href=\\"/docs/nowhere/\\">"</script>' },
];

it('finds links to pages, parts and files that are not there', () => {
  const good = [
    '/docs/user/',
    'user/',
    '#top',
    '/docs/user/#r%26d',
    '/docs/a.css',
    '/',
    'https://example.org/x',
    'mailto:a@b',
  ];
  const links = (targets: readonly string[]) => targets.map((target) => `<a class="x" href="${target}">x</a>`).join('');
  expect(brokenLinks(folder, files(links(good)))).toEqual([]);
  const bad = ['/docs/admin/', '#bottom', '/docs/user/#top', '/docs/b.css', '/projects/', '/docs/user'];
  expect(brokenLinks(folder, files(links(bad)))).toEqual(
    bad.map((target) => `/docs/ links to ${target}, which is not there.`),
  );
});

it('looks at pictures and scripts too', () => {
  expect(brokenLinks(folder, files('<img alt="x" src="/docs/x.png">'))).toEqual([
    '/docs/ links to /docs/x.png, which is not there.',
  ]);
});
