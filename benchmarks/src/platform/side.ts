/** What is asked of whom: a request that gets through. The path has no query. */
export type Door = {
  readonly port: number;
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
};

/** `jupyter`: JupyterLab from the project's environment; `light`: `upstream.program.ts` in its place, where the platform is measured and not Jupyter. */
export type Kind = 'jupyter' | 'light';

/** How many members have servers. */
export const members = 10;
/** How many users there are in all. */
export const users = 1000;
/** How many a list of the API has. */
export const listed = 50;

/** One of the platforms that are measured, while it runs. */
export type Side = {
  readonly name: 'Emberlab' | 'JupyterHub';
  /** Starts a member's server and resolves once a browser would get through to it; rejects when it failed. */
  start(member: number, kind: Kind): Promise<void>;
  /** Stops it and resolves once it has. */
  stop(member: number, kind: Kind): Promise<void>;
  /** The way to a member's light server that runs. */
  door(member: number): Promise<Door>;
  /** A read of one user, and one of a list of `listed`. */
  readonly reads: { readonly one: Door; readonly list: Door };
  /** What answers the API (control, their hub), and what stands between browsers and servers (edge, their proxy). */
  pids(): Promise<{ control: number; edge: number }>;
  /** Ends one of them with SIGKILL; resolves once whatever watches over it has brought it back. */
  kill(which: 'control' | 'edge'): Promise<void>;
  /** Ends everything it has started. */
  remove(): Promise<void>;
};
