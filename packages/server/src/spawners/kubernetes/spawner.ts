import { constants } from 'node:fs';
import { access, readdir, rm, symlink, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { V1Pod } from '@kubernetes/client-node';
import type { Config } from '../../config.ts';
import { homeOf } from '../../identities/identities.ts';
import { openCluster, type Cluster } from '../../kubernetes/cluster.ts';
import { environmentOf } from '../../kubernetes/data-volume.ts';
import { endOf, exitOf, isRunning, progressOf, refusalOf, type Subject } from '../../kubernetes/explain.ts';
import { platformId } from '../../kubernetes/platform-id.ts';
import { createPods } from '../../kubernetes/pods.ts';
import { labels } from '../../kubernetes/words.ts';
import { delay, type Clock } from '../../lib/clock.ts';
import { tcpAddress } from '../../lib/endpoint.ts';
import { makePrivateFolder } from '../../lib/files.ts';
import { boundLog } from '../../lib/log-file.ts';
import { openPlain } from '../../lib/plain-file.ts';
import { removeTree } from '../../lib/trees.ts';
import { findProfile, imageWords, type Profile } from '../profile.ts';
import { SpawnError, type ServerExit, type ServerSpec, type Spawner } from '../spawner.ts';
import { podFor, podName, policyFor, selectorOf, serverPort } from './manifest.ts';
import { startScript } from './script.ts';
import type { KubernetesOptions } from './settings.ts';

/** How long a server may take to end by itself, ms. */
const graceMs = 5000;
const lookEveryMs = 100;
/** What its node does not end within this long after its time is struck off; ms. */
const patienceMs = 30_000;
/** A folder of its own for the log: it is what the server writes to, and nothing of ours is in it. */
const logFolder = 'log';
const logName = 'server.log';
const scriptName = 'start';
const subject = { noun: 'server', program: 'Jupyter' };

export type KubernetesSpawnerOptions = {
  readonly clock: Clock;
  readonly config: Pick<Config, 'dataDir' | 'serverLogBytes'> & { readonly paths: Pick<Config['paths'], 'servers'> };
  readonly settings: KubernetesOptions;
  /** what servers may run in besides what the settings have for all; default: nothing */
  readonly profiles?: readonly Profile[];
  /** default: the one of the settings */
  readonly cluster?: Cluster;
};

/**
 * Runs servers as Pods. The data folder is on a volume that Pods have too, of which each sees the folders of its own server, member, project and
 * environment; so everything that a server reads and writes is where it is with every other spawner, and a Pod's manifest has none of it.
 */
export async function createKubernetesSpawner(options: KubernetesSpawnerOptions): Promise<Spawner> {
  const { clock, config, settings, profiles = [] } = options;
  const { dataDir, paths, serverLogBytes } = config;
  const { namespace } = settings;
  const platform = await platformId(dataDir);
  const cluster = options.cluster ?? (await openCluster(settings));
  const pods = createPods(cluster, clock, selectorOf(platform));
  const folderOf = (serverId: string) => join(paths.servers, serverId);
  const logOf = (serverId: string) => join(folderOf(serverId), logFolder, logName);
  /** Those that somebody awaits the end of. */
  const awaited = new Map<string, (exit: ServerExit) => void>();
  let looking = false;
  let hasPolicy = false;

  /** Looks after those that are awaited, for as long as there are any. */
  async function look(): Promise<void> {
    if (looking) return;
    looking = true;
    while (awaited.size > 0) {
      await delay(clock, lookEveryMs * 5);
      for (const [name, settle] of awaited) {
        const pod = await pods.find(name).catch(() => undefined);
        if (pod === undefined || (pod !== null && isRunning(pod))) continue;
        awaited.delete(name);
        settle((pod === null ? null : exitOf(pod)) ?? { code: null, signal: null });
      }
    }
    looking = false;
  }

  /** Puts everything where the server finds it. */
  async function layOut(spec: ServerSpec): Promise<string> {
    const folder = folderOf(spec.serverId);
    const { files, links = {}, folders = [] } = spec;
    // Of a start that was given up: a server could have put links there for what is written now.
    await clean(spec.serverId);
    await makePrivateFolder(folder);
    await makePrivateFolder(homeOf(dataDir, spec));
    for (const name of [logFolder, ...folders]) await makePrivateFolder(join(folder, name));
    for (const name of [...Object.keys(files), ...Object.keys(links)])
      await makePrivateFolder(dirname(join(folder, name)));
    for (const [name, content] of Object.entries(files)) await writeFile(join(folder, name), content, { mode: 0o600 });
    for (const [name, target] of Object.entries(links)) {
      await rm(join(folder, name), { force: true });
      await symlink(target, join(folder, name));
    }
    const log = logOf(spec.serverId);
    await (await openPlain(log, 'make'))?.close();
    const script = join(folder, scriptName);
    await writeFile(script, startScript({ ...spec, log }), { mode: 0o600 });
    return script;
  }

  /** Removes all but the log. */
  async function clean(serverId: string): Promise<void> {
    const folder = folderOf(serverId);
    for (const name of await readdir(folder).catch(() => [])) {
      if (name !== logFolder) await removeTree(join(folder, name));
    }
  }

  /** Resolves when the Pod is gone; after `ms` false. */
  async function isGone(name: string, ms: number): Promise<boolean> {
    for (const end = clock.steady() + ms; ;) {
      if ((await cluster.get(name)) === null) return true;
      if (clock.steady() >= end) return false;
      await delay(clock, lookEveryMs);
    }
  }

  async function remove(name: string, patience: number): Promise<void> {
    await cluster.delete(name, Math.ceil(patience / 1000));
    if (!(await isGone(name, patience + patienceMs))) {
      // Its node is away: what runs there can't be told, and ends when the node is back.
      await cluster.delete(name, 0);
      await isGone(name, patienceMs);
    }
    pods.forget(name);
  }

  async function start(spec: ServerSpec): Promise<V1Pod> {
    // What runs first is a shell, which would say so to the log alone.
    await access(spec.file, constants.X_OK).catch((cause: unknown) => {
      const message = 'The Python of the environment is not there any more. Please build the environment again.';
      throw new SpawnError(message, { cause });
    });
    const profile = findProfile(profiles, spec.profile ?? null);
    // One of a start that was given up would be taken for this one, and has the folder.
    if ((await cluster.get(podName(spec.serverId))) !== null) await remove(podName(spec.serverId), 0);
    const script = await layOut(spec);
    const folder = folderOf(spec.serverId);
    const pod = podFor({
      settings,
      platform,
      owner: spec,
      limits: spec.limits,
      profile,
      dataDir,
      // What control reads in the server's folder, and writes there, is not the server's to change.
      writes: [
        ...[logFolder, ...(spec.folders ?? [])].map((name) => join(folder, name)),
        homeOf(dataDir, spec),
        spec.cwd,
      ],
      reads: [{ folder, at: folder }, ...(await environmentOf(spec.file, dataDir))],
      script,
      user: process.getuid?.() ?? 0,
      group: process.getgid?.() ?? 0,
    });
    if (!hasPolicy) await cluster.apply(policyFor(settings, platform));
    hasPolicy = true;
    return pods.create(pod);
  }

  /** With the profile whose image it is of. */
  function subjectOf(pod: V1Pod): Subject {
    const profile = profiles.find(({ name }) => name === pod.metadata?.labels?.[labels.profile]);
    const image = pod.spec?.containers[0]?.image;
    return profile === undefined || image === undefined ? subject : { ...subject, image: imageWords(image, profile) };
  }

  const uidOf = (pod: V1Pod): string => pod.metadata?.uid ?? '';

  return {
    limitedBy: ({ memoryMb, cores }) => (memoryMb === null && cores === null ? 'none' : 'cgroup'),
    places: ({ serverId, ...owner }) => ({
      folder: folderOf(serverId),
      listens: { port: serverPort },
      home: homeOf(dataDir, owner),
      // a Pod's own, where sockets work whatever the volume is
      runtime: '/tmp/.jupyter',
      sockets: true,
      gateway: settings.controlUrl,
    }),
    log: logOf,

    async start(spec) {
      if (spec.once === true) throw new SpawnError('Runs of jobs are not started on Kubernetes.');
      const name = podName(spec.serverId);
      try {
        const pod = await start(spec);
        const { promise, resolve } = Promise.withResolvers<ServerExit>();
        awaited.set(name, resolve);
        void look();
        return { handle: { pid: 0, startTicks: uidOf(pod) }, exited: promise };
      } catch (error) {
        if (error instanceof SpawnError) throw error;
        throw new SpawnError(refusalOf(error, { namespace, doing: 'start Pods', ...subject }), { cause: error });
      }
    },

    async find(serverId) {
      const pod = await cluster.get(podName(serverId));
      return pod === null || !isRunning(pod) ? null : { pid: 0, startTicks: uidOf(pod) };
    },

    async isAlive({ startTicks }) {
      try {
        const found = (await pods.known()).find((pod) => uidOf(pod) === startTicks);
        return found !== undefined && isRunning(found);
      } catch {
        // A cluster that does not answer says nothing about its Pods.
        return true;
      }
    },

    async reachedAt({ serverId }) {
      const address = (await pods.find(podName(serverId)))?.status?.podIP;
      return address === undefined ? null : tcpAddress(address, serverPort);
    },

    async progress(serverId) {
      const pod = await pods.find(podName(serverId)).catch(() => null);
      return pod === null ? { step: 'scheduling', note: null, problem: null } : progressOf(pod, subjectOf(pod));
    },

    async whyEnded(serverId) {
      const pod = await pods.find(podName(serverId)).catch(() => undefined);
      return pod === undefined ? null : endOf(pod, subject);
    },

    present: async () => (await pods.all()).flatMap((pod) => pod.metadata?.labels?.[labels.server] ?? []),
    runOf: async () => ({ begun: null, exitCode: null }),

    async stop(serverId, _handle, patience = graceMs) {
      await remove(podName(serverId), patience);
    },

    clean,

    async forget(serverId) {
      await removeTree(folderOf(serverId));
    },

    boundLog: (serverId) => boundLog(logOf(serverId), serverLogBytes),
    // The cluster says that by its metrics, which are not asked.
    use: async () => new Map(),
  };
}
