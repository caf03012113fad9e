import { cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { pagesIn, problemsOfMap, writePages } from './pages.ts';
import { siteMap } from './site-map.ts';

const docs = join(import.meta.dirname, '../../../docs');

describe('the pages of the site', () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'emberlab-docs-'));
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  const write = (pages: Readonly<Record<string, string>>) => {
    for (const [name, text] of Object.entries(pages)) {
      mkdirSync(dirname(join(folder, 'docs', name)), { recursive: true });
      writeFileSync(join(folder, 'docs', name), text);
    }
  };
  const make = () => writePages(join(folder, 'docs'), join(folder, 'pages'), join(folder, 'pictures'));
  const made = (page: string) => readFileSync(join(folder, 'pages', `${page}.md`), 'utf8');
  /** All pages that the site map wants, with nothing in them, and the schema. */
  const writeAll = () => {
    for (const page of siteMap.flatMap((group) => group.pages)) {
      write(page === 'reference/schema' ? { [`${page}.sql`]: '-- x\n' } : { [`${page}.md`]: '# A page\n\nText.\n' });
    }
  };

  it('are those of the repository, each once in the site map', () => {
    expect(problemsOfMap(pagesIn(docs))).toEqual([]);
    const listed = siteMap.flatMap((group) => group.pages);
    expect(new Set(listed).size).toBe(listed.length);
  });

  it('have addresses of the site in their links, and two variants of a picture, of which the theme shows one', () => {
    writeAll();
    for (const scheme of ['light', 'dark']) {
      mkdirSync(join(folder, 'docs/screenshots'), { recursive: true });
      cpSync(
        join(docs, `screenshots/home-1280-${scheme}.png`),
        join(folder, `docs/screenshots/home-1280-${scheme}.png`),
      );
    }
    write({
      'user/jobs.md':
        '# Jobs\n\n[a](files.md#logs) [b](../admin/index.md) [c](index.md) [d](https://example.org/x.md)\n\n![Home](../screenshots/home-1280-light.png)\n',
    });
    make();
    const text = made('user/jobs');
    expect(text).toContain('---\ntitle: "Jobs"\n');
    expect(text).toContain(
      '[a](/docs/user/files/#logs) [b](/docs/admin/) [c](/docs/user/) [d](https://example.org/x.md)',
    );
    expect(text).toMatch(
      /<img class="shot shot-light" src="\/docs\/pictures\/home-1280-light\.[0-9a-f]{10}\.png" width="1280" height="800" alt="Home"/,
    );
    expect(text).toContain('shot-dark');
    expect(readdirSync(join(folder, 'pictures'))).toHaveLength(2);
    expect(made('reference/schema')).toContain('```sql\n-- x\n```');
  });

  it('can not be made while anything is wrong, all of which is said', () => {
    writeAll();
    rmSync(join(folder, 'docs/user/files.md'));
    write({
      'user/stray.md': '# Stray\n\nText.\n',
      'user/jobs.md': '# Jobs\n\n[x](nowhere.md)\n',
      'user/alerts.md': '# Alerts\n\n![A page](../screenshots/nothing.png)\n',
      'user/account.md': 'No heading.\n',
    });
    expect(make).toThrow(
      [
        'docs/user/stray.md is in no group of packages/docs/src/site-map.ts.',
        'packages/docs/src/site-map.ts names docs/user/files.md, which is not there.',
        'docs/user/account.md: it does not begin with a heading "# …".',
        'docs/user/alerts.md: there is no picture ../screenshots/nothing.png.',
        'docs/user/jobs.md: it links to nowhere.md, which is no page of the site.',
      ].join('\n'),
    );
  });
});
