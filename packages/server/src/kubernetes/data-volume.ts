import { realpath } from 'node:fs/promises';
import { dirname, isAbsolute, join, relative, sep } from 'node:path';
import type { V1Volume, V1VolumeMount } from '@kubernetes/client-node';
import { safe } from './words.ts';

/** What a Pod's /tmp may take of its node's disk; one that takes more is evicted, and not its neighbours. */
const tmpSize = '10Gi';

/** Where the data folder is: everything here is an administrator's. */
export type DataVolume = {
  /** the claim of the volume that the data folder is on */
  readonly dataClaim: string;
  /** the data folder's path on that volume; empty: it is the volume's root */
  readonly dataPath: string;
};

/** What of the data folder a Pod sees, absolute. */
export type Mounted = {
  /** absolute; everything below lies in it */
  readonly dataDir: string;
  /** written to, each at its own path */
  readonly writes: readonly string[];
  /** only read: where it lies in the data folder, and where the Pod looks for it */
  readonly reads: readonly { readonly folder: string; readonly at: string }[];
};

/** The mounts of a Pod that sees parts of the data folder, and has a /tmp of its own. Throws where a path is no plain one. */
export function mountsOf({ dataDir, writes, reads }: Mounted, { dataPath }: DataVolume): V1VolumeMount[] {
  const subPath = (folder: string): string => {
    const path = relative(dataDir, folder);
    if (path === '' || isAbsolute(path)) throw new Error(`${folder} is not in the data folder`);
    for (const word of path.split('/')) safe(word);
    return join(dataPath, path);
  };
  // What is written may lie in what is only read: it is mounted after that.
  return [
    ...reads.map(({ folder, at }) => ({ name: 'data', mountPath: at, subPath: subPath(folder), readOnly: true })),
    ...writes.map((path) => ({ name: 'data', mountPath: path, subPath: subPath(path) })),
    { name: 'tmp', mountPath: '/tmp' },
  ];
}

/** The volumes behind those mounts. */
export const volumesOf = ({ dataClaim }: DataVolume): V1Volume[] => [
  { name: 'data', persistentVolumeClaim: { claimName: dataClaim } },
  { name: 'tmp', emptyDir: { sizeLimit: tmpSize } },
];

/** The folder that a Python of the data folder is in: an environment, as it lies and as it is named. Nothing where it lies elsewhere. */
export async function environmentOf(python: string, dataDir: string): Promise<Mounted['reads']> {
  const at = dirname(dirname(python));
  if (!at.startsWith(dataDir + sep)) return [];
  const folder = await realpath(at);
  const named = { folder, at };
  return folder === at ? [named] : [named, { folder, at: folder }];
}
