import { createHash } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { HtmlFile } from './html.ts';

/** Data for others than the browser's interpreter: no policy is about them. */
const isData = (head: string): boolean => /\btype="(?:application|text)\/(?:ld\+)?json"/.test(head);

/** What a content security policy has to name of the scripts that stand in the pages: the hash of each, once. */
export function scriptHashes(files: readonly HtmlFile[]): string[] {
  const hashes = new Set<string>();
  for (const { html } of files) {
    for (const [, head = '', code = ''] of html.matchAll(/<script\b([^>]*)>([\s\S]*?)<\/script>/g)) {
      if (/\ssrc=/.test(head) || isData(head)) continue;
      hashes.add(`'sha256-${createHash('sha256').update(code).digest('base64')}'`);
    }
  }
  return [...hashes].toSorted();
}

/** Leaves them beside the pages, for the server. */
export const writePolicy = (folder: string, files: readonly HtmlFile[]): void =>
  writeFileSync(join(folder, 'policy.json'), `${JSON.stringify({ scripts: scriptHashes(files) }, null, 2)}\n`);
