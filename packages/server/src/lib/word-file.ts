import { readFile } from 'node:fs/promises';
import { writeFileAtomic } from './files.ts';

/** A word that was written down; null: none was. */
export async function readWord(path: string): Promise<string | null> {
  const text = (await readFile(path, 'utf8').catch(() => '')).trim();
  return text === '' ? null : text;
}

export const writeWord = (path: string, word: string): Promise<void> => writeFileAtomic(path, `${word}\n`);
