import { randomBytes } from 'node:crypto';
import { buffer } from 'node:stream/consumers';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { everythingIn, type Storage } from './storage.ts';

/** A storage to be tested, and what it has said itself of what lies below its root: the names of all files, whoever wrote them. */
type StorageUnderTest = AsyncDisposable & {
  readonly storage: Storage;
  /** a page of a listing has so many */
  readonly pageOf: number;
  /** What has been written of files that are not there (yet): names, or uploads that go on. */
  leftovers(): Promise<readonly string[]>;
};

async function* bytes(...parts: (string | Uint8Array)[]): AsyncGenerator<Uint8Array> {
  for (const part of parts) yield typeof part === 'string' ? Buffer.from(part) : part;
}

async function* cutOff(text: string): AsyncGenerator<Uint8Array> {
  yield Buffer.from(text);
  throw new Error('the browser went away');
}

/** What every storage does alike. */
export function describeStorage(name: string, open: () => Promise<StorageUnderTest>): void {
  describe(`${name}:`, () => {
    let under: StorageUnderTest;
    let storage: Storage;
    beforeAll(async () => {
      under = await open();
      ({ storage } = under);
      await storage.check();
    }, 120_000);
    afterAll(async () => under?.[Symbol.asyncDispose]());

    let last = 0;
    /** A project of its own for each test. */
    const project = async (): Promise<string> => {
      last += 1;
      const made = `project${last}`;
      await storage.prepare(made);
      return made;
    };
    const put = (path: string, text: string) => storage.write(path, bytes(text), { replace: false });
    const read = async (path: string, start = 0, length?: number): Promise<string> => {
      const there = await storage.stat(path);
      if (there === null) return 'nothing';
      return (
        await buffer(await storage.read(path, { start, length: length ?? there.size - start, tag: there.tag }))
      ).toString();
    };
    const namesIn = async (path: string) =>
      (await everythingIn(storage, path, 100_000))
        .map(({ name: one, type }) => (type === 'folder' ? `${one}/` : one))
        .filter((one) => one !== '.emberlab/')
        .toSorted();

    it('says what is at a path, and that nothing is', async () => {
      const home = await project();
      await put(`${home}/a.txt`, 'hello');
      await storage.makeFolder(`${home}/data`);
      expect(await storage.stat(home)).toMatchObject({ name: home, type: 'folder' });
      const file = await storage.stat(`${home}/a.txt`);
      expect(file).toMatchObject({ name: 'a.txt', type: 'file', size: 5 });
      expect(Math.abs((file?.changedAt ?? 0) - Date.now())).toBeLessThan(60_000);
      expect(await storage.stat(`${home}/data`)).toMatchObject({ name: 'data', type: 'folder', size: 0 });
      expect(await storage.stat(`${home}/no`)).toBeNull();
      expect(await storage.stat(`${home}/dat`)).toBeNull();
      expect(await storage.stat(`${home}/a.txt/no`)).toBeNull();
    });

    it('prepares a project again without any change', async () => {
      const home = await project();
      await put(`${home}/a.txt`, 'hello');
      await storage.prepare(home);
      expect(await namesIn(home)).toEqual(['a.txt']);
    });

    it.each([
      'čaša & co',
      "it's 100% #1?",
      'a+b=c',
      '[x] {y} ~$!',
      '日本語',
      '\u{1f525}',
      'semi;colon,comma',
      'a..b',
      '.hidden',
    ])('takes the name %s for files and folders', async (text) => {
      const home = await project();
      await storage.makeFolder(`${home}/${text}`);
      await put(`${home}/${text}/${text}.csv`, text);
      expect(await namesIn(home)).toEqual([`${text}/`]);
      expect(await namesIn(`${home}/${text}`)).toEqual([`${text}.csv`]);
      expect(await read(`${home}/${text}/${text}.csv`)).toBe(text);
      await storage.move(`${home}/${text}/${text}.csv`, `${home}/${text} moved`);
      expect(await read(`${home}/${text} moved`)).toBe(text);
      await storage.remove(`${home}/${text}`);
      expect(await namesIn(home)).toEqual([`${text} moved`]);
    });

    it('lists a folder page by page, each entry once, and nothing below it', async () => {
      const home = await project();
      await storage.makeFolder(`${home}/many`);
      const count = under.pageOf + 5;
      const names = Array.from({ length: count }, (_, index) => `f${String(index).padStart(5, '0')}`);
      for (let at = 0; at < count; at += 20) {
        await Promise.all(names.slice(at, at + 20).map((one) => put(`${home}/many/${one}`, one)));
      }
      await storage.makeFolder(`${home}/many/folder`);
      await put(`${home}/many/folder/below`, 'x');
      const first = await storage.list(`${home}/many`);
      expect(first.next).not.toBeNull();
      expect(first.entries.length).toBeLessThan(count);
      expect(await namesIn(`${home}/many`)).toEqual([...names, 'folder/'].toSorted());
    }, 120_000);

    it('lists no folder that is not there, nor a file, and an empty one as empty', async () => {
      const home = await project();
      await put(`${home}/a.txt`, 'x');
      await storage.makeFolder(`${home}/empty`);
      expect(await namesIn(`${home}/empty`)).toEqual([]);
      for (const path of ['no', 'a.txt', 'a.tx']) {
        await expect(storage.list(`${home}/${path}`)).rejects.toMatchObject({ fault: 'absent' });
      }
    });

    it('reads parts of a file', async () => {
      const home = await project();
      await put(`${home}/a.txt`, '0123456789');
      expect(await read(`${home}/a.txt`)).toBe('0123456789');
      expect(await read(`${home}/a.txt`, 3, 4)).toBe('3456');
      expect(await read(`${home}/a.txt`, 9)).toBe('9');
    });

    it('does not read a file that is another by now, nor one that is gone', async () => {
      const home = await project();
      const { tag } = await put(`${home}/a.txt`, 'first');
      await storage.write(`${home}/a.txt`, bytes('second!'), { replace: true });
      const part = { start: 0, length: 5, tag };
      await expect(storage.read(`${home}/a.txt`, part)).rejects.toMatchObject({ fault: 'changed' });
      await storage.remove(`${home}/a.txt`);
      await expect(storage.read(`${home}/a.txt`, part)).rejects.toMatchObject({ fault: 'absent' });
    });

    it('writes empty files, and large ones as they are', async () => {
      const home = await project();
      expect(await storage.write(`${home}/empty`, bytes(), { replace: false })).toMatchObject({ size: 0 });
      const piece = randomBytes(1024 ** 2);
      const pieces = 70;
      const written = await storage.write(
        `${home}/large`,
        (async function* large() {
          for (let at = 0; at < pieces; at += 1) yield piece;
        })(),
        { replace: false },
      );
      expect(written.size).toBe(pieces * piece.length);
      let seen = 0;
      for await (const chunk of await storage.read(`${home}/large`, {
        start: 0,
        length: written.size,
        tag: written.tag,
      })) {
        for (let at = 0; at < (chunk as Buffer).length;) {
          const from = (seen + at) % piece.length;
          const length = Math.min((chunk as Buffer).length - at, piece.length - from);
          if (!(chunk as Buffer).subarray(at, at + length).equals(piece.subarray(from, from + length))) {
            throw new Error(`it differs at ${seen + at}`);
          }
          at += length;
        }
        seen += (chunk as Buffer).length;
      }
      expect(seen).toBe(written.size);
    }, 120_000);

    it('leaves the old file, and nothing else, where what is written is cut off', async () => {
      const home = await project();
      await put(`${home}/a.txt`, 'old');
      await expect(storage.write(`${home}/a.txt`, cutOff('new'), { replace: true })).rejects.toThrow(
        'the browser went away',
      );
      await expect(
        storage.write(`${home}/b.txt`, cutOff('x'.repeat(6 * 1024 ** 2)), { replace: false }),
      ).rejects.toThrow('the browser went away');
      expect(await read(`${home}/a.txt`)).toBe('old');
      expect(await namesIn(home)).toEqual(['a.txt']);
      expect(await under.leftovers()).toEqual([]);
    });

    it('shows the old file until the new one is whole', async () => {
      const home = await project();
      await put(`${home}/a.txt`, 'old');
      const half = Promise.withResolvers<void>();
      const go = Promise.withResolvers<void>();
      const writing = storage.write(
        `${home}/a.txt`,
        (async function* slow() {
          yield Buffer.from('new ');
          half.resolve();
          await go.promise;
          yield Buffer.from('content');
        })(),
        { replace: true },
      );
      await half.promise;
      expect(await read(`${home}/a.txt`)).toBe('old');
      go.resolve();
      await writing;
      expect(await read(`${home}/a.txt`)).toBe('new content');
    });

    it('writes over nothing that it is not to replace, over no folder, and into none that is not there', async () => {
      const home = await project();
      await put(`${home}/a.txt`, 'old');
      await storage.makeFolder(`${home}/data`);
      await expect(put(`${home}/a.txt`, 'new')).rejects.toMatchObject({ fault: 'taken' });
      await expect(storage.write(`${home}/data`, bytes('x'), { replace: true })).rejects.toMatchObject({
        fault: 'taken',
      });
      await expect(put(`${home}/no/a.txt`, 'x')).rejects.toMatchObject({ fault: 'absent' });
      await expect(put(`${home}/a.txt/b.txt`, 'x')).rejects.toMatchObject({ fault: 'misplaced' });
      expect(await read(`${home}/a.txt`)).toBe('old');
    });

    it('makes folders once, and only in folders', async () => {
      const home = await project();
      await storage.makeFolder(`${home}/data`);
      await put(`${home}/a.txt`, 'x');
      await expect(storage.makeFolder(`${home}/data`)).rejects.toMatchObject({ fault: 'taken' });
      await expect(storage.makeFolder(`${home}/a.txt`)).rejects.toMatchObject({ fault: 'taken' });
      await expect(storage.makeFolder(`${home}/no/data`)).rejects.toMatchObject({ fault: 'absent' });
    });

    it('moves files and folders with all in them, and leaves the folder above', async () => {
      const home = await project();
      await storage.makeFolder(`${home}/a`);
      await storage.makeFolder(`${home}/a/b`);
      await storage.makeFolder(`${home}/a/b/empty`);
      await put(`${home}/a/b/1.txt`, 'one');
      await put(`${home}/a-b`, 'a neighbour');
      await storage.makeFolder(`${home}/c`);
      await storage.move(`${home}/a/b`, `${home}/c/d`);
      expect(await namesIn(`${home}/a`)).toEqual([]);
      expect(await namesIn(`${home}/c/d`)).toEqual(['1.txt', 'empty/']);
      expect(await read(`${home}/c/d/1.txt`)).toBe('one');
      expect(await read(`${home}/a-b`)).toBe('a neighbour');
      await storage.move(`${home}/c/d/1.txt`, `${home}/c/d/2.txt`);
      expect(await namesIn(`${home}/c/d`)).toEqual(['2.txt', 'empty/']);
    });

    it('moves nothing onto something, into itself, or to where no folder is', async () => {
      const home = await project();
      await storage.makeFolder(`${home}/a`);
      await put(`${home}/a/1.txt`, 'one');
      await put(`${home}/2.txt`, 'two');
      await storage.makeFolder(`${home}/b`);
      const move = (from: string, to: string) => storage.move(`${home}/${from}`, `${home}/${to}`);
      await expect(move('2.txt', 'a/1.txt')).rejects.toMatchObject({ fault: 'taken' });
      await expect(move('2.txt', 'b')).rejects.toMatchObject({ fault: 'taken' });
      await expect(move('a', 'b')).rejects.toMatchObject({ fault: 'taken' });
      await expect(move('a', 'a/c')).rejects.toMatchObject({ fault: 'misplaced' });
      await expect(move('no', 'c')).rejects.toMatchObject({ fault: 'absent' });
      await expect(move('2.txt', 'no/2.txt')).rejects.toMatchObject({ fault: 'absent' });
      expect(await namesIn(home)).toEqual(['2.txt', 'a/', 'b/']);
      expect(await read(`${home}/a/1.txt`)).toBe('one');
    });

    it('removes files, and folders with all in them, and nothing beside', async () => {
      const home = await project();
      await storage.makeFolder(`${home}/a`);
      await storage.makeFolder(`${home}/a/b`);
      await put(`${home}/a/b/1.txt`, 'one');
      await put(`${home}/a.txt`, 'stays');
      await storage.remove(`${home}/a/b/1.txt`);
      expect(await namesIn(`${home}/a/b`)).toEqual([]);
      await put(`${home}/a/b/1.txt`, 'one');
      await storage.remove(`${home}/a`);
      await storage.remove(`${home}/nothing`);
      await storage.remove(`${home}/nothing/below`);
      expect(await namesIn(home)).toEqual(['a.txt']);
      await storage.remove(`${home}/a.txt`);
      expect(await namesIn(home)).toEqual([]);
      await storage.remove(home);
      expect(await storage.stat(home)).toBeNull();
    });

    it('tells how much there is', async () => {
      const home = await project();
      await storage.makeFolder(`${home}/a`);
      await put(`${home}/a/1.txt`, '12345');
      await put(`${home}/2.txt`, '678');
      expect(await storage.usage(home)).toMatchObject({ bytes: 8, files: 2 });
    });
  });
}
