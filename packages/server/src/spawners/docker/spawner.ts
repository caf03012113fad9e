import { constants, existsSync } from 'node:fs';
import { access, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { Config } from '../../config.ts';
import { homeOf, type Identities } from '../../identities/identities.ts';
import { oneUser } from '../../identities/one-user.ts';
import { environmentOf } from '../../kubernetes/data-volume.ts';
import { delay, type Clock } from '../../lib/clock.ts';
import { makePrivateFolder } from '../../lib/files.ts';
import { digest, newId } from '../../lib/ids.ts';
import { boundLog } from '../../lib/log-file.ts';
import { removeTree } from '../../lib/trees.ts';
import { startScript } from '../kubernetes/script.ts';
import { layOut } from '../lay-out.ts';
import { findProfile, imageWords, type Profile } from '../profile.ts';
import { SpawnError, type ServerExit, type ServerHandle, type ServerSpec, type Spawner } from '../spawner.ts';
import { openDocker, type Container, type DockerApi } from './api.ts';
import {
  containerFor,
  containerName,
  labelOf,
  labels,
  networkFor,
  networkName,
  socketFolder,
  type ContainerBody,
} from './container.ts';
import { createContainers } from './containers.ts';
import { endOf, exitOf, isRunning, notFetched, notThere, refusalOf } from './explain.ts';
import { createImages } from './images.ts';
import { originFor, type DockerOptions } from './settings.ts';
import { takeSocket } from './socket.ts';
import { createUse } from './use.ts';

/** How long a server may take to end by itself, ms. */
const graceMs = 5000;
const lookEveryMs = 250;
/** A folder of its own for the log: it is what the server writes to, and nothing of ours is in it. */
const logFolder = 'log';
const logName = 'server.log';
const scriptName = 'start';
const socketName = 'jupyter.sock';
/** What is to be started once its image is there, for a control plane that begins meanwhile. */
const waitingName = 'container.json';

export type DockerSpawnerOptions = {
  readonly clock: Clock;
  readonly config: Pick<Config, 'dataDir' | 'port' | 'serverLogBytes'> & {
    readonly paths: Pick<Config['paths'], 'servers' | 'run'>;
  };
  readonly settings: DockerOptions;
  /** as whom they run; default: as the user that we are */
  readonly identities?: Identities;
  /** files and folders of this machine that servers read; absent ones don't matter */
  readonly shared: readonly string[];
  /** what servers may run in besides what the settings have for all; default: nothing */
  readonly profiles?: readonly Profile[];
  /** default: the engine of the settings */
  readonly api?: DockerApi;
};

type Waiting = { readonly start: string; readonly body: ContainerBody };
/** One whose container is about to be made: its image is being fetched. */
type Pending = {
  readonly start: string;
  readonly image: string;
  problem: string | null;
  readonly end: AbortController;
  done: Promise<void>;
};

/** Runs servers in containers of a Docker engine of this machine. Each sees the folders of its own server, member, project and environment. */
export function createDockerSpawner(options: DockerSpawnerOptions): Spawner {
  const { clock, config, settings, identities = oneUser(), profiles = [] } = options;
  const { dataDir, paths, serverLogBytes } = config;
  const platform = digest(dataDir).slice(0, 20);
  const network = settings.network ?? networkName(platform, settings);
  const api = options.api ?? openDocker(settings.socket);
  const containers = createContainers(api, clock, labelOf(platform));
  const images = createImages(api);
  const use = createUse(api);
  const pending = new Map<string, Pending>();
  const folderOf = (serverId: string) => join(paths.servers, serverId);
  const logOf = (serverId: string) => join(folderOf(serverId), logFolder, logName);
  const socketsOf = (serverId: string) => join(paths.run, 'd', serverId);
  const socketOf = (serverId: string) => join(paths.run, 's', `${serverId}.sock`);
  const waitingOf = (serverId: string) => join(folderOf(serverId), waitingName);
  const handleOf = (serverId: string, start: string): ServerHandle => ({ pid: 0, startTicks: `${serverId}.${start}` });
  /** Those that somebody awaits the end of, by their starts. */
  const awaited = new Map<string, { serverId: string; settle: (exit: ServerExit) => void }>();
  let looking = false;

  /** How sentences begin that speak of what a container runs in. */
  const wordsFor = (image: string, its: Container['labels']): string =>
    imageWords(image, profiles.find(({ name }) => name === its[labels.profile]) ?? null);
  const wordsOf = ({ profile: named = null }: ServerSpec): string => {
    const profile = profiles.find(({ name }) => name === named) ?? null;
    return imageWords(profile?.image ?? settings.image, profile);
  };

  /** Looks after those that are awaited, for as long as there are any. */
  async function look(): Promise<void> {
    if (looking) return;
    looking = true;
    while (awaited.size > 0) {
      await delay(clock, lookEveryMs);
      for (const [start, { serverId, settle }] of awaited) {
        if (await lives(serverId, start)) continue;
        awaited.delete(start);
        const container = await api.find(containerName(serverId)).catch(() => null);
        const ended = container?.labels[labels.start] === start ? container : null;
        settle(ended === null ? { code: null, signal: null } : exitOf(ended));
      }
    }
    looking = false;
  }

  /** What does not answer has not ended. */
  async function lives(serverId: string, start: string): Promise<boolean> {
    if (pending.get(serverId)?.start === start) return true;
    try {
      const found = await containers.ofStart(start);
      if (found !== undefined && found.state !== 'created') return isRunning(found);
      return (await resume(serverId))?.start === start;
    } catch {
      return true;
    }
  }

  /** Goes on with a start that a former control plane did not finish. */
  async function resume(serverId: string): Promise<Waiting | null> {
    const text = await readFile(waitingOf(serverId), 'utf8').catch(() => null);
    if (text === null) return null;
    const waiting = JSON.parse(text) as Waiting;
    if (!pending.has(serverId)) fetchAndRun(serverId, waiting);
    return waiting;
  }

  /** Makes and starts a container; nothing of it stays when that fails. */
  async function run(serverId: string, body: ContainerBody): Promise<void> {
    const name = containerName(serverId);
    try {
      await api.remove(name, 0);
      await api.create(name, body);
      await api.start(name);
    } catch (error) {
      await api.remove(name, 0).catch(() => undefined);
      throw error;
    } finally {
      containers.changed();
    }
  }

  /** The same in the background, once its image is there. */
  function fetchAndRun(serverId: string, { start, body }: Waiting): void {
    const end = new AbortController();
    const ended = new Promise<void>((resolve) => end.signal.addEventListener('abort', () => resolve(), { once: true }));
    const image = body.Image;
    const said = { socket: settings.socket, image: wordsFor(image, body.Labels) };
    const one: Pending = { start, image, problem: null, end, done: Promise.resolve() };
    const work = async () => {
      try {
        if (!(await api.hasImage(image))) await Promise.race([images.fetch(image), ended]);
      } catch (error) {
        one.problem = notFetched(error, said);
        return;
      }
      if (end.signal.aborted) return;
      try {
        await run(serverId, body);
        await rm(waitingOf(serverId), { force: true });
        pending.delete(serverId);
      } catch (error) {
        one.problem = refusalOf(error, said);
      }
    };
    pending.set(serverId, one);
    one.done = work();
  }

  /** The network that servers are in, with the address that this machine has there. */
  async function ensureNetwork(): Promise<string | null> {
    if (settings.network === null && !(await api.hasNetwork(network))) {
      await api.createNetwork(networkFor(platform, settings));
    }
    return settings.controlUrl === null ? api.gatewayOf(network) : null;
  }

  /** Removes all but the log. */
  async function clean(serverId: string): Promise<void> {
    const folder = folderOf(serverId);
    for (const name of await readdir(folder).catch(() => [])) {
      if (name !== logFolder) await removeTree(join(folder, name));
    }
    await rm(socketOf(serverId), { force: true });
    await removeTree(socketsOf(serverId));
  }

  /** Puts everything where the server finds it. */
  async function prepare(spec: ServerSpec, profile: Profile | null, start: string): Promise<ContainerBody> {
    const { serverId } = spec;
    const folder = folderOf(serverId);
    const identity = await identities.of(spec, spec.cwd);
    const { user, groups } = identity.numbers;
    if (user === 0) {
      throw new SpawnError(
        'Emberlab runs as root and members have no users of their own here, so Jupyter would be root in its container. Please set isolation, or start Emberlab as another user.',
      );
    }
    // Of a start that was given up: a server could have put links there for what is written now.
    await clean(serverId);
    await removeTree(join(folder, logFolder));
    await identity.lendFolder(folder);
    await identity.giveFolder(homeOf(dataDir, spec));
    const script = startScript({ ...spec, log: logOf(serverId) });
    const files = { ...spec.files, [scriptName]: script, [join(logFolder, logName)]: '' };
    const folders = [logFolder, ...(spec.folders ?? [])];
    await layOut(identity, folder, { ...spec, files, folders }, []);
    await identity.giveFolder(socketsOf(serverId));
    await makePrivateFolder(dirname(socketOf(serverId)));
    const shared = options.shared.filter((path) => existsSync(path)).map((path) => ({ folder: path, at: path }));
    const host = await ensureNetwork();
    return containerFor({
      settings,
      platform,
      owner: spec,
      start,
      limits: spec.limits,
      profile,
      dataDir,
      // What control reads in the server's folder, and writes there, is not the server's to change.
      writes: [...folders.map((name) => join(folder, name)), homeOf(dataDir, spec), spec.cwd],
      reads: [{ folder, at: folder }, ...(await environmentOf(spec.file, dataDir)), ...shared],
      sockets: socketsOf(serverId),
      script: join(folder, scriptName),
      user,
      groups,
      network,
      host,
    });
  }

  async function begin(spec: ServerSpec): Promise<string> {
    const { serverId } = spec;
    const start = newId();
    // What runs first is a shell, which would say so to the log alone.
    await access(spec.file, constants.X_OK).catch((cause: unknown) => {
      const message = 'The Python of the environment is not there any more. Please build the environment again.';
      throw new SpawnError(message, { cause });
    });
    const profile = findProfile(profiles, spec.profile ?? null);
    const image = profile?.image ?? settings.image;
    await stop(serverId, 0);
    const isThere = await api.hasImage(image);
    if (!isThere && !settings.pull) throw new SpawnError(notThere(imageWords(image, profile)));
    const body = await prepare(spec, profile, start);
    if (isThere) await run(serverId, body);
    else {
      await writeFile(waitingOf(serverId), JSON.stringify({ start, body } satisfies Waiting), { mode: 0o600 });
      fetchAndRun(serverId, { start, body });
    }
    return start;
  }

  async function stop(serverId: string, patienceMs: number): Promise<void> {
    const one = pending.get(serverId);
    one?.end.abort();
    await one?.done;
    await rm(waitingOf(serverId), { force: true });
    pending.delete(serverId);
    await api.remove(containerName(serverId), Math.ceil(patienceMs / 1000));
    containers.changed();
    use.forget(serverId);
  }

  return {
    limitedBy: ({ memoryMb, cores }) => (memoryMb === null && cores === null ? 'none' : 'cgroup'),
    places: ({ serverId, ...owner }) => ({
      folder: folderOf(serverId),
      listens: { socket: join(socketFolder, socketName) },
      home: homeOf(dataDir, owner),
      // a container's own
      runtime: '/tmp/.jupyter',
      sockets: true,
      gateway: originFor(settings, config.port),
    }),
    log: logOf,

    async start(spec) {
      if (spec.once === true) throw new SpawnError('Runs of jobs are not started in containers.');
      try {
        const start = await begin(spec);
        const { promise, resolve } = Promise.withResolvers<ServerExit>();
        awaited.set(start, { serverId: spec.serverId, settle: resolve });
        void look();
        return { handle: handleOf(spec.serverId, start), exited: promise };
      } catch (error) {
        if (error instanceof SpawnError) throw error;
        throw new SpawnError(refusalOf(error, { socket: settings.socket, image: wordsOf(spec) }), { cause: error });
      }
    },

    async find(serverId) {
      const container = await api.find(containerName(serverId));
      const start = container !== null && isRunning(container) ? container.labels[labels.start] : undefined;
      if (start !== undefined) return handleOf(serverId, start);
      const waiting = pending.get(serverId) ?? (await resume(serverId));
      return waiting === null ? null : handleOf(serverId, waiting.start);
    },

    async isAlive({ startTicks }) {
      const [serverId = '', start = ''] = startTicks.split('.');
      return lives(serverId, start);
    },

    reachedAt: async ({ serverId }) =>
      (await takeSocket(join(socketsOf(serverId), socketName), socketOf(serverId))) ? socketOf(serverId) : null,

    async progress(serverId) {
      const one = pending.get(serverId);
      if (one === undefined) return { step: 'answering', note: null, problem: null };
      return { step: 'preparing', note: images.note(one.image), problem: one.problem };
    },

    async whyEnded(serverId) {
      const name = containerName(serverId);
      try {
        const container = await api.find(name);
        const output = container === null ? '' : await api.output(name).catch(() => '');
        return endOf(container, output, wordsFor(container?.image ?? settings.image, container?.labels ?? {}));
      } catch {
        return null;
      }
    },

    async present() {
      const there = (await containers.all()).flatMap((one) => one.labels[labels.server] ?? []);
      return [...new Set([...there, ...pending.keys()])];
    },

    runOf: async () => ({ begun: null, exitCode: null }),
    stop: (serverId, _handle, patienceMs = graceMs) => stop(serverId, patienceMs),
    clean,

    async forget(serverId) {
      await removeTree(folderOf(serverId));
    },

    boundLog: (serverId) => boundLog(logOf(serverId), serverLogBytes),
    use: (serverIds) => use.of(serverIds.map((id) => ({ id, folder: folderOf(id) }))),
  };
}
