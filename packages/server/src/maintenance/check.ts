import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { hashFile } from '../lib/hash-file.ts';
import { FatalError } from '../supervise/messages.ts';
import { listArchive } from './archive.ts';
import { backupFiles, databaseOf, readManifest, type Manifest } from './manifest.ts';
import { surveyCopy, type Survey } from './survey.ts';

/**
 * Looks whether a backup is whole: each file of its manifest by size and hash, the database by itself, its rows by their number, and that there are files
 * for each of its projects. Throws a `FatalError` that names what is wrong.
 */
export async function checkBackup(folder: string): Promise<{ manifest: Manifest; entries: number }> {
  const manifest = await readManifest(folder);
  for (const { name, bytes, sha256 } of manifest.files) {
    const path = join(folder, name);
    if (!existsSync(path)) throw new FatalError(`The backup is not whole: ${path} is missing.`);
    const found = await hashFile(path);
    if (found.bytes !== bytes || found.sha256 !== sha256) {
      throw new FatalError(
        `The backup is damaged: ${path} is not what was written (${found.bytes} of ${bytes} bytes).`,
      );
    }
  }
  const projects = await checkDatabase(join(folder, databaseOf(manifest)), manifest);
  const found = new Set<string>();
  let entries = 0;
  if (manifest.files.some(({ name }) => name === backupFiles.projects)) {
    await listArchive(join(folder, backupFiles.projects), (path) => {
      entries += 1;
      found.add(path.split('/')[1] ?? '');
    });
  }
  const absent = projects.filter(({ id, name }) => !found.has(name) && !found.has(id));
  if (absent.length > 0) {
    throw new FatalError(
      `The backup is not whole: there are no files of the project ${absent.map(({ name }) => name).join(', ')}.`,
    );
  }
  return { manifest, entries };
}

async function checkDatabase(file: string, manifest: Manifest): Promise<Survey['projects']> {
  if (!existsSync(file)) throw new FatalError(`The backup is not whole: ${file} is missing.`);
  const { problem, migrations, rows, projects } = await surveyCopy(file);
  if (problem !== null) throw new FatalError(`The backup's database is damaged: ${problem}.`);
  const same = JSON.stringify([migrations, rows]) === JSON.stringify([manifest.migrations, manifest.rows]);
  if (!same) throw new FatalError(`The backup's database is not the one that its manifest tells of.`);
  return projects;
}
