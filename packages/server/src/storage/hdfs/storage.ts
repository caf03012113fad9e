import { randomBytes } from 'node:crypto';
import { aboveOf, nameOfPath, StorageError, type Share, type Storage, type StoredEntry } from '../storage.ts';
import { watched } from '../watched.ts';
import { createWebHdfs, type HdfsOptions, type HdfsStatus } from './webhdfs.ts';

/** What umask 007 leaves: the files of a project are for its group, and for nobody else. HDFS gives what is new the group of the folder that it is in by itself. */
const folderMode = '770';
const fileMode = '660';
/** Where files are written before they have their names, in the project's own folder: so they have its group, and count as its. */
const writingFolder = '.emberlab/writing';

/** Files on HDFS, over WebHDFS. */
export function createHdfsStorage(options: HdfsOptions): Storage {
  const hdfs = createWebHdfs(options);
  const root = options.root.replace(/\/+$/, '');
  const placeOf = (path: string): string => {
    // HDFS takes them for the end of a scheme.
    if (path.includes(':')) throw new StorageError('unfit', 'a name has a colon');
    return path === '' ? root || '/' : `${root}/${path}`;
  };

  const present = (path: string, { type, length, modificationTime, fileId, pathSuffix }: HdfsStatus): StoredEntry => ({
    name: pathSuffix === '' ? nameOfPath(path) : pathSuffix,
    type: type === 'DIRECTORY' ? 'folder' : 'file',
    size: type === 'DIRECTORY' ? 0 : length,
    changedAt: modificationTime,
    tag: type === 'DIRECTORY' ? '' : `"${fileId ?? 0}-${length}-${modificationTime}"`,
  });

  async function stat(path: string): Promise<StoredEntry | null> {
    // No such name can be there.
    if (path.includes(':')) return null;
    const status = await hdfs.status(placeOf(path));
    return status === null ? null : present(path, status);
  }

  async function mustHaveFolder(path: string): Promise<void> {
    const there = await stat(path);
    if (there === null) throw new StorageError('absent', 'the folder above is not there');
    if (there.type !== 'folder') throw new StorageError('misplaced', 'a file is where the folder would be');
  }

  /** MKDIRS takes the mode for the last folder alone, and that without asking the mode's umask. */
  async function makeOne(path: string): Promise<void> {
    await hdfs.makeFolder(placeOf(path), folderMode);
  }

  return {
    label: 'HDFS',

    async prepare(project) {
      if ((await stat(project)) !== null) return;
      await makeOne(project);
      if (options.group === null) return;
      try {
        await hdfs.setGroup(placeOf(project), options.group.replaceAll('{project}', project));
      } catch (error) {
        // Nobody shall count on a group that it does not have.
        await hdfs.remove(placeOf(project)).catch(() => undefined);
        throw error;
      }
    },
    stat,

    async list(path, after = null) {
      if ((await stat(path))?.type !== 'folder') throw new StorageError('absent', 'there is no such folder');
      const { items, left } = await hdfs.list(placeOf(path), after);
      const last = items.at(-1);
      return {
        entries: items.filter(({ type }) => type !== 'SYMLINK').map((status) => present('', status)),
        next: left > 0 && last !== undefined ? last.pathSuffix : null,
      };
    },

    async read(path, { start, length, tag }) {
      const there = await stat(path);
      if (there?.type !== 'file') throw new StorageError('absent', 'there is no such file');
      if (there.tag !== tag) throw new StorageError('changed', 'it is another file by now');
      return hdfs.open(placeOf(path), start, length);
    },

    async write(path, content, { replace }) {
      const there = await stat(path);
      if (there !== null && (!replace || there.type === 'folder')) {
        throw new StorageError('taken', 'there is something already');
      }
      await mustHaveFolder(aboveOf(path));
      const writing = `${path.split('/')[0] ?? ''}/${writingFolder}`;
      for (const folder of [aboveOf(writing), writing]) if ((await stat(folder)) === null) await makeOne(folder);
      const partial = placeOf(`${writing}/${randomBytes(12).toString('hex')}`);
      const source = watched(content);
      try {
        await hdfs.create(partial, source.content, fileMode);
        await hdfs.rename(partial, placeOf(path), { onto: replace });
      } catch (error) {
        await hdfs.remove(partial).catch(() => undefined);
        throw source.failed() ? source.failure() : error;
      }
      const written = await stat(path);
      if (written === null) throw new StorageError('absent', 'it was removed as soon as it was written');
      return written;
    },

    async makeFolder(path) {
      if ((await stat(path)) !== null) throw new StorageError('taken', 'there is something already');
      await mustHaveFolder(aboveOf(path));
      await makeOne(path);
      const made = await stat(path);
      if (made === null) throw new StorageError('absent', 'it was removed as soon as it was made');
      return made;
    },

    async move(from, to) {
      if (to.startsWith(`${from}/`)) throw new StorageError('misplaced', 'a folder cannot be moved into itself');
      if ((await stat(from)) === null) throw new StorageError('absent', 'there is nothing to move');
      // Onto a folder it would go into it, and onto itself it is done already.
      if ((await stat(to)) !== null) throw new StorageError('taken', 'there is something already');
      await mustHaveFolder(aboveOf(to));
      await hdfs.rename(placeOf(from), placeOf(to), { onto: false });
    },

    async remove(path) {
      await hdfs.remove(placeOf(path));
    },

    async usage(path) {
      const { length, fileCount, directoryCount, quota, spaceConsumed, spaceQuota } = await hdfs.summary(placeOf(path));
      const share = (used: number, most: number): Share => ({ used, most: most < 0 ? null : most });
      return {
        bytes: length,
        files: fileCount,
        space: share(spaceConsumed, spaceQuota),
        names: share(fileCount + directoryCount, quota),
      };
    },

    async check() {
      await mustHaveFolder('');
    },
    close: () => undefined,
  };
}
