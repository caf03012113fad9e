import { randomBytes } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { writeFileAtomic } from '../../lib/files.ts';

/** What is kept of a driver on this machine, in the folder of its session. */
export function filesOf(sessionsFolder: string, sessionId: number) {
  const folder = join(sessionsFolder, String(sessionId));
  const scratch = join(folder, 'scratch');
  return {
    folder,
    scratch,
    stdout: join(folder, 'stdout.log'),
    stderr: join(folder, 'stderr.log'),
    properties: join(folder, 'spark.properties'),
    /** what spark-submit says */
    submit: join(folder, 'submit.log'),
    /** by which YARN knows the application, before it has an id */
    tag: join(folder, 'yarn-tag'),
    application: join(folder, 'yarn-application'),
    agent: join(scratch, 'agent.json'),
    package: join(scratch, 'emberlab_driver.zip'),
  };
}

/** A word that no other application has, of any platform. */
export const newTag = (sessionId: number): string => `emberlab-${sessionId}-${randomBytes(12).toString('hex')}`;

/** A word that was written down; null: none was. */
export async function wordIn(path: string): Promise<string | null> {
  const text = (await readFile(path, 'utf8').catch(() => '')).trim();
  return text === '' ? null : text;
}

export const writeWord = (path: string, word: string): Promise<void> => writeFileAtomic(path, `${word}\n`);
