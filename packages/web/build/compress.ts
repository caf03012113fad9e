import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { brotliCompress, gzip } from 'node:zlib';
import type { Plugin } from 'vite';

/** Below this the header of an answer is most of it. */
const worthIt = 1024;

const compressors = { gz: promisify(gzip), br: promisify(brotliCompress) };

/** Puts a smaller one beside each text of the build, for browsers that take it: the server compresses nothing by itself. */
export const compressed = (): Plugin => ({
  name: 'compressed',
  apply: 'build',
  async writeBundle({ dir = 'dist' }, bundle) {
    const texts = Object.keys(bundle).filter((name) => /\.(html|js|css|svg)$/.test(name));
    await Promise.all(texts.map((name) => compress(join(dir, name))));
  },
});

async function compress(file: string): Promise<void> {
  const bytes = await readFile(file);
  if (bytes.length < worthIt) return;
  for (const [ending, smaller] of Object.entries(compressors))
    await writeFile(`${file}.${ending}`, await smaller(bytes));
}
