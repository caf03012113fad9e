import type { ProjectEvent, Role } from '@emberlab/contract';
import type { ProjectChange, Viewer } from './project-events.ts';

const roles = ['owner', 'editor', 'viewer'] as const satisfies readonly Role[];

/** For each role which of the events it sees; -1: none. */
type Views = readonly number[];

/** A change as it goes to other processes. `users`: the ids of those whose thing it is, each with what they see */
export type WireChange = {
  readonly projectId: string | null;
  readonly events: readonly ProjectEvent[];
  readonly users: readonly (readonly [id: string, views: Views])[];
  readonly others: Views;
};

/** No user has this id. */
const somebodyElse = '';

/** Writes down what everybody sees of a change, each event once. */
export function toWire(change: ProjectChange): WireChange {
  const texts: string[] = [];
  const events: ProjectEvent[] = [];
  const viewsOf = (userId: string): Views =>
    roles.map((role) => {
      const event = change.present({ userId, role });
      if (event === null) return -1;
      const text = JSON.stringify(event);
      const known = texts.indexOf(text);
      if (known >= 0) return known;
      texts.push(text);
      return events.push(event) - 1;
    });
  const users = [...new Set(change.users)].map((id) => [id, viewsOf(id)] as const);
  return { projectId: change.projectId, others: viewsOf(somebodyElse), users, events };
}

/** The change that another process has written down. */
export const fromWire = ({ projectId, events, users, others }: WireChange): ProjectChange => ({
  projectId,
  users: users.map(([id]) => id),
  present({ userId, role }: Viewer) {
    const [, views] = users.find(([id]) => id === userId) ?? [null, others];
    return events[views[roles.indexOf(role)] ?? -1] ?? null;
  },
});
