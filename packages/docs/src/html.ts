import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/** A page as it was built: its path below the site's folder, and what is in it. */
export type HtmlFile = { readonly path: string; readonly html: string };

export const filesIn = (folder: string): string[] =>
  readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name).slice(folder.length + 1))
    .toSorted();

export const htmlFiles = (folder: string): HtmlFile[] =>
  filesIn(folder)
    .filter((path) => path.endsWith('.html'))
    .map((path) => ({ path, html: readFileSync(join(folder, path), 'utf8') }));

const entities: Readonly<Record<string, string>> = {
  '&amp;': '&',
  '&#38;': '&',
  '&quot;': '"',
  '&#39;': "'",
  '&lt;': '<',
  '&gt;': '>',
};

/** The values of an attribute, in a page that a program has written: they stand between double quotes. */
export const attributes = (html: string, name: 'href' | 'src' | 'id'): string[] =>
  [...html.matchAll(new RegExp(`<[a-z][^>]*?\\s${name}="([^"]*)"`, 'g'))].map(([, value = '']) =>
    value.replaceAll(/&(?:amp|quot|lt|gt|#38|#39);/g, (entity) => entities[entity] ?? entity),
  );

/** A page without its scripts and styles, in which something may look like markup. */
export const withoutScripts = (html: string): string => html.replaceAll(/<(script|style)\b[\s\S]*?<\/\1>/g, '');
