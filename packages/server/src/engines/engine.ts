import type { RequestOptions } from 'node:http';
import type { Duplex } from 'node:stream';
import type { ClusterCapacity, EngineChoice, PlatformProperties, SessionKind } from '@emberlab/contract';
import type { Owner } from '../identities/identities.ts';
import type { ProcessIdentity } from '../lib/process.ts';

/** A driver to be started for a session. Everything in it has been checked; nothing is interpreted by a shell. */
export type DriverSpec = {
  readonly sessionId: number;
  /** as whose it runs */
  readonly owner: Owner;
  /** by which the owner is known to people; absent: it is not told */
  readonly ownerEmail?: string;
  readonly kind: SessionKind;
  /** kinds whose interpreters start once the driver is ready, before anybody needs them */
  readonly warmKinds: readonly SessionKind[];
  /** Spark's application name */
  readonly appName: string;
  /** where the driver works: the project's folder, absolute */
  readonly projectFolder: string;
  /** the project's Python, absolute */
  readonly python: string;
  /** where the agent dials to; see docs/developer/agent-protocol.md */
  readonly agentUrl: string;
  /** the bearer secret of this session: it reaches the driver in a file only */
  readonly secret: string;
  /** Spark properties of the request, sizes and file lists included */
  readonly properties: Readonly<Record<string, string>>;
};

/** A driver that a cluster runs somewhere: `clusterId` is what the cluster has named it, and names no other again. */
export type ClusterHandle = { readonly clusterId: string };

/** What names a driver for good, on this machine or on a cluster; it is kept in the session's row. */
export type DriverHandle = ProcessIdentity | ClusterHandle;

/** `said`: why, as a sentence for people, where its cluster knows that better than its log. */
export type DriverExit = { readonly code: number | null; readonly signal: string | null; readonly said?: string };

/** `Handle`: what names what was started; a process where it always runs on this machine. */
export type LaunchedDriver<Handle extends DriverHandle = DriverHandle> = {
  readonly handle: Handle;
  /** Resolves when the driver ends while this process is the one that started it; never after a restart. */
  readonly exited: Promise<DriverExit>;
};

/** What a start is at that takes long, as a sentence without its end, and how far that is. */
export type Step = { readonly step: string; readonly progress: string };

/** A program to be run as a batch. Everything in it has been checked; nothing is interpreted by a shell. */
export type BatchSpec = Pick<
  DriverSpec,
  'owner' | 'ownerEmail' | 'appName' | 'projectFolder' | 'python' | 'properties'
> & {
  readonly batchId: number;
  /** a Python file, a jar or an R script: an absolute path or a URI */
  readonly file: string;
  /** the main class of a jar; null: its manifest names it */
  readonly className: string | null;
  readonly args: readonly string[];
  /** variables that its program gets beside those of the platform; absent: none */
  readonly environment?: Readonly<Record<string, string>>;
};

/**
 * What became of an event log. `kept`: it is there · `too_large`: it grew beyond what one may take and was given up · `none`: no application has
 * written one.
 */
export type EventLogState = 'kept' | 'too_large' | 'none';

/** What Spark has written down of the applications of sessions, or of batches, named by their ids; by it their Spark UI is shown after their end. */
export type EventLogs = {
  /** The ids of the applications that have one, oldest first. */
  applications(id: number): Promise<readonly string[]>;
  /** Keeps within bounds what there is: one that is too large goes. To be called now and then, and once more when the driver has ended. */
  limit(id: number, options: { readonly ended: boolean }): Promise<EventLogState>;
  remove(id: number): Promise<void>;
};

/** Logs of executors that are files of ours, while they run and after: those of engines whose executors have the session's folder. Members write them. */
export type ExecutorLogFiles = {
  /** The executors that have some, by Spark's ids. */
  list(id: number): Promise<readonly string[]>;
  /** Where one lies, for who follows no links; null: there is none. */
  find(id: number, executor: string, stream: 'stdout' | 'stderr'): Promise<string | null>;
};

/**
 * Where a Spark UI or a history server answers on this machine, and what requests have to have with them. `connect`: begins a connection to it where it is no
 * port of this machine.
 */
export type UiAddress = {
  readonly port: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly connect?: () => Duplex;
};

