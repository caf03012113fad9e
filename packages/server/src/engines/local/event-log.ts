import { constants, type Dirent } from 'node:fs';
import { lstat, open, opendir, writeFile } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { removeTree } from '../../lib/trees.ts';
import type { EventLogs } from '../engine.ts';

/** Spark starts a new file of an application's log at this size: what has been written before can be taken away while it goes on. Not less than 10m. */
const fileSize = '16m';
/** An application has a file for each 16 MB and two more; a session has few applications. */
const mostEntries = 1000;
/** As Spark names the folder of one application's log. */
const folderPattern = /^eventlog_v2_([\w-]{1,200})$/;
/** As it names what is in there, and Hadoop the checksums beside that. */
const filePattern = /^\.?(events_\d{1,9}_|appstatus_)/;

/** What is set of the event log. `folder`: one of this machine; null: there is none. */
export const eventLogProperties = (folder: string | null): Record<string, string> =>
  eventLogPropertiesAt(folder === null ? null : pathToFileURL(folder).href);

/** The same for a folder anywhere. */
export const eventLogPropertiesAt = (address: string | null): Record<string, string> =>
  address === null
    ? { 'spark.eventLog.enabled': 'false' }
    : {
        'spark.eventLog.enabled': 'true',
        'spark.eventLog.dir': address,
        'spark.eventLog.compress': 'true',
        'spark.eventLog.compression.codec': 'zstd',
        'spark.eventLog.rolling.enabled': 'true',
        'spark.eventLog.rolling.maxFileSize': fileSize,
      };

const markOf = (folder: string): string => `${folder}.too-large`;

/** Notes that the event log of a folder is given up. A link in the place of the mark is not followed. */
export const markTooLarge = (folder: string): Promise<void> =>
  writeFile(markOf(folder), '', { mode: 0o600, flag: 'wx' });

/**
 * The event logs in folders of this machine. `maxBytes`: what those of one session or batch may take together. Drivers write there, and with them anybody's
 * code: names, links and numbers may be anything.
 */
export function createEventLogs(folderOf: (id: number) => string, maxBytes: number): EventLogs {
  const isMarked = async (folder: string) => (await lstat(markOf(folder)).catch(() => null)) !== null;

  return {
    async applications(id) {
      const folder = folderOf(id);
      if (await isMarked(folder)) return [];
      const logs = (await logsIn(folder)) ?? [];
      return logs.filter(({ bytes }) => bytes > 0).map(({ applicationId }) => applicationId);
    },

    async limit(id, { ended }) {
      const folder = folderOf(id);
      const marked = await isMarked(folder);
      const logs = marked && ended ? null : await logsIn(folder);
      if (!marked && logs !== null && logs.reduce((sum, { bytes }) => sum + bytes, 0) <= maxBytes) {
        if (ended) await keepPlain(folder);
        return logs.some(({ bytes }) => bytes > 0) ? 'kept' : 'none';
      }
      // What is left is not to be taken for the whole.
      if (!marked) await markTooLarge(folder);
      if (ended) await removeTree(folder);
      // Spark goes on writing to the last one, and fails to make the next one without its folder.
      for (const { files } of ended ? [] : (logs ?? [])) {
        await removeFiles(files.slice(0, -1));
      }
      return 'too_large';
    },

    async remove(id) {
      for (const path of [folderOf(id), markOf(folderOf(id))]) await removeTree(path);
    },
  };
}

/**
 * Removes all that Spark has not written there: links, which whoever shows the log would follow, and files of other names. Nothing writes there any more.
 */
async function keepPlain(folder: string): Promise<void> {
  for (const entry of (await entriesOf(folder)) ?? []) {
    const path = join(folder, entry.name);
    if (!entry.isDirectory() || !folderPattern.test(entry.name)) {
      await removeTree(path);
      continue;
    }
    for (const { name } of (await entriesOf(path)) ?? []) {
      const file = join(path, name);
      const { isPlain } = await lstat(file).then(
        (found) => ({ isPlain: found.isFile() && found.nlink === 1 }),
        () => ({ isPlain: false }),
      );
      if (!isPlain || !filePattern.test(name)) await removeTree(file);
    }
  }
}

/** Removes files of one folder, by that very folder: what wrote them may put a link in its place meanwhile. */
async function removeFiles(files: readonly string[]): Promise<void> {
  const [first] = files;
  if (first === undefined) return;
  const folder = await open(dirname(first), constants.O_RDONLY | constants.O_DIRECTORY | constants.O_NOFOLLOW);
  try {
    for (const file of files) await removeTree(`/proc/${process.pid}/fd/${folder.fd}/${basename(file)}`);
  } finally {
    await folder.close();
  }
}

type Log = { applicationId: string; bytes: number; files: readonly string[] };

/** The logs in a folder, oldest first: Spark's ids hold the time of their making. Each with its files of events in Spark's order. Null: Spark would not have written so many. */
async function logsIn(folder: string): Promise<Log[] | null> {
  const logs: Log[] = [];
  const found = await entriesOf(folder);
  if (found === null) return null;
  const folders = found.flatMap((entry) => {
    const applicationId = entry.isDirectory() ? folderPattern.exec(entry.name)?.[1] : undefined;
    return applicationId === undefined ? [] : [{ applicationId, path: join(folder, entry.name) }];
  });
  const byAge = new Intl.Collator('en', { numeric: true });
  for (const { applicationId, path } of folders.toSorted((a, b) => byAge.compare(a.applicationId, b.applicationId))) {
    const inside = await entriesOf(path);
    if (inside === null) return null;
    const numbered = inside
      .map(({ name }) => ({ file: join(path, name), number: Number(/^events_(\d{1,9})_/.exec(name)?.[1] ?? 0) }))
      .filter(({ number }) => number > 0)
      .toSorted((a, b) => a.number - b.number);
    let bytes = 0;
    for (const { file } of numbered) bytes += (await lstat(file).catch(() => null))?.size ?? 0;
    logs.push({ applicationId, bytes, files: numbered.map(({ file }) => file) });
  }
  return logs;
}

/** What lies in a folder; null: more than is looked at. */
async function entriesOf(path: string): Promise<Dirent[] | null> {
  const folder = await opendir(path).catch(() => null);
  const entries: Dirent[] = [];
  for await (const entry of folder ?? []) {
    entries.push(entry);
    // Leaving the loop closes the folder.
    if (entries.length > mostEntries) return null;
  }
  return entries;
}
