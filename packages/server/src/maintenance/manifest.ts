import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { FatalError } from '../supervise/messages.ts';

/** What a backup's folder has in it. */
export const backupFiles = {
  manifest: 'manifest.json',
  database: 'emberlab.db',
  /** instead, where that is PostgreSQL: lines of JSON, which either database can be filled with */
  content: 'database.jsonl',
  projects: 'projects.tar',
  secretsKey: 'secrets.key',
  settings: 'emberlab.toml',
} as const;

/** Tables whose rows are counted, then and when a backup is looked at. */
export const countedTables = ['users', 'projects', 'members', 'tokens', 'sessions'] as const;

const manifest = z.object({
  /** of this folder; another number is another form */
  format: z.literal(1),
  emberlab: z.string(),
  createdAt: z.iso.datetime(),
  migrations: z.array(z.string()),
  rows: z.record(z.enum(countedTables), z.number().int()),
  files: z.array(
    z.object({
      name: z.enum([
        backupFiles.database,
        backupFiles.content,
        backupFiles.projects,
        backupFiles.secretsKey,
        backupFiles.settings,
      ]),
      bytes: z.number().int(),
      sha256: z.string(),
    }),
  ),
});
export type Manifest = z.infer<typeof manifest>;

/** Which of its files is the database. */
export const databaseOf = ({ files }: Manifest): string =>
  files.some(({ name }) => name === backupFiles.content) ? backupFiles.content : backupFiles.database;

/** The manifest of a backup. Throws a `FatalError` for a folder that is none. */
export async function readManifest(folder: string): Promise<Manifest> {
  let text: string;
  try {
    text = await readFile(join(folder, backupFiles.manifest), 'utf8');
  } catch (error) {
    throw new FatalError(`${folder} is no backup of Emberlab: it has no ${backupFiles.manifest} that can be read.`, {
      cause: error,
    });
  }
  try {
    return manifest.parse(JSON.parse(text));
  } catch (error) {
    throw new FatalError(
      `The ${backupFiles.manifest} in ${folder} can't be understood: it is damaged, or of another version of Emberlab.`,
      { cause: error },
    );
  }
}