/** How Spark's own pages are asked over HTTP, each time by a connection of its own. */
export const uiRequest = ({ port, headers, connect }: UiAddress): RequestOptions => ({
  host: '127.0.0.1',
  port,
  headers: { ...headers },
  // Node asks a function for the connection where there is no agent; `false` would be a new one.
  ...(connect === undefined ? { agent: false } : { createConnection: connect }),
});

/** What shows the applications of a session from its event logs: a Spark history server for it alone. It keeps nothing that must not be lost. */
export type HistoryEngine = {
  /** Starts the server of a session, which must have none, as its driver ran. Throws an `EngineError`, with nothing left running, when it can't. */
  launch(session: Pick<DriverSpec, 'sessionId' | 'owner' | 'projectFolder'>): Promise<LaunchedDriver<ProcessIdentity>>;
  /** As with drivers. */
  find(sessionId: number): Promise<ProcessIdentity | null>;
  /** null: it does not listen (yet). */
  addressOf(sessionId: number): Promise<UiAddress | null>;
  /** Ends it at once. Resolves when nothing is left; fine to call for a dead one. */
  end(handle: ProcessIdentity): Promise<void>;
  /** Removes what an ended one leaves. */
  clean(sessionId: number): Promise<void>;
  /** Where its output lies; the file may not exist. */
  log(sessionId: number): string;
};

/** What runs batches. They have ids of their own. A handle is asked about, and ended, as that of any driver. */
export type BatchEngine = {
  /** Starts a batch, as the engine does a driver. */
  launch(spec: BatchSpec, told?: (step: Step) => void, signal?: AbortSignal): Promise<LaunchedDriver>;
  /** A batch that was launched, alive or not: one that has run must not run again. null: it never was. */
  find(batchId: number): Promise<DriverHandle | null>;
  /** How a batch ended, also while no control plane was there to see it. null: it has not, or nobody could tell. */
  exitOf(batchId: number): Promise<DriverExit | null>;
  /** The id of its Spark application. null: there is none (yet). */
  applicationOf(batchId: number): Promise<string | null>;
  /** Where its Spark UI answers while it runs. null: nowhere (yet). */
  uiOf(batchId: number): Promise<UiAddress | null>;
  /** Removes what an ended batch leaves, but its logs and how it ended. */
  clean(batchId: number): Promise<void>;
  /** Removes the logs too. */
  forget(batchId: number): Promise<void>;
  /** Where its output lies; the files may not exist yet. */
  logs(batchId: number): { readonly stdout: string; readonly stderr: string };
  /** Keeps what its output takes within bounds. To be called again and again; the files may not exist. */
  boundLogs(batchId: number): Promise<void>;
  readonly executorLogs: ExecutorLogFiles;
  readonly eventLogs: EventLogs;
  /** shows the applications of batches, by their ids */
  readonly history: HistoryEngine;
};

export type ExecutorLogQuestion = {
  readonly owner: Owner;
  readonly projectFolder: string;
  /** the Python that asks, absolute */
  readonly python: string;
  readonly executor: string;
  readonly stream: 'stdout' | 'stderr';
  /** where Spark says that the log is shown */
  readonly page: string;
  /** the first byte; null: the last `size` bytes */
  readonly from: number | null;
  readonly size: number;
};

/** Whose driver: that of a session, or of a batch. */
export type DriverOf = { readonly kind: 'session' | 'batch'; readonly id: number };

/** An executor that has ended, with the logs of it that its cluster has kept. */
export type KeptExecutor = {
  readonly id: string;
  readonly host: string;
  readonly streams: readonly ('stdout' | 'stderr')[];
};

/** What a cluster has kept of the executors of a driver that has ended. Each throws an `EngineError` that says why there is nothing, or not yet. */
export type KeptExecutors = {
  list(of: DriverOf): Promise<readonly KeptExecutor[]>;
  /** Brings a log here, its last bytes where it is large; answers the file. */
  log(of: DriverOf, executor: string, stream: 'stdout' | 'stderr'): Promise<string>;
};

/** The sessions and batches that live, by their ids. */
export type LiveWork = { readonly sessions: ReadonlySet<number>; readonly batches: ReadonlySet<number> };

/**
 * What runs drivers. A driver outlives the control plane; an engine keeps nothing in memory that it needs to find one again.
 */
