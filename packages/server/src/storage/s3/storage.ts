import { aboveOf, nameOfPath, StorageError, type Storage, type StoredEntry, type StoredUsage } from '../storage.ts';
import { watched } from '../watched.ts';
import { createS3Client, type S3Options, type StoredObject } from './client.ts';
import { faultOf } from './faults.ts';

/** Copies on their way at a time, while a folder is moved. */
const atOnce = 8;
/** Keys that other programs wrote may have anything between slashes. */
const isName = (name: string): boolean => name !== '' && name !== '.' && name !== '..' && !name.includes('\0');
/** What S3 takes for a key, bytes. */
const longestKey = 1024;

/**
 * Files as objects of a bucket. A folder is an empty object whose key ends with a slash, or the beginning of other keys: programs that know nothing of folders write
 * such. A folder is moved by copying all in it and removing the old ones then, which others may see half done.
 */
export async function createS3Storage(options: S3Options, pageOf?: number): Promise<Storage> {
  const s3 = await createS3Client(options, pageOf);
  const keyOf = (path: string): string => {
    const key = options.prefix + path;
    if (Buffer.byteLength(key) > longestKey - 1) throw new StorageError('unfit', 'the key would be too long');
    return key;
  };
  const folderKeyOf = (path: string): string => `${keyOf(path)}/`;
  const file = ({ key, size, changedAt, tag }: StoredObject): StoredEntry => ({
    name: nameOfPath(key),
    type: 'file',
    size,
    changedAt,
    tag,
  });
  const folder = (path: string, changedAt: number): StoredEntry => ({
    name: nameOfPath(path),
    type: 'folder',
    size: 0,
    changedAt,
    tag: '',
  });

  async function stat(path: string): Promise<StoredEntry | null> {
    const object = await s3.head(keyOf(path));
    if (object !== null) return file(object);
    const key = folderKeyOf(path);
    const { objects } = await s3.list(key, { flat: false, most: 1 });
    const [first] = objects;
    return first === undefined ? null : folder(path, first.key === key ? first.changedAt : 0);
  }

  /** Throws where nothing can be made at a path. The folders of all projects are in the bucket itself. */
  async function mustHaveFolderAbove(path: string): Promise<void> {
    const above = aboveOf(path);
    if (above === '') return;
    const there = await stat(above);
    if (there === null) throw new StorageError('absent', 'the folder above is not there');
    if (there.type !== 'folder') throw new StorageError('misplaced', 'a file is where the folder would be');
  }

  async function mustBeFree(path: string): Promise<void> {
    if ((await stat(path)) !== null) throw new StorageError('taken', 'there is something already');
    await mustHaveFolderAbove(path);
  }

  /** A folder stays when the last that is in it goes. */
  async function keepFolder(path: string): Promise<void> {
    if (path === '' || (await s3.head(folderKeyOf(path))) !== null) return;
    await s3.put(folderKeyOf(path), false);
  }

  async function* below(path: string): AsyncGenerator<StoredObject[]> {
    for (let next: string | null = null; ;) {
      const page = await s3.list(folderKeyOf(path), { flat: false, next });
      yield page.objects;
      next = page.next;
      if (next === null) return;
    }
  }

  async function moveFolder(from: string, to: string): Promise<void> {
    if (to.startsWith(`${from}/`)) throw new StorageError('misplaced', 'a folder cannot be moved into itself');
    const [source, target] = [folderKeyOf(from), folderKeyOf(to)];
    await s3.put(target, false);
    const copied: string[] = [];
    try {
      for await (const objects of below(from)) {
        for (let at = 0; at < objects.length; at += atOnce) {
          const some = objects.slice(at, at + atOnce);
          const done = await Promise.allSettled(
            some.map(async (object) => {
              const key = target + object.key.slice(source.length);
              if (Buffer.byteLength(key) > longestKey) throw new StorageError('unfit', 'a key would be too long');
              await s3.copy(object, key);
              copied.push(key);
            }),
          );
          const failed = done.find((one) => one.status === 'rejected');
          if (failed !== undefined) throw failed.reason;
        }
      }
    } catch (error) {
      await removeKeys([target, ...copied]).catch(() => undefined);
      throw error;
    }
    // Only what was copied: what came meanwhile stays where it is.
    await removeKeys([...copied.map((key) => source + key.slice(target.length)), source]);
  }

  async function removeKeys(keys: readonly string[]): Promise<void> {
    for (let at = 0; at < keys.length; at += 1000) await s3.remove(keys.slice(at, at + 1000));
  }

  return {
    label: 'the object store',

    async prepare(project) {
      await keepFolder(project);
    },
    stat,

    async list(path, after = null) {
      const prefix = folderKeyOf(path);
      const page = await s3.list(prefix, { flat: true, next: after });
      const isEmpty = page.objects.length === 0 && page.folders.length === 0;
      if (isEmpty && after === null) throw new StorageError('absent', 'there is no such folder');
      const folders = page.folders.map((key) => folder(key.slice(0, -1), 0));
      const files = page.objects.filter(({ key }) => key !== prefix).map(file);
      return { entries: [...folders, ...files].filter(({ name }) => isName(name)), next: page.next };
    },

    async read(path, { start, length, tag }) {
      // No range names nothing of a file.
      if (length === 0) throw new StorageError('unfit', 'nothing of a file can not be read');
      return s3.get(keyOf(path), `bytes=${start}-${start + length - 1}`, tag);
    },

    async write(path, content, { replace }) {
      const there = await stat(path);
      if (there !== null && (!replace || there.type === 'folder')) {
        throw new StorageError('taken', 'there is something already');
      }
      await mustHaveFolderAbove(path);
      const source = watched(content);
      try {
        await s3.upload(keyOf(path), source.content, !replace);
      } catch (error) {
        if (source.failed()) throw source.failure();
        const known = faultOf(error);
        throw known.fault === 'changed' ? new StorageError('taken', known.message, { cause: error }) : known;
      }
      const written = await s3.head(keyOf(path));
      if (written === null) throw new StorageError('away', 'what was written is not there');
      return file(written);
    },

    async makeFolder(path) {
      await mustBeFree(path);
      await s3.put(folderKeyOf(path), false);
      return folder(path, (await s3.head(folderKeyOf(path)))?.changedAt ?? 0);
    },

    async move(from, to) {
      const there = await stat(from);
      if (there === null) throw new StorageError('absent', 'there is nothing to move');
      if (to.startsWith(`${from}/`)) throw new StorageError('misplaced', 'a folder cannot be moved into itself');
      await mustBeFree(to);
      if (there.type === 'folder') await moveFolder(from, to);
      else {
        await s3.copy({ key: keyOf(from), size: there.size }, keyOf(to));
        await s3.remove([keyOf(from)]);
      }
      await keepFolder(aboveOf(from));
    },

    async remove(path) {
      const object = await s3.head(keyOf(path));
      if (object !== null) await s3.remove([object.key]);
      // A file and a folder may have the same name here. The marker goes last: what is left of a removal that is cut off can be seen.
      const marker = folderKeyOf(path);
      let found = object !== null;
      for await (const objects of below(path)) {
        found ||= objects.length > 0;
        await s3.remove(objects.map(({ key }) => key).filter((key) => key !== marker));
      }
      if (!found) return;
      await s3.remove([marker]);
      if (path.includes('/')) await keepFolder(aboveOf(path));
    },

    async usage(path): Promise<StoredUsage> {
      const sum = { bytes: 0, files: 0 };
      for await (const objects of below(path)) {
        for (const { key, size } of objects) {
          sum.bytes += size;
          if (!key.endsWith('/')) sum.files += 1;
        }
      }
      return { ...sum, space: null, names: null };
    },

    async check() {
      await s3.checkBucket();
    },
    close: () => s3.close(),
  };
}
