import { join } from 'node:path';
import type { Member } from '@emberlab/contract';
import { HttpError } from '../../http/errors.ts';
import type { Membership } from '../../http/router.ts';
import type { Clock } from '../../lib/clock.ts';
import { newId } from '../../lib/ids.ts';
import { makeProjectFolder } from './folder.ts';
import type { ProjectRecord, ProjectStore } from './store.ts';

export type ProjectService = ReturnType<typeof createProjectService>;

/** Projects and their members. `onCreated` runs once the project's row and folder are there. */
export function createProjectService(deps: {
  store: ProjectStore;
  clock: Clock;
  projectsFolder: string;
  onCreated: (projectId: string) => Promise<void>;
}) {
  const { store, clock } = deps;
  /** A project's name is its folder's: both are injective, lower-case ASCII (see the contract's `projectName`). */
  const folderOf = (name: string): string => join(deps.projectsFolder, name);

  return {
    folderOf,

    /** Makes a project with its folder; `ownerId` becomes its owner. Throws `name_taken`. */
    async create(project: { name: string; label?: string | undefined }, ownerId: string): Promise<ProjectRecord> {
      const id = newId();
      const { name, label = name } = project;
      // Asked first, so that a stranger's attempt touches nothing of a project that is there; the row decides.
      if (await store.exists(name)) throw new HttpError('name_taken');
      // The folder comes before the row: there is never a project without one, also when we end in between.
      await makeProjectFolder(folderOf(name));
      const inserted = await store.insert({ id, name, label, ownerId, now: clock.now() });
      if (!inserted) throw new HttpError('name_taken');
      await deps.onCreated(id);
      const made = await store.find(name, ownerId);
      if (made === null) throw new Error(`project ${name} is gone right after it was made`);
      return made;
    },

    /** The user's projects; `only`: those of them with these ids. */
    list: (userId: string, only: readonly string[] | null): Promise<ProjectRecord[]> => store.list(userId, only),
    members: (projectId: string): Promise<Member[]> => store.members(projectId),
    nameOf: (projectId: string): Promise<string | null> => store.nameOf(projectId),

    exists: (name: string): Promise<boolean> => store.exists(name),

    /** Null for a project that does not exist and for one that the user is no member of: nobody can tell which. */
    find: (name: string, userId: string): Promise<ProjectRecord | null> => store.find(name, userId),

    findMembership: (name: string, userId: string): Promise<Membership | null> => store.findMembership(name, userId),

    /** Notes that something was done in a project. */
    touch: (projectId: string): Promise<void> => store.touch(projectId, clock.now()),

    /** The same by what had traffic: Jupyter servers, by their ids, and Spark UIs, by the names of their origins. */
    touchTargets: (targetIds: readonly string[]): Promise<void> => store.touchTargets(targetIds, clock.now()),
  };
}
