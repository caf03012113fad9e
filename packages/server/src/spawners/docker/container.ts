import { isAbsolute, relative, sep } from 'node:path';
import type { Profile } from '../profile.ts';
import type { ServerLimits, ServerOwner } from '../spawner.ts';
import { hostName, type DockerOptions } from './settings.ts';

/** What containers and networks of ours are known by. `platform`: which Emberlab made them; several may use one engine. `start`: which start of a server it is. */
export const labels = {
  platform: 'emberlab.platform',
  server: 'emberlab.server',
  start: 'emberlab.start',
  project: 'emberlab.project',
  user: 'emberlab.user',
  profile: 'emberlab.profile',
} as const;

/** Where a server makes the socket that it answers on, as it sees it. */
export const socketFolder = '/run/emberlab';

const mb = 1024 ** 2;

/** Ids of ours, and nothing else of what people write. */
const safe = (word: string): string => {
  if (/^[A-Za-z0-9](?:[A-Za-z0-9._-]{0,61}[A-Za-z0-9])?$/.test(word)) return word;
  throw new Error(`${JSON.stringify(word)} can't be said to the engine`);
};

export const containerName = (serverId: string): string => `emberlab-${safe(serverId)}`;

/** Chooses what belongs to one Emberlab. */
export const labelOf = (platform: string): string => `${labels.platform}=${safe(platform)}`;

/** The network of our own; what leads nowhere is another one. */
export const networkName = (platform: string, { internet }: Pick<DockerOptions, 'internet'>): string =>
  `emberlab-${safe(platform)}${internet ? '' : '-inner'}`;

export type ContainerOptions = {
  readonly settings: DockerOptions;
  /** the id of this Emberlab */
  readonly platform: string;
  readonly owner: ServerOwner;
  /** names this start among others of the same server */
  readonly start: string;
  readonly limits: ServerLimits;
  /** null: it runs in what the settings have for all */
  readonly profile: Pick<Profile, 'name' | 'image'> | null;
  /** absolute; what a server writes to lies in it */
  readonly dataDir: string;
  /** absolute */
  readonly writes: readonly string[];
  /** only read, absolute: where it lies on this machine, and where the server looks for it */
  readonly reads: readonly { readonly folder: string; readonly at: string }[];
  /** the folder for its socket, absolute */
  readonly sockets: string;
  /** what it begins with: a script in what it reads, absolute */
  readonly script: string;
  /** as whom it runs, by numbers of this machine */
  readonly user: number;
  readonly groups: readonly number[];
  /** the network that it is in */
  readonly network: string;
  /** the address that this machine has there; null: containers have another way to the platform */
  readonly host: string | null;
};

/** What the engine is asked for, as far as it is read again. */
export type ContainerBody = Readonly<Record<string, unknown>> & {
  readonly Image: string;
  readonly Labels: Readonly<Record<string, string>>;
};

/**
 * What the engine is asked for. Of what people write only the name of the project is in it, as the path of its folder, and only where it is a plain word;
 * variables, files and arguments are in the script.
 */
export function containerFor(options: ContainerOptions): ContainerBody {
  const { settings, platform, owner, limits, profile, dataDir, network, host } = options;
  const [group = options.user, ...otherGroups] = options.groups;
  const { memoryMb, cores } = limits;
  const own = (folder: string): string => {
    const path = relative(dataDir, folder);
    if (path === '' || isAbsolute(path) || path.startsWith('..'))
      throw new Error(`${folder} is not in the data folder`);
    for (const word of path.split(sep)) safe(word);
    return folder;
  };
  const mount = (source: string, target: string, readOnly: boolean) => ({
    Type: 'bind',
    Source: source,
    Target: target,
    ReadOnly: readOnly,
    BindOptions: { Propagation: 'rprivate' },
  });
  return {
    Image: profile?.image ?? settings.image,
    // Whatever the image is made to begin with.
    Entrypoint: ['/bin/sh', options.script],
    Cmd: [],
    WorkingDir: '/',
    Healthcheck: { Test: ['NONE'] },
    User: `${options.user}:${group}`,
    StopSignal: 'SIGTERM',
    Labels: {
      [labels.platform]: safe(platform),
      [labels.server]: safe(owner.serverId),
      [labels.start]: safe(options.start),
      [labels.project]: safe(owner.projectId),
      [labels.user]: safe(owner.userId),
      ...(profile === null ? {} : { [labels.profile]: safe(profile.name) }),
    },
    HostConfig: {
      // What is written may lie in what is only read: the engine mounts what is deeper after that.
      Mounts: [
        ...options.reads.map(({ folder, at }) => mount(folder, at, true)),
        ...options.writes.map((folder) => mount(own(folder), folder, false)),
        mount(own(options.sockets), socketFolder, false),
      ],
      Tmpfs: { '/tmp': `rw,exec,nosuid,nodev,mode=1777,size=${settings.tmpMb}m` },
      ReadonlyRootfs: true,
      GroupAdd: otherGroups.map(String),
      CapDrop: ['ALL'],
      SecurityOpt: ['no-new-privileges'],
      // What has lost its parent is reaped.
      Init: true,
      IpcMode: 'private',
      NetworkMode: network,
      ...(host === null ? {} : { ExtraHosts: [`${hostName}:${host}`] }),
      // One that has ended stays so until somebody has read why.
      RestartPolicy: { Name: 'no' },
      // Only what is said before the server's own log is open comes here.
      LogConfig: { Type: 'local', Config: { 'max-size': '64k', 'max-file': '1', compress: 'false' } },
      PidsLimit: settings.processes,
      Ulimits: [{ Name: 'core', Soft: 0, Hard: 0 }],
      // Memory and swap together: without it, what is too much is swapped out.
      ...(memoryMb === null ? {} : { Memory: memoryMb * mb, MemorySwap: memoryMb * mb }),
      ...(cores === null ? {} : { NanoCpus: Math.round(cores * 1e9) }),
    },
  };
}

/** The network of our own: a container in it reaches no other one there. */
export const networkFor = (platform: string, settings: Pick<DockerOptions, 'internet'>): object => ({
  Name: networkName(platform, settings),
  CheckDuplicate: true,
  Driver: 'bridge',
  Internal: !settings.internet,
  Options: { 'com.docker.network.bridge.enable_icc': 'false' },
  Labels: { [labels.platform]: safe(platform) },
});
