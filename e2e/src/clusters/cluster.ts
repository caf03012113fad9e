/** A cluster that Emberlab uses, on this machine. */
export type Cluster = AsyncDisposable & {
  /** as `EMBERLAB_ENGINES` names it */
  readonly engine: Readonly<Record<string, unknown>>;
  /** what a driver there says that its master is */
  readonly master: RegExp;
  /** further settings of the platform */
  readonly settings?: Readonly<Record<string, string>>;
  /** what runs on it for anybody, one word each; it may take a while to be none */
  running(): Promise<readonly string[]>;
  /** Kills the JVM of the one driver that runs, without a chance to clean up. */
  killDriver(): Promise<void>;
};

/** Starts one for a platform, whose data folder and port are known before it runs. */
export type StartCluster = (platform: { readonly data: string; readonly port: number }) => Promise<Cluster>;

/** For so long a cluster may take for something, ms: a busy machine gets the time it needs. */
export const patience = 240_000;
const engineName = 'cluster';

/** What a platform is told of its cluster, whose engine all configurations have that name none. */
export const settingsOf = ({ engine, settings = {} }: Cluster): Record<string, string> => ({
  EMBERLAB_ENGINES: JSON.stringify({ [engineName]: { label: 'The cluster', ...engine } }),
  EMBERLAB_DEFAULT_ENGINE: engineName,
  // Nothing else is to start meanwhile.
  EMBERLAB_SESSION_WARM_START: 'false',
  ...settings,
});
