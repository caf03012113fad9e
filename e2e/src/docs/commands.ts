import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { siteMap } from '@emberlab/docs/site-map';

const docs = join(import.meta.dirname, '../../../docs');

/** Commands of a page that a reader can run as they stand, and what comes out, if the page says it. */
export type Block = { readonly page: string; readonly commands: string; readonly says: string | null };

/** The blocks of a page that are marked with `sh test`; one of `text` right behind it is what they print. */
export function blocksOf(page: string, text: string): Block[] {
  const pattern = /^```sh test\n([\s\S]*?)^```$(?:\n```text\n([\s\S]*?)^```$)?/gm;
  return [...text.matchAll(pattern)].map(([, commands = '', says]) => ({ page, commands, says: says ?? null }));
}

/** Those of all guides, page after page as the site lists them; nothing goes before somebody has installed it. */
export function runnableBlocks(): Block[] {
  const pages = siteMap.flatMap((group) => group.pages).filter((page) => /^(user|admin)\//.test(page));
  const first = 'admin/installation';
  return [first, ...pages.filter((page) => page !== first)].flatMap((page) =>
    blocksOf(page, readFileSync(join(docs, `${page}.md`), 'utf8')),
  );
}

/** Whether a command printed what its page says, in which `…` stands for anything. Answers of the API end without a new line. */
export function isAsSaid(says: string, printed: string): boolean {
  const parts = says
    .trim()
    .split('…')
    .map((part) =>
      part
        .replaceAll(/[.*+?^${}()|[\]\\]/g, String.raw`\$&`)
        .replaceAll('\n', String.raw`\s*`)
        .replaceAll(/ +/g, String.raw`\s+`),
    );
  return new RegExp(`^${parts.join(String.raw`[\s\S]*`)}$`).test(printed.trim());
}
