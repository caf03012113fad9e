import { lstatSync, readdirSync } from 'node:fs';
import { join } from 'node:path';

/** What files below these folders take of the disk, MB. One that lies in several of them, as a link, counts once. */
export function diskOf(folders: readonly string[]): number {
  const seen = new Set<bigint>();
  const stack = [...folders];
  let blocks = 0n;
  for (let path = stack.pop(); path !== undefined; path = stack.pop()) {
    const facts = lstatSync(path, { bigint: true });
    if (seen.has(facts.ino)) continue;
    seen.add(facts.ino);
    blocks += facts.blocks;
    if (facts.isDirectory()) for (const name of readdirSync(path)) stack.push(join(path, name));
  }
  return (Number(blocks) * 512) / 1024 ** 2;
}
