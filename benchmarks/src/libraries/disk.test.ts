import { linkSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { diskOf } from './disk.ts';

const folder = mkdtempSync(join(tmpdir(), 'ember-disk-'));
afterAll(() => rmSync(folder, { recursive: true }));

it('counts a file that lies in several folders once', () => {
  const [first, second] = [join(folder, 'first'), join(folder, 'second')];
  for (const one of [first, second]) mkdirSync(one);
  writeFileSync(join(first, 'large'), Buffer.alloc(4 * 1024 ** 2, 1));
  const alone = diskOf([first]);
  expect(alone).toBeGreaterThan(3.9);
  linkSync(join(first, 'large'), join(second, 'large'));
  expect(diskOf([first, second]) - alone).toBeLessThan(0.1);
  writeFileSync(join(second, 'other'), Buffer.alloc(2 * 1024 ** 2, 1));
  expect(diskOf([first, second]) - alone).toBeGreaterThan(1.9);
});
