import { existsSync } from 'node:fs';
import { join, posix } from 'node:path';
import { attributes, withoutScripts, type HtmlFile } from './html.ts';
import { base } from './site-map.ts';

/** Addresses of the platform beside the site that its pages link to. */
const beside: ReadonlySet<string> = new Set(['/']);

/** Links between pages of the site, and to parts of them, that lead nowhere. Addresses elsewhere are not asked. */
export function brokenLinks(folder: string, files: readonly HtmlFile[]): string[] {
  const pages = new Map(
    files.map(({ path, html }) => {
      const text = withoutScripts(html);
      const address = posix.join(base, path).replace(/index\.html$/, '');
      return [
        address,
        { ids: new Set(attributes(text, 'id')), links: [...attributes(html, 'href'), ...attributes(text, 'src')] },
      ];
    }),
  );
  const leads = (target: string, from: string): boolean => {
    const { pathname, hash } = new URL(target, `http://site${from}`);
    const page = pages.get(pathname);
    if (page !== undefined) return hash === '' || page.ids.has(decodeURIComponent(hash.slice(1)));
    if (beside.has(pathname)) return true;
    return (
      pathname.startsWith(`${base}/`) &&
      !pathname.endsWith('/') &&
      existsSync(join(folder, pathname.slice(base.length)))
    );
  };
  return [...pages].flatMap(([address, { links }]) =>
    [...new Set(links)]
      .filter((target) => !/^[a-z]+:/.test(target) && !leads(target, address))
      .map((target) => `${address} links to ${target}, which is not there.`),
  );
}
