import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { brotliCompressSync, gzipSync } from 'node:zlib';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { firstLoad } from './first-load.ts';

const login = 'src/features/auth/login-page.tsx';
const home = 'src/features/projects/home-page.tsx';
const jupyter = 'src/features/jupyter/jupyter-page.tsx';
const manifest = {
  'index.html': {
    file: 'index.js',
    imports: ['_shared.js'],
    css: ['index.css'],
    dynamicImports: [login, 'src/rare.tsx'],
  },
  '_shared.js': { file: 'shared.js' },
  [login]: { file: 'login.js', imports: ['index.html', '_shared.js'] },
  [home]: { file: 'home.js', css: ['home.css'] },
  [jupyter]: { file: 'jupyter.js', imports: ['_shared.js'] },
  'src/rare.tsx': { file: 'rare.js' },
};
const loaded = ['index.js', 'index.css', 'shared.js', 'login.js', 'home.js', 'home.css', 'jupyter.js'];

describe('the first load of a build', () => {
  let dist: string;
  beforeEach(() => {
    dist = mkdtempSync(join(tmpdir(), 'emberlab-first-load-'));
    mkdirSync(join(dist, '.vite'));
    for (const name of ['index.html', 'rare.js', ...loaded]) writeFileSync(join(dist, name), name.repeat(50));
  });
  afterEach(() => rmSync(dist, { recursive: true }));
  const write = (chunks: object): void => writeFileSync(join(dist, '.vite/manifest.json'), JSON.stringify(chunks));

  it('is the page and what its first pages import at once, each file once, with their styles', () => {
    write(manifest);
    const { files, gzip, brotli } = firstLoad(dist);
    expect(files.toSorted()).toEqual(loaded.toSorted());
    const bytes = (compress: (text: string) => Buffer): number =>
      ['index.html', ...loaded].reduce((sum, name) => sum + compress(name.repeat(50)).length, 0);
    expect({ gzip, brotli }).toEqual({ gzip: bytes(gzipSync), brotli: bytes(brotliCompressSync) });
  });

  it('is the first file with its styles where the pages are parts of that', () => {
    write({ 'index.html': manifest['index.html'], '_shared.js': manifest['_shared.js'] });
    expect(firstLoad(dist).files.toSorted()).toEqual(['index.css', 'index.js', 'shared.js']);
  });
});
