import { copyFileSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { compress } from './compress.ts';
import { htmlFiles } from './html.ts';
import { brokenLinks } from './links.ts';
import { writePages } from './pages.ts';
import { writePolicy } from './policy.ts';

/**
 * `node src/build.ts` makes the site in `dist/`, from the pages in `docs/` of the repository. It asks no network. It fails, with a line for each, where a link
 * leads nowhere, a page has no place in the site map, or a picture is missing.
 */
process.env['ASTRO_TELEMETRY_DISABLED'] = '1';
process.env['NODE_ENV'] = 'production';
// Vite takes these for its own where somebody has set them, as vitest does: addresses would lack the folder that the site lies in.
for (const name of ['BASE_URL', 'MODE', 'DEV', 'PROD', 'SSR']) delete process.env[name];

const here = join(import.meta.dirname, '..');
const dist = join(here, 'dist');

function fail(text: string): never {
  process.stderr.write(`${text}\n`);
  process.exit(1);
}

const cache = join(here, '.cache');
try {
  writePages(join(here, '../../docs'), join(cache, 'pages'), join(cache, 'public/pictures'));
} catch (error) {
  fail(error instanceof Error ? error.message : String(error));
}
mkdirSync(join(cache, 'public'), { recursive: true });
copyFileSync(join(here, '../web/public/favicon.svg'), join(cache, 'public/favicon.svg'));
copyFileSync(join(here, 'src/scrolling.js'), join(cache, 'public/scrolling.js'));

// Read only now: it reads the variable above when it is loaded.
const { build } = await import('astro');
await build({ root: fileURLToPath(new URL('..', import.meta.url)), logLevel: 'error' });

const files = htmlFiles(dist);
const broken = brokenLinks(dist, files);
if (broken.length > 0) fail(broken.join('\n'));
writePolicy(dist, files);
compress(dist);
