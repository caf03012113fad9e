import { open, unlink, type FileHandle } from 'node:fs/promises';
import { pipeline } from 'node:stream/promises';
import type { ExecutionRecord } from '../model.ts';
import type { RunLog } from '../runners/runner.ts';
import { openRunFolder, within } from './run-folder.ts';

const fileMode = 0o660;

/**
 * Copies what a run has printed into the project: `Logs/<job>/<run>/output.log`, or `stdout.log` and `stderr.log`. Members change that folder as they like, so
 * each step goes by what was opened, follows no link and writes over nothing: what is there already stays.
 */
export async function keepLog(
  projectFolder: string,
  run: Pick<ExecutionRecord, 'id' | 'frozen'>,
  log: RunLog,
): Promise<void> {
  const folder = await openRunFolder(projectFolder, run);
  try {
    if (log.stderr === null) return await copy(log.stdout, folder, 'output.log');
    await copy(log.stdout, folder, 'stdout.log');
    await copy(log.stderr, folder, 'stderr.log');
  } finally {
    await folder.close();
  }
}

async function copy(source: string, folder: FileHandle, name: string): Promise<void> {
  const from = await open(source).catch(unless('ENOENT'));
  if (from === null) return;
  try {
    const file = await open(within(folder, name), 'wx', fileMode).catch(unless('EEXIST'));
    if (file === null) return;
    try {
      await file.chmod(fileMode);
      await pipeline(from.createReadStream({ autoClose: false }), file.createWriteStream());
    } catch (error) {
      // A part of a log would be taken for all of it.
      await unlink(within(folder, name)).catch(() => undefined);
      throw error;
    }
  } finally {
    await from.close();
  }
}

const unless =
  (code: string) =>
  (error: NodeJS.ErrnoException): null => {
    if (error.code === code) return null;
    throw error;
  };
