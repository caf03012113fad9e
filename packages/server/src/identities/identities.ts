import { join } from 'node:path';

/** Whose a process is: a member's, in a project. Ids are never used again, so that what was made for them is nobody else's. */
export type Owner = { readonly projectId: string; readonly userId: string };

/** Where the homes of a project's members are; each has the id of its user as its name. */
export const homesOf = (dataDir: string, projectId: string): string => join(dataDir, 'homes', projectId);

/** The home of a member in a project, in the data folder. */
export const homeOf = (dataDir: string, { projectId, userId }: Owner): string =>
  join(homesOf(dataDir, projectId), userId);

/** A command with its whole environment: nothing is inherited. */
export type Command = {
  readonly file: string;
  readonly args: readonly string[];
  readonly env: Readonly<Record<string, string>>;
};

/** A command as we have to start it, so that it runs as somebody. */
export type PreparedCommand = Command & {
  /** what it reads at descriptor 3 before it becomes the command; null: nothing */
  readonly input: string | null;
};

export type CommandPlaces = {
  readonly cwd: string;
  /** its own folder that it finds at /tmp and /var/tmp, where that is possible; absent: an empty one */
  readonly tmp?: string;
  /** a Unix socket that is made for it, and that it gets as descriptor 3; absent: none */
  readonly socket?: string;
};

/**
 * Who runs something on this machine. Folders are either lent, which are ours and in which it reads what we put there, or given, in which it does as it
 * likes. What is given may hold anything afterwards, links included: we neither read nor write there by names, and remove it by `removeTree`.
 */
export type Identity = {
  /** Makes a folder that it can look into, and nobody else of the machine. */
  lendFolder(path: string): Promise<void>;
  /** Lets it read a file of ours that lies in a folder that was lent. */
  lendFile(path: string): Promise<void>;
  /** Makes a folder, or takes one with what is in it, that is its own. */
  giveFolder(path: string): Promise<void>;
  /** What to start for a command that shall run as it. */
  command(command: Command, places: CommandPlaces): PreparedCommand;
  /** As whom it runs, by numbers of this machine; the first of its groups is that of what it makes. */
  readonly numbers: { readonly user: number; readonly groups: readonly number[] };
  /** Whether the descriptor for a socket is used; else the command makes it itself. */
  readonly getsSocket: boolean;
};

/** As whom files of a project are read and written by us: by numbers of this machine. `user` null: as nobody in particular of the group. */
export type FileOwner = { readonly user: number | null; readonly group: number };

/** What a project's members share. */
export type ProjectIdentity = {
  /** Makes a folder that all of them can look into, and nobody else of the machine. */
  lendFolder(path: string): Promise<void>;
  /** Makes a folder that is nobody's in particular, as whom `prefix` runs commands. */
  giveFolder(path: string): Promise<void>;
  /**
   * Words in front of a command that run it as nobody's in particular, where the project's own code has its word: with these places, this environment
   * and none of ours. `file` is made for it, and holds no secret. Empty: it runs as we do.
   */
  prefix(file: string, run: { cwd: string; env: Readonly<Record<string, string>> }): Promise<readonly string[]>;
};

/** What of the promises about members' processes this machine keeps. */
export type Isolation = {
  /** whether each member of a project is a user of the machine */
  readonly users: boolean;
  /** whether processes have a /tmp of their own */
  readonly ownTmp: boolean;
  /** what is missing, a sentence or two for administrators each, with what to do */
  readonly missing: readonly string[];
};

/** Who runs what we start for members. Two adapters: users of this machine, or all as the one that we are. */
export type Identities = {
  readonly isolation: Isolation;
  /** A member in a project, whose folder is theirs together. What is missing of its user and group is made. */
  of(owner: Owner, projectFolder: string): Promise<Identity>;
  ofProject(projectId: string): Promise<ProjectIdentity>;
  /** As whom we read a project's files for a member, and with `writes` also write them; null: as the one user that we are, and the machine decides. */
  filesOf(owner: Owner, projectFolder: string, options: { writes: boolean }): Promise<FileOwner | null>;
};
