import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { brotliCompressSync, gzipSync } from 'node:zlib';

/** What somebody opens first: logs in, sees the projects, opens one. A page that is no chunk of its own is a part of the first. */
const firstPages = [
  'src/features/auth/login-page.tsx',
  'src/features/projects/home-page.tsx',
  'src/features/jupyter/jupyter-page.tsx',
] as const;

/** The part of Vite's manifest that is read here: a chunk, by the module that it is named after. */
type Chunk = { file: string; imports?: string[]; css?: string[] };

export type FirstLoad = {
  /** scripts and styles, below the folder of the build */
  files: readonly string[];
  /** bytes of all of them, with what each browser takes */
  gzip: number;
  brotli: number;
};

/**
 * What a browser with an empty cache loads of a build before the first project is there, each file once. Throws where the build has no manifest.
 */
export function firstLoad(dist: string): FirstLoad {
  const manifest = JSON.parse(readFileSync(join(dist, '.vite/manifest.json'), 'utf8')) as Record<string, Chunk>;
  const files = new Set<string>();
  const add = (name: string): void => {
    const chunk = manifest[name];
    if (chunk === undefined || files.has(chunk.file)) return;
    for (const file of [chunk.file, ...(chunk.css ?? [])]) files.add(file);
    chunk.imports?.forEach(add);
  };
  for (const name of ['index.html', ...firstPages]) add(name);
  // The page itself is a chunk of the manifest by the name of its script.
  const contents = ['index.html', ...files].map((name) => readFileSync(join(dist, name)));
  const sum = (compress: (bytes: Buffer) => Buffer): number =>
    contents.reduce((bytes, content) => bytes + compress(content).length, 0);
  return {
    files: [...files],
    gzip: sum((bytes) => gzipSync(bytes)),
    brotli: sum((bytes) => brotliCompressSync(bytes)),
  };
}
