import { readdir, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { EventLogs } from '../engine.ts';

/** Spark starts a new file of an application's log at this size: what has been written before can be taken away while it goes on. Not less than 10m. */
const fileSize = '16m';
/** Stands beside the logs that grew too large, so that the little that is left of them is not taken for the whole. */
const markName = 'too-large';
/** As Spark names the folder of one application's log. */
const folderPattern = /^eventlog_v2_([\w-]{1,200})$/;

/** What is set of the event log. `folder` null: there is none. */
export const eventLogProperties = (folder: string | null): Record<string, string> =>
  folder === null
    ? { 'spark.eventLog.enabled': 'false' }
    : {
        'spark.eventLog.enabled': 'true',
        'spark.eventLog.dir': pathToFileURL(folder).href,
        'spark.eventLog.compress': 'true',
        'spark.eventLog.compression.codec': 'zstd',
        'spark.eventLog.rolling.enabled': 'true',
        'spark.eventLog.rolling.maxFileSize': fileSize,
      };

/** The event logs in folders of this machine. `maxBytes`: what those of one session or batch may take together. */
export function createEventLogs(folderOf: (id: number) => string, maxBytes: number): EventLogs {
  const isMarked = async (folder: string) => (await stat(join(folder, markName)).catch(() => null)) !== null;

  return {
    async applications(id) {
      const folder = folderOf(id);
      if (await isMarked(folder)) return [];
      const logs = (await logsIn(folder)).filter(({ bytes }) => bytes > 0);
      return logs.map(({ applicationId }) => applicationId);
    },

    async limit(id, { ended }) {
      const folder = folderOf(id);
      const logs = await logsIn(folder);
      const marked = await isMarked(folder);
      if (!marked && logs.reduce((sum, { bytes }) => sum + bytes, 0) <= maxBytes) {
        return logs.some(({ bytes }) => bytes > 0) ? 'kept' : 'none';
      }
      if (!marked) await writeFile(join(folder, markName), '', { mode: 0o600 });
      for (const { path, files } of logs) {
        // Spark goes on writing to the last one, and fails to make the next one without its folder.
        if (ended) await rm(path, { recursive: true, force: true });
        else for (const file of files.slice(0, -1)) await rm(file, { force: true });
      }
      return 'too_large';
    },

    remove: (id) => rm(folderOf(id), { recursive: true, force: true }),
  };
}

type Log = { applicationId: string; path: string; bytes: number; files: readonly string[] };

/** The logs in a folder, oldest first: Spark's ids hold the time of their making. Each with its files of events in Spark's order. */
async function logsIn(folder: string): Promise<Log[]> {
  const logs: Log[] = [];
  const names = await readdir(folder).catch(() => []);
  for (const name of names.toSorted((a, b) => a.localeCompare(b, 'en', { numeric: true }))) {
    const applicationId = folderPattern.exec(name)?.[1];
    const path = join(folder, name);
    const found = applicationId === undefined ? null : await stat(path).catch(() => null);
    if (applicationId === undefined || found?.isDirectory() !== true) continue;
    const numbered = (await readdir(path).catch(() => []))
      .map((file) => ({ file: join(path, file), number: Number(/^events_(\d+)_/.exec(file)?.[1] ?? 0) }))
      .filter(({ number }) => number > 0)
      .toSorted((a, b) => a.number - b.number);
    let bytes = 0;
    for (const { file } of numbered) bytes += (await stat(file).catch(() => null))?.size ?? 0;
    logs.push({ applicationId, path, bytes, files: numbered.map(({ file }) => file) });
  }
  return logs;
}
