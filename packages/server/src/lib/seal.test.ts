import { mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { createSealer, SealError } from './seal.ts';

let folder: string;
let keyFile: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'ember-seal-'));
  keyFile = join(folder, 'secrets.key');
});
afterEach(() => rmSync(folder, { recursive: true }));

test('what is sealed is read again by the next process, and shows nothing of itself', async () => {
  const sealed = await createSealer(keyFile).seal('päss word', 'row 1');
  expect(Buffer.from(sealed, 'base64url').toString('latin1')).not.toContain('word');
  expect(await createSealer(keyFile).open(sealed, 'row 1')).toBe('päss word');
  // the same secret twice looks different
  expect(await createSealer(keyFile).seal('päss word', 'row 1')).not.toBe(sealed);
});

test('the key is ours alone, and made once however many make it', async () => {
  const sealers = [createSealer(keyFile), createSealer(keyFile), createSealer(keyFile)];
  const sealed = await Promise.all(sealers.map((sealer) => sealer.seal('x', '')));
  for (const text of sealed) expect(await createSealer(keyFile).open(text, '')).toBe('x');
  expect(statSync(keyFile).mode & 0o777).toBe(0o600);
  expect(readdirSync(folder)).toEqual(['secrets.key']);
});

test.each([
  ['for another purpose', async (sealed: string) => createSealer(keyFile).open(sealed, 'row 2')],
  ['with another key', async (sealed: string) => createSealer(join(folder, 'other.key')).open(sealed, 'row 1')],
  ['changed', async (sealed: string) => createSealer(keyFile).open(`${sealed.slice(0, -3)}AAA`, 'row 1')],
  ['cut', async () => createSealer(keyFile).open('aAAAA', 'row 1')],
  ['of another form', async (sealed: string) => createSealer(keyFile).open(`b${sealed.slice(1)}`, 'row 1')],
])('nothing is opened that was sealed %s', async (_what, open) => {
  const sealed = await createSealer(keyFile).seal('secret', 'row 1');
  await expect(open(sealed)).rejects.toThrow(SealError);
});

test('a key that is no key is not used', async () => {
  writeFileSync(keyFile, 'short');
  await expect(createSealer(keyFile).seal('x', '')).rejects.toThrow(/is not a key of 32 bytes/);
});
