import type { ProcessUse, RunningKind, RunningPhase } from '@emberlab/contract';
import type { ProcessIdentity } from '../../lib/process.ts';

/** A member in a project. */
export type Whose = { readonly projectId: string; readonly userId: string };

/**
 * Why what a member runs is to end. `member`: they have left, or may not run anything any more · `project`: it is archived or being deleted. Whoever has
 * lost the right is not asked twice: what runs for them ends quickly.
 */
export type EndReason = 'member' | 'project';

/** A part of the platform that runs or keeps things for the members of projects. */
export type ProjectPart = {
  /** For whom something of it lives, or is to live, in a project or in all; `ending`: all of that is to end already. */
  living(projectId?: string): Promise<(Whose & { readonly ending: boolean })[]>;
  /** Lets all of it end that lives for a member. Resolves when that is written down. */
  stop(whose: Whose, why: EndReason): Promise<void>;
  /** Removes what a project that is being deleted has left beside its rows. Safe to repeat. */
  remove(projectId: string): Promise<void>;
};

/** Something that runs for members, as its own part knows it. Times in ms since the epoch. */
export type RunningThing = {
  readonly kind: RunningKind;
  /** unique in its kind */
  readonly id: string;
  readonly projectId: string;
  /** null: it is for all of its project */
  readonly userId: string | null;
  /** what people call it */
  readonly title: string;
  readonly phase: RunningPhase;
  /** a word of its own kind */
  readonly state: string;
  readonly since: number;
  /** of a server: the label of what it runs in; null or absent: it has none */
  readonly profile?: string | null;
  /** host and port of the project's own Livy; null: it runs here */
  readonly place: string | null;
  /** the root of its processes; null: it has none here (yet), or its part knows what it takes */
  readonly process: ProcessIdentity | null;
  readonly use: ProcessUse | null;
};

/** A part of the platform that shows administrators what runs in it, and lets them stop it. */
export type RunningPart = {
  readonly kinds: readonly RunningKind[];
  /** All that has not ended. */
  running(): Promise<RunningThing[]>;
  /** Lets one end; `why` is a sentence for whose it is. Resolves when that is written down. Fine to call for one that has ended. */
  stopRunning(kind: RunningKind, id: string, why: string): Promise<void>;
};
