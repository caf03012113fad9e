import { open, readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { normalName } from '@emberlab/contract';

/** A library as its metadata in an environment has it. */
export type Installed = {
  readonly name: string;
  readonly key: string;
  readonly version: string;
  readonly summary: string | null;
  /** lines of Requires-Dist, as they are */
  readonly requires: readonly string[];
  readonly bytes: number;
};

const mostHeaderBytes = 512 * 1024;
const mostRecordBytes = 16 * 1024 ** 2;
const atOnce = 24;

/** Where the libraries of an environment lie; null: nowhere, it is no environment. */
async function sitePackagesOf(folder: string): Promise<string | null> {
  const names = await readdir(join(folder, 'lib')).catch(() => []);
  const python = names.find((name) => /^python\d/.test(name));
  return python === undefined ? null : join(folder, 'lib', python, 'site-packages');
}

/** Changes when a library comes or goes: each has a folder of metadata of its own. */
export async function stampOf(folder: string): Promise<string | null> {
  const sitePackages = await sitePackagesOf(folder);
  if (sitePackages === null) return null;
  const found = await stat(sitePackages, { bigint: true }).catch(() => null);
  return found === null ? null : `${found.ino}/${found.mtimeNs}`;
}

/**
 * What is installed in an environment, by its metadata: nothing of it runs. Where members can write in it these are words of theirs, so what is read is
 * bounded.
 */
export async function readInstalled(folder: string): Promise<Installed[]> {
  const sitePackages = await sitePackagesOf(folder);
  if (sitePackages === null) return [];
  const names = (await readdir(sitePackages).catch(() => [])).filter((name) => name.endsWith('.dist-info'));
  const found: Installed[] = [];
  const take = async (): Promise<void> => {
    for (let name = names.pop(); name !== undefined; name = names.pop()) {
      const one = await readOne(join(sitePackages, name));
      if (one !== null) found.push(one);
    }
  };
  await Promise.all(Array.from({ length: atOnce }, take));
  return found.toSorted((a, b) => (a.key < b.key ? -1 : a.key > b.key ? 1 : 0));
}

async function readOne(folder: string): Promise<Installed | null> {
  const [metadata, record] = await Promise.all([
    readBounded(join(folder, 'METADATA'), mostHeaderBytes),
    readBounded(join(folder, 'RECORD'), mostRecordBytes),
  ]);
  if (metadata === null) return null;
  const end = metadata.search(/\r?\n\r?\n/);
  const requires: string[] = [];
  let [name, version, summary] = ['', '', ''];
  for (const line of (end < 0 ? metadata : metadata.slice(0, end)).split(/\r?\n/)) {
    const colon = line.indexOf(':');
    const value = line.slice(colon + 1).trim();
    switch (line.slice(0, colon).toLowerCase()) {
      case 'name':
        name = value;
        break;
      case 'version':
        version = value;
        break;
      case 'summary':
        summary = value;
        break;
      case 'requires-dist':
        requires.push(value);
        break;
      default:
    }
  }
  if (name === '' || version === '') return null;
  return {
    name: name.slice(0, 200),
    key: normalName(name),
    version: version.slice(0, 100),
    summary: summary === '' || summary === 'UNKNOWN' ? null : summary.slice(0, 300),
    requires,
    bytes: sizeIn(record ?? ''),
  };
}

/** The sum of the sizes in a RECORD, whose lines end in `,size`. */
function sizeIn(record: string): number {
  let sum = 0;
  for (const [, size] of record.matchAll(/,(\d{1,15})\r?$/gm)) sum += Number(size);
  return sum;
}

async function readBounded(path: string, most: number): Promise<string | null> {
  const file = await open(path, 'r').catch(() => null);
  if (file === null) return null;
  try {
    const facts = await file.stat();
    if (!facts.isFile()) return null;
    const { buffer, bytesRead } = await file.read(Buffer.alloc(Math.min(facts.size, most)), 0, null, 0);
    return buffer.toString('utf8', 0, bytesRead);
  } finally {
    await file.close();
  }
}
