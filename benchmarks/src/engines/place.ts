/** A cluster on this machine that starts are measured on. It goes with its disposal. */
export type Place = AsyncDisposable & {
  /** the engine, as a table of the platform's settings */
  readonly engine: Readonly<Record<string, unknown>>;
  /** further settings of the platform that it needs */
  readonly environment?: Readonly<Record<string, string>>;
  /** what a session asks for there, beside its engine */
  readonly body: Readonly<Record<string, unknown>>;
  /** Seconds of a bare `spark-submit` to the same cluster, with the same sizes, until its session exists. Nothing is left of it then. */
  bare(python: string): Promise<number>;
};
