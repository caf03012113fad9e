import { randomBytes } from 'node:crypto';
import { chmod, mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import { homedir } from 'node:os';
import { dirname, join } from 'node:path';
import { z } from 'zod';
import { UsageError } from './usage.ts';

const entry = z.object({ token: z.string(), email: z.string(), expiresAt: z.string().nullable() });
const shape = z.record(z.string(), entry);
export type Credential = z.infer<typeof entry>;

/** Where logins of the command line are kept, by the origin that they are for: readable by their user alone. */
export function credentialsFile(env: NodeJS.ProcessEnv): string {
  return join(env['XDG_CONFIG_HOME'] || join(homedir(), '.config'), 'emberlab/credentials.json');
}

/** The logins that are kept. Throws a `UsageError` for a file that is something else. */
export async function readCredentials(file: string): Promise<Record<string, Credential>> {
  const text = await readFile(file, 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return '{}';
    throw new UsageError(`${file} can't be read: ${error.message}.`);
  });
  try {
    return shape.parse(JSON.parse(text));
  } catch {
    throw new UsageError(`${file} is not a list of logins (any more). Please remove it and log in again.`);
  }
}

/** Keeps a login, or forgets it with null. The file is replaced whole, and was never readable by others. */
export async function keepCredential(file: string, origin: string, credential: Credential | null): Promise<void> {
  const others = await readCredentials(file);
  delete others[origin];
  const all = credential === null ? others : { ...others, [origin]: credential };
  await mkdir(dirname(file), { recursive: true, mode: 0o700 });
  const temporary = `${file}.${randomBytes(6).toString('hex')}`;
  await writeFile(temporary, `${JSON.stringify(all, null, 2)}\n`, { flag: 'wx', mode: 0o600 });
  // whatever the umask was
  await chmod(temporary, 0o600);
  await rename(temporary, file);
}
