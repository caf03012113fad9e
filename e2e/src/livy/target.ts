import type { DeviationId } from './deviations.ts';

/** A language that code is written in. */
export type Kind = 'pyspark' | 'spark' | 'sql' | 'sparkr';

/**
 * What may not be had of every server. `sessions`: it makes interactive ones · `batches`: it may read files of `batchFolder` · `users`: others may log
 * in · `restart`: it can be restarted · `processes`: its drivers are processes here · `start limit`: how many drivers may be starting is known ·
 * `live output`: it tells what running statements print.
 */
export type Ability = 'sessions' | 'batches' | 'users' | 'restart' | 'processes' | 'start limit' | 'live output';

/** A server of Livy's dialect that the contract is tried on. */
export type Target = {
  readonly name: string;
  /** `livy`: Apache's own server, which shows what a deviation is one from */
  readonly is: 'emberlab' | 'livy';
  /** as `/version` says, such as `0.9.0-incubating` */
  readonly version: string;
  readonly kinds: readonly Kind[];
  readonly abilities: ReadonlySet<Ability>;
  /** the root of its routes, without a slash at the end */
  readonly url: string;
  /** what logs its usual user in */
  readonly headers: Readonly<Record<string, string>>;
  /** what all requests need since the last restart */
  readonly extraHeaders: Readonly<Record<string, string>>;
  /** its usual user, as answers name them; null where it knows none */
  readonly user: string | null;
  /** another user's login, who may use the same server */
  readonly otherHeaders: Readonly<Record<string, string>>;
  /** tests write to this folder, and batches may name its files */
  readonly batchFolder: string;
  /** drivers that may be starting at the same time */
  readonly startLimit: number;
  start(): Promise<void>;
  /** Restarts it so that from then on all but reads need the header X-Requested-By. Sessions go on. */
  restart(): Promise<void>;
  /** Processes of a session or a batch, as `pid command`. */
  processesOf(what: 'sessions' | 'batches', id: number): string[];
  /** Kills the JVM of a session's driver, without a chance to clean up. */
  killDriver(id: number): void;
  /** Ends it with all that it has started. */
  stop(): Promise<void>;
};

/** What is awaited of a target in a point in which Emberlab differs from Livy on purpose. */
export const differs = <T>(target: Target, _deviation: DeviationId, awaited: { livy: T; emberlab: T }): T =>
  awaited[target.is];

/** Whether a target is a Livy before this version, such as `0.9`. */
export const isBefore = (target: Target, version: string): boolean =>
  target.is === 'livy' && target.version.localeCompare(version, 'en', { numeric: true }) < 0;
