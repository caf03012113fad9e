import type { AheadLimits } from './plan.ts';

/** A Jupyter server that runs with Spark, and what its notebooks will ask for, as a body of `POST /sessions`. */
export type SparkServer = {
  readonly serverId: string;
  readonly projectId: string;
  readonly projectName: string;
  readonly userId: string;
  readonly sessionDefaults: Readonly<Record<string, unknown>>;
};

export type AheadOptions = AheadLimits & {
  /** the servers that run with Spark now */
  servers(): Promise<readonly SparkServer[]>;
  /** whether drivers can run R */
  hasSparkR(): Promise<boolean>;
  /** of this machine */
  memory(): { readonly totalBytes: number; readonly availableBytes: number };
};
