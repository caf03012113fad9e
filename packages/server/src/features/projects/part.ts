/** A member in a project. */
export type Whose = { readonly projectId: string; readonly userId: string };

/**
 * Why what a member runs is to end. `member`: they have left, or may not run anything any more · `project`: it is archived or being deleted. Whoever has
 * lost the right is not asked twice: what runs for them ends quickly.
 */
export type EndReason = 'member' | 'project';

/** A part of the platform that runs or keeps things for the members of projects. */
export type ProjectPart = {
  /** For whom something of it lives, or is to live; `ending`: all of that is to end already. */
  living(): Promise<(Whose & { readonly ending: boolean })[]>;
  /** Lets all of it end that lives for a member. Resolves when that is written down. */
  stop(whose: Whose, why: EndReason): Promise<void>;
  /** Removes what a project that is being deleted has left beside its rows. Safe to repeat. */
  remove(projectId: string): Promise<void>;
};
