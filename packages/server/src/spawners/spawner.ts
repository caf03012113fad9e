import type { ProcessIdentity } from '../lib/process.ts';

/** Whose server it is. Ids are never used again, so that a place made from them is nobody else's. */
export type ServerOwner = { readonly serverId: string; readonly projectId: string; readonly userId: string };

/** Where a server's things lie, absolute, as the server itself sees them. */
export type ServerPlaces = {
  /** private to this server; all but its log is gone once it has ended */
  readonly folder: string;
  /** where it answers HTTP: a Unix socket, with a path short enough for its address, or a port of all its addresses */
  readonly listens: { readonly socket: string } | { readonly port: number };
  /** the member's own folder in this project: stays from server to server */
  readonly home: string;
  /** where it keeps what its kernels are reached by; short enough for a Unix socket's address when `sockets` */
  readonly runtime: string;
  /** whether kernels are reached by Unix sockets there, which nobody else can open; else by ports of the machine */
  readonly sockets: boolean;
  /** the origin under which it reaches the platform; null: that of what runs on the same machine */
  readonly gateway: string | null;
};

/** What a server may take, with all that it runs; null: as much as there is. */
export type ServerLimits = { readonly memoryMb: number | null; readonly cores: number | null };

/**
 * Who sees to the limits of a server. `cgroup`: the kernel, for all of its processes together · `rlimit`: the kernel, memory for each process by itself,
 * and cores by the choice of those that it may run on, which a process can undo · `none`: nobody.
 */
export type LimitedBy = 'cgroup' | 'rlimit' | 'none';

/** What a server takes now, with all that it runs. */
export type ServerUse = {
  readonly memoryBytes: number;
  /** CPU time that its present processes have had, ms */
  readonly cpuMs: number;
  /** how often the kernel has ended one of its processes for memory; null: nobody counts that */
  readonly memoryKills: number | null;
  /** its processes, with the notebook that each is a kernel of, or belongs to the kernel of */
  readonly processes: readonly { readonly pid: number; readonly notebook: string | null }[];
};

/** A server to be started. Everything in it has been checked; nothing is interpreted by a shell. */
export type ServerSpec = ServerOwner & {
  readonly file: string;
  readonly args: readonly string[];
  /** where it works: the project's folder, absolute */
  readonly cwd: string;
  /** the whole environment: nothing is inherited */
  readonly env: Readonly<Record<string, string>>;
  /** written before it starts, for nobody else to read: path below its folder → content */
  readonly files: Readonly<Record<string, string>>;
  /** folders below its own that it writes to; absent: none */
  readonly folders?: readonly string[];
  readonly limits: ServerLimits;
  /** what it runs in, by the name that the spawner's settings have for it; null or absent: in what they have for all */
  readonly profile?: string | null;
  /** symbolic links made before it starts: path below its folder → what it leads to, absolute */
  readonly links?: Readonly<Record<string, string>>;
  /** It runs once, and how it ended is kept for who asks later. It listens on no socket. Absent: a server as usual. */
  readonly once?: boolean;
};

/**
 * What names a server's process for good; it is kept in the server's row. One that is no process of this machine has the pid 0, and as `startTicks` what
 * it is known by where it runs.
 */
export type ServerHandle = ProcessIdentity;

export type ServerExit = { readonly code: number | null; readonly signal: string | null };

export type SpawnedServer = {
  readonly handle: ServerHandle;
  /** Resolves when it ends while this process is the one that started it; never after a restart. */
  readonly exited: Promise<ServerExit>;
};

/** How far the start of a server is that somebody else carries out. */
export type StartProgress = {
  readonly step: 'scheduling' | 'preparing' | 'answering';
  /** what it waits for, a sentence; null: nothing to say */
  readonly note: string | null;
  /** why nothing can come of it, a sentence; null: it goes on */
  readonly problem: string | null;
};

/**
 * What runs Jupyter servers. A server outlives the control plane; a spawner keeps nothing in memory that it needs to find one again.
 */
export type Spawner = {
  places(owner: ServerOwner): ServerPlaces;
  /** Who would see to these limits. */
  limitedBy(limits: ServerLimits): LimitedBy;
  /** Starts a server, within its limits from its first instruction on. Throws a `SpawnError`, with nothing left running, when it can't. */
  start(spec: ServerSpec): Promise<SpawnedServer>;
  /** The process of a server whose start was begun by a control plane that ended before it wrote the handle down; null: there is none. */
  find(serverId: string): Promise<ServerHandle | null>;
  /** False once it is known to have ended. */
  isAlive(handle: ServerHandle): Promise<boolean>;
  /** Where a server is reached: a Unix socket, or `tcp://HOST:PORT`; null: that is not known yet. */
  reachedAt(owner: ServerOwner): Promise<string | null>;
  /** Absent: a server is a process of this machine as soon as `start` has resolved. */
  progress?(serverId: string): Promise<StartProgress>;
  /** Why a server has ended that nobody wanted to end, a sentence; null: what its process says is all. Absent: it always is. */
  whyEnded?(serverId: string): Promise<string | null>;
  /** Servers that are there, wanted or not. Absent: none is ever left behind. */
  present?(): Promise<readonly string[]>;
  /** Of what runs `once`: its process, alive or not (null: it has never begun), and with which code it has ended (null: it has not, or nobody could tell). */
  runOf(serverId: string): Promise<{ readonly begun: ServerHandle | null; readonly exitCode: number | null }>;
  /**
   * Ends the server with all that it started, kernels and terminals included: politely, then after 5 s, or `graceMs`, by force. Resolves when nothing is
   * left; fine to call when there is nothing.
   */
  stop(serverId: string, handle: ServerHandle | null, graceMs?: number): Promise<void>;
  /** Removes what an ended server leaves, but its log, and how it ended where it ran `once`. */
  clean(serverId: string): Promise<void>;
  /** Removes its log too. */
  forget(serverId: string): Promise<void>;
  /** The file that its output goes to; it may not exist yet. */
  log(serverId: string): string;
  /** Cuts its log down to the newest lines when that has become too long. */
  boundLog(serverId: string): Promise<void>;
  /** What these servers take now; absent: not known. */
  use(serverIds: readonly string[]): Promise<ReadonlyMap<string, ServerUse>>;
};

/** A server that could not be started. The message is a sentence for the user. */
export class SpawnError extends Error {
  override readonly name = 'SpawnError';
}
