/** Where and how servers run in containers: everything here is an administrator's. */
export type DockerOptions = {
  /** the Unix socket of the engine */
  readonly socket: string;
  /** what servers run in: it has /bin/sh, env, and the Python of environments at the path that it has on this machine */
  readonly image: string;
  /** whether the engine fetches an image that it has not */
  readonly pull: boolean;
  /** the origin under which containers reach the platform; null: by the address that this machine has on their network */
  readonly controlUrl: string | null;
  /** a network of the engine that is there already; null: one of our own */
  readonly network: string | null;
  /** whether our own network leads out of this machine */
  readonly internet: boolean;
  /** what /tmp may hold, MB; it counts as memory of the server */
  readonly tmpMb: number;
  /** how many processes and threads a server may have */
  readonly processes: number;
};

/** The name by which containers know this machine, where no `controlUrl` is given. */
export const hostName = 'emberlab.internal';

/** The origin under which containers reach the platform, whose port is `port`. */
export const originFor = ({ controlUrl }: Pick<DockerOptions, 'controlUrl'>, port: number): string =>
  controlUrl ?? `http://${hostName}:${port}`;
