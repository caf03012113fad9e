import { randomBytes } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { writeFileAtomic } from '../../lib/files.ts';

export type YarnFiles = ReturnType<typeof filesOf>;

/** What is kept of a driver on this machine, in a folder of its session, or batch, below that of all of them. */
export function filesOf(parent: string, id: number) {
  const folder = join(parent, String(id));
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
    /** the same of a session's that has ended */
    ended: join(folder, 'yarn-ended'),
    /** logs of executors that somebody has asked for */
    executors: join(folder, 'executors'),
    /** where on the cluster's file system the event logs are written */
    events: join(folder, 'yarn-events'),
    /** where they are brought to */
    eventLogs: join(folder, 'events'),
    /** of a batch: how it ended */
    exit: join(folder, 'yarn-exit'),
    /** delegation tokens for the spark-submit */
    tokens: join(scratch, 'tokens'),
    /** what names these, to take them back */
    tokenNames: join(folder, 'yarn-tokens'),
    agent: join(scratch, 'agent.json'),
    package: join(scratch, 'emberlab_driver.zip'),
  };
}

/** A word that no other application has, of any platform. */
export const newTag = (what: string): string => `emberlab-${what}-${randomBytes(12).toString('hex')}`;

/** A word that was written down; null: none was. */
export async function wordIn(path: string): Promise<string | null> {
  const text = (await readFile(path, 'utf8').catch(() => '')).trim();
  return text === '' ? null : text;
}

export const writeWord = (path: string, word: string): Promise<void> => writeFileAtomic(path, `${word}\n`);
