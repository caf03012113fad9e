import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { newId } from '../lib/ids.ts';

/** What the Pods of this Emberlab are known by: kept in its data folder, which no other has. */
export async function platformId(dataDir: string): Promise<string> {
  const file = join(dataDir, 'kubernetes-id');
  await writeFile(file, newId(), { flag: 'wx', mode: 0o600 }).catch((error: unknown) => {
    if (!(error instanceof Error && 'code' in error && error.code === 'EEXIST')) throw error;
  });
  return (await readFile(file, 'utf8')).trim();
}
