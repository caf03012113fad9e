import type { FileHandle } from 'node:fs/promises';
import { promisify } from 'node:util';
import { inflateRaw } from 'node:zlib';

/** As much of zip (APPNOTE.TXT 6.3) as it takes to read the manifest of a jar. */
const endMark = Buffer.from('PK\u0005\u0006', 'latin1');
const endBytes = 22;
const longestComment = 0xffff;
const entryMark = 0x02014b50;
const entryBytes = 46;
const localMark = 0x04034b50;
const localBytes = 30;
const manifestName = 'META-INF/MANIFEST.MF';
/** A jar with a hundred thousand classes has a directory of some ten MB. */
const mostDirectoryBytes = 64 * 1024 ** 2;
const mostManifestBytes = 1024 ** 2;

/** What a jar says of itself. `archive`: whether it is one at all; `mainClass` null: its manifest names none, or can't be read. */
export type JarFacts = { readonly archive: boolean; readonly mainClass: string | null };

export async function readJar(file: FileHandle): Promise<JarFacts> {
  const { size } = await file.stat();
  const tail = await piece(
    file,
    Math.max(0, size - endBytes - longestComment),
    Math.min(size, endBytes + longestComment),
  );
  const at = tail.lastIndexOf(endMark);
  if (at < 0 || at + endBytes > tail.length) return { archive: false, mainClass: null };
  const [length, start] = [tail.readUInt32LE(at + 12), tail.readUInt32LE(at + 16)];
  if (length > mostDirectoryBytes) return { archive: true, mainClass: null };
  // What stands before the archive moves all of it: a jar may begin with a script.
  const endAt = size - tail.length + at;
  const shift = Math.max(0, endAt - length - start);
  const manifest = await readManifest(file, await piece(file, start + shift, length), shift);
  return { archive: true, mainClass: manifest === null ? null : mainClassIn(manifest) };
}

/** The text of the manifest that the directory names. */
async function readManifest(file: FileHandle, directory: Buffer, shift: number): Promise<string | null> {
  for (let at = 0; at + entryBytes <= directory.length && directory.readUInt32LE(at) === entryMark;) {
    const [nameLength, extra, comment] = [28, 30, 32].map((offset) => directory.readUInt16LE(at + offset));
    const isAsLong = nameLength === manifestName.length;
    const name = isAsLong ? directory.toString('latin1', at + entryBytes, at + entryBytes + nameLength) : '';
    if (name.toUpperCase() === manifestName) {
      const method = directory.readUInt16LE(at + 10);
      const packed = directory.readUInt32LE(at + 20);
      const local = directory.readUInt32LE(at + 42) + shift;
      return unpack(file, { method, packed, local });
    }
    at += entryBytes + (nameLength ?? 0) + (extra ?? 0) + (comment ?? 0);
  }
  return null;
}

async function unpack(
  file: FileHandle,
  { method, packed, local }: { method: number; packed: number; local: number },
): Promise<string | null> {
  const head = await piece(file, local, localBytes);
  if (head.length < localBytes || head.readUInt32LE(0) !== localMark || packed > mostManifestBytes) return null;
  const data = await piece(file, local + localBytes + head.readUInt16LE(26) + head.readUInt16LE(28), packed);
  if (method === 0) return data.toString('utf8');
  if (method !== 8) return null;
  const text = await promisify<Buffer, { maxOutputLength: number }, Buffer>(inflateRaw)(data, {
    maxOutputLength: mostManifestBytes,
  }).catch(() => null);
  return text === null ? null : text.toString('utf8');
}

/** The main class in the main section of a manifest. A line that begins with a space goes on with the one before. */
function mainClassIn(manifest: string): string | null {
  const [main = ''] = manifest.replace(/\r\n?/g, '\n').split('\n\n');
  const found = /^main-class:[ \t]*(.*)$/im.exec(main.replace(/\n /g, ''))?.[1]?.trim() ?? '';
  return found === '' ? null : found;
}

async function piece(file: FileHandle, position: number, length: number): Promise<Buffer> {
  const { buffer, bytesRead } = await file.read(Buffer.alloc(length), 0, length, position);
  return buffer.subarray(0, bytesRead);
}
