import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { addressOf, decisions, siteMap } from './site-map.ts';
import { readPage, relink } from './markdown.ts';
import { pictureOf } from './pictures.ts';

const names = (folder: string): string[] =>
  existsSync(folder) ? readdirSync(folder, { recursive: true, encoding: 'utf8' }).toSorted() : [];

/** All pages that `docs/` has, as the site map names them. */
export const pagesIn = (docs: string): string[] =>
  names(docs)
    .filter((name) => name.endsWith('.md') || name === 'reference/schema.sql')
    .map((name) => name.replace(/\.(md|sql)$/, ''));

/** What is wrong with the site map: pages that it forgets, and such that are not there. */
export function problemsOfMap(pages: readonly string[]): string[] {
  const listed = siteMap.flatMap((group) => group.pages);
  return [
    ...pages
      .filter((page) => !listed.includes(page) && !page.startsWith(`${decisions.folder}/`))
      .map((page) => `docs/${page}.md is in no group of packages/docs/src/site-map.ts.`),
    ...listed
      .filter((page) => !pages.includes(page))
      .map((page) => `packages/docs/src/site-map.ts names docs/${page}.md, which is not there.`),
  ];
}

/** The text of a page; the schema is a page as well. */
function textOf(docs: string, page: string): string {
  if (page !== 'reference/schema') return readFileSync(join(docs, `${page}.md`), 'utf8');
  const sql = readFileSync(join(docs, `${page}.sql`), 'utf8');
  return `# Database schema\n\nThe tables of Emberlab's database. Programs use the API instead: tables change with versions.\n\n\`\`\`sql\n${sql}\`\`\`\n`;
}

/** Where a link of a page leads on the site. A link to a file of the repository that is no page is an error: readers of the site don't have it. */
function targetOf(docs: string, page: string, target: string, pages: readonly string[]): string {
  if (/^(https?:|mailto:|#)/.test(target)) return target;
  const [path = '', anchor] = target.split('#');
  const file = relative(docs, join(docs, dirname(page), path)).replace(/\.(md|sql)$/, '');
  if (!pages.includes(file)) throw new Error(`it links to ${target}, which is no page of the site`);
  return addressOf(file) + (anchor === undefined ? '' : `#${anchor}`);
}

/**
 * Makes what Astro reads from `docs/`: each page with its heading as the title, links by their addresses on the site, and pictures beside them. Throws with
 * all that is wrong.
 */
export function writePages(docs: string, content: string, pictures: string): void {
  const pages = pagesIn(docs);
  const problems = problemsOfMap(pages);
  for (const folder of [content, pictures]) rmSync(folder, { recursive: true, force: true });
  for (const page of pages) {
    try {
      const { title, description, body } = readPage(textOf(docs, page));
      const text = relink(body, {
        link: (target) => targetOf(docs, page, target, pages),
        picture: (picture) => pictureOf(picture, join(docs, dirname(page), picture.path), pictures),
      });
      const file = join(content, `${page}.md`);
      mkdirSync(dirname(file), { recursive: true });
      const facts = { title, ...(description === '' ? {} : { description }) };
      const head = Object.entries(facts).map(([name, value]) => `${name}: ${JSON.stringify(value)}\n`);
      writeFileSync(file, `---\n${head.join('')}---\n${text}`);
    } catch (error) {
      problems.push(`docs/${page}.md: ${error instanceof Error ? error.message : String(error)}.`);
    }
  }
  if (problems.length > 0) throw new Error(problems.join('\n'));
}
