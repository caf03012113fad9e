import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { brotliCompressSync, constants, gzipSync } from 'node:zlib';
import { filesIn } from './html.ts';

/** Below this the header of an answer is most of it. */
const worthIt = 1024;

/** Puts a smaller one beside each text, for browsers that take it: the server compresses nothing by itself. */
export function compress(folder: string): void {
  for (const path of filesIn(folder)) {
    if (!/\.(html|js|css|svg|json|xml)$/.test(path)) continue;
    const file = join(folder, path);
    const bytes = readFileSync(file);
    if (bytes.length < worthIt) continue;
    writeFileSync(`${file}.gz`, gzipSync(bytes));
    // The highest quality would take ten times as long for some hundred bytes.
    writeFileSync(`${file}.br`, brotliCompressSync(bytes, { params: { [constants.BROTLI_PARAM_QUALITY]: 9 } }));
  }
}
