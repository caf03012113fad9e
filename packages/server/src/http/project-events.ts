import type { ProjectEvent, Role } from '@emberlab/contract';
import type { Bus } from '../lib/bus.ts';

/** Somebody who looks at a project. */
export type Viewer = { readonly userId: string; readonly role: Role };

/**
 * Something changed in a project, or with `projectId` null on the platform, for whoever looks at any. `present` answers what this viewer may see of it; null:
 * nothing. It rests on the viewer's role, and on whether they are one of `users`: the ids of those whose thing it is.
 */
export type ProjectChange = {
  readonly projectId: string | null;
  readonly users: readonly string[];
  present(viewer: Viewer): ProjectEvent | null;
};
export type ProjectBus = Bus<ProjectChange>;

/** The present state, as the events that a new stream begins with. */
export type ProjectSnapshot = (projectId: string, viewer: Viewer) => Promise<ProjectEvent[]>;
