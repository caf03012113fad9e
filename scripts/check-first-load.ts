import { join } from 'node:path';
import { firstLoad } from '../packages/web/build/first-load.ts';

/**
 * Checks how much a browser loads of the built dashboard from the login to the first project. Bytes, not time: they are the same on every machine. What the
 * time is, `./bench pages` tells.
 */
const most = 300_000;

const { files, brotli, gzip } = firstLoad(join(import.meta.dirname, '../packages/web/dist'));
const kb = (bytes: number): string => `${(bytes / 1000).toFixed(1)} kB`;
process.stdout.write(`The first load is ${kb(brotli)} with brotli (${kb(gzip)} with gzip) in ${files.length} files.\n`);
if (Math.max(brotli, gzip) >= most) {
  process.stdout.write(
    `It has to be under ${kb(most)}. Please load what the first pages do not need when it is needed.\n`,
  );
  process.exitCode = 1;
}
