import { createHash } from 'node:crypto';
import { copyFileSync, existsSync, mkdirSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { base } from './site-map.ts';
import type { Picture } from './markdown.ts';

/** Copies a picture to where the site has them, under a name that changes with what is in it. Answers its address and its size. */
function publish(file: string, folder: string): { src: string; width: number; height: number } {
  const bytes = readFileSync(file);
  const hash = createHash('sha256').update(bytes).digest('hex').slice(0, 10);
  const name = basename(file).replace(/\.png$/, `.${hash}.png`);
  mkdirSync(folder, { recursive: true });
  copyFileSync(file, join(folder, name));
  // The header of a PNG begins with these two, behind its signature and the name of the chunk.
  return { src: `${base}/pictures/${name}`, width: bytes.readUInt32BE(16), height: bytes.readUInt32BE(20) };
}

const escape = (text: string): string =>
  text.replaceAll('&', '&amp;').replaceAll('"', '&quot;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');

/** The markup of a picture: where there is one of the dark pages beside it, the theme of the reader decides which of the two is shown and loaded. */
export function pictureOf({ alt, path }: Picture, file: string, folder: string): string {
  if (!path.endsWith('.png') || !existsSync(file)) throw new Error(`there is no picture ${path}`);
  if (alt === '') throw new Error(`the picture ${path} has no words for those who can't see it`);
  const dark = file.replace(/-light\.png$/, '-dark.png');
  const variants =
    dark === file || !existsSync(dark)
      ? [[file, '']]
      : [
          [file, 'light'],
          [dark, 'dark'],
        ];
  const images = variants.map(([each = '', scheme = '']) => {
    const { src, width, height } = publish(each, folder);
    const shown = scheme === '' ? 'shot' : `shot shot-${scheme}`;
    return `<img class="${shown}" src="${src}" width="${width}" height="${height}" alt="${escape(alt)}" loading="lazy" decoding="async">`;
  });
  return images.join('');
}
