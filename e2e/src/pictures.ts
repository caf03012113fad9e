import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Locator, Page } from 'playwright-core';

/** Pictures of what was looked at once and found good. `EMBERLAB_TEST_PICTURES=keep` makes those that are not there. */
const kept = join(import.meta.dirname, 'pictures');
const failures = join(import.meta.dirname, '../../build/e2e-failures');
/** Both are looked at in this size: fonts and smoothed edges differ from machine to machine, where bars and slices are does not. */
const size = { width: 64, height: 48 };
/** Points differ when a colour does by more than this, of 255. */
const distance = 48;
/** So many of them may differ, in a hundred. */
const tolerance = 6;

/** How many of a hundred points of two PNGs differ, as a browser draws them. */
export async function difference(page: Page, one: Buffer, other: Buffer): Promise<number> {
  const address = (picture: Buffer) => `data:image/png;base64,${picture.toString('base64')}`;
  return page.evaluate(
    async ({ addresses, width, height, most }) => {
      const [a = [], b = []] = await Promise.all(
        addresses.map(async (source) => {
          const image = new Image();
          image.src = source;
          await image.decode();
          const canvas = document.createElement('canvas');
          Object.assign(canvas, { width, height });
          const context = canvas.getContext('2d');
          if (context === null) throw new Error('no canvas');
          context.imageSmoothingQuality = 'high';
          context.drawImage(image, 0, 0, width, height);
          return [...context.getImageData(0, 0, width, height).data];
        }),
      );
      let differing = 0;
      for (let at = 0; at < a.length; at += 4)
        if ([0, 1, 2].some((channel) => Math.abs((a[at + channel] ?? 0) - (b[at + channel] ?? 0)) > most))
          differing += 1;
      return (100 * differing) / (width * height);
    },
    { addresses: [address(one), address(other)], ...size, most: distance },
  );
}

/** Takes a picture of a part of a page and compares it with the one that is kept under that name. Throws if they are not alike. */
export async function lookAt(part: Locator, name: string): Promise<Buffer> {
  const file = join(kept, `${name}.png`);
  const seen = await part.screenshot({ animations: 'disabled' });
  if (!existsSync(file)) {
    if (process.env['EMBERLAB_TEST_PICTURES'] !== 'keep')
      throw new Error(`no picture ${name} is kept: make it with EMBERLAB_TEST_PICTURES=keep, and look at it`);
    mkdirSync(kept, { recursive: true });
    writeFileSync(file, seen);
    return seen;
  }
  const share = await difference(part.page(), readFileSync(file), seen);
  if (share > tolerance) {
    mkdirSync(failures, { recursive: true });
    writeFileSync(join(failures, `picture-${name}.png`), seen);
    throw new Error(`${name} looks different: ${share.toFixed(1)} of 100 points (see build/e2e-failures)`);
  }
  return seen;
}