export type Engine = {
  /**
   * Starts a driver; `told` hears of what takes long. By `signal` a start that takes long is called off; one that takes a moment may go on all the same. Throws an
   * `EngineError`, with nothing left running, when it can't start one, or not any more.
   */
  launch(spec: DriverSpec, told?: (step: Step) => void, signal?: AbortSignal): Promise<LaunchedDriver>;
  /** The driver of a session whose launch was begun by a control plane that ended before it wrote the handle down; null: there is none. */
  find(sessionId: number): Promise<DriverHandle | null>;
  isAlive(handle: DriverHandle): Promise<boolean>;
  /**
   * Ends the driver and everything it started: politely, then after 5 s, or `graceMs`, by force. Resolves when nothing is left; fine to call for a dead
   * one.
   */
  kill(handle: DriverHandle, graceMs?: number): Promise<void>;
  /**
   * What a driver that has not begun yet waits for, as a sentence that goes on from now; null: nothing that is known. Absent: those of this engine never
   * wait. Throws when that can't be said.
   */
  waitingFor?(handle: DriverHandle): Promise<string | null>;
  /**
   * Why a driver ended that nobody wanted to end, a sentence; null: its exit and its log are all there is. To be asked before `kill`. Absent: they always are.
   * Throws when that can't be said.
   */
  whyEnded?(handle: DriverHandle): Promise<string | null>;
  /** Whether the files of the output are written by us, from what the agent tells while it runs. */
  readonly logsComeThroughAgent?: boolean;
  /**
   * Ends drivers and executors that are there and that nobody asks for: of a project that is gone, of a database that was put back, or whose driver is gone.
   * `live` is to be asked after it has been seen what is there, since a session has its row before it has a driver. Answers how many. Absent: there can be none.
   */
  endStrays?(live: () => Promise<LiveWork>): Promise<number>;
  /** What requests to its Spark UI have to have with them. */
  uiHeaders(sessionId: number): Promise<Readonly<Record<string, string>>>;
  /** Removes what an ended driver leaves, but its logs. */
  clean(sessionId: number): Promise<void>;
  /** Removes the logs too. */
  forget(sessionId: number): Promise<void>;
  /** Where the driver's output lies; the files may not exist yet. */
  logs(sessionId: number): { readonly stdout: string; readonly stderr: string };
  /** Keeps what its output takes within bounds. To be called again and again; the files may not exist. */
  boundLogs(sessionId: number): Promise<void>;
  readonly executorLogs: ExecutorLogFiles;
  readonly eventLogs: EventLogs;
  readonly history: HistoryEngine;
  readonly batches: BatchEngine;
  /**
   * Reads a piece of an executor's log from where Spark says that it is shown, as the member: a driver may say anything. Answers what was said there, which
   * may be anything too. Throws an `EngineError` when it can't be read.
   */
  readExecutorLog(question: ExecutorLogQuestion): Promise<unknown>;
  /** Absent: the logs of executors go with them, or with the driver. */
  readonly keptExecutors?: KeptExecutors;
};

/** What can be said of an engine's drivers before one is started. */
export type EngineFacts = {
  readonly place: Pick<EngineChoice, 'type' | 'master' | 'executors'>;
  /** How many cores a driver with these properties gets. */
  coresOf(properties: DriverSpec['properties']): number;
  /** What containers have beside the heap and what is off it, bytes: of the driver, and of each executor. Absent: nothing bounds it, so nothing counts it. */
  besideHeapOf?(properties: DriverSpec['properties']): { readonly driver: number; readonly executor: number };
  /** What is set beside the properties of a request. What differs from driver to driver is described. */
  platformProperties(request: Pick<DriverSpec, 'projectFolder' | 'properties'>): PlatformProperties;
};

/** What a cluster says of itself. The problem is a sentence for the user. */
export type Capacity = Omit<ClusterCapacity, 'checkedAt'>;

/** An engine as the settings have it: one of several that a configuration may name. */
export type NamedEngine = {
  readonly name: string;
  /** for people */
  readonly label: string;
  readonly engine: Engine;
  readonly facts: EngineFacts;
  /** Whether drivers wait there for who may want one; on a cluster they would keep others from its cores. */
  readonly startsAhead: boolean;
  /** Asks the cluster what it has; never throws. null: there is none to ask. */
  capacity(): Promise<Capacity | null>;
};

/** A driver that could not be started. The message is a sentence for the user. */
export class EngineError extends Error {
  override readonly name = 'EngineError';
}
