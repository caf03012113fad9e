import { join } from 'node:path';
import { HttpError } from '../../http/errors.ts';
import type { Membership } from '../../http/router.ts';
import type { Clock } from '../../lib/clock.ts';
import { newId } from '../../lib/ids.ts';
import { makeProjectFolder } from './folder.ts';
import type { LifecycleStore } from './lifecycle/store.ts';
import type { ProjectRecord, ProjectStore } from './store.ts';

/** Where the files of projects are when they are in no folder of this machine. */
export type ProjectFolders = {
  /** Throws `name_taken` where there are files already that no project of ours has made. */
  mustBeFree(name: string): Promise<void>;
  /** Makes the folder of a project, with what is in it from the start. Safe to call again. */
  prepare(name: string): Promise<void>;
  /** Copies the files of a folder of this machine into one of a project. */
  fill(name: string, from: string, to: string): Promise<void>;
  remove(name: string): Promise<void>;
};

export type ProjectService = ReturnType<typeof createProjectService>;

/** Projects. `onCreated` runs once the project's row and folder are there; `changed` tells those who look at it. */
export function createProjectService(deps: {
  store: ProjectStore;
  lifecycle: Pick<LifecycleStore, 'doom'>;
  clock: Clock;
  projectsFolder: string;
  files?: ProjectFolders | null;
  onCreated: (projectId: string) => Promise<void>;
  changed: (projectId: string) => void;
  /** something may have lost its right to run, or is to be deleted: resolves when that is being done */
  look: () => Promise<void>;
}) {
  const { store, clock, changed } = deps;
  /** A project's name is its folder's: both are injective, lower-case ASCII (see the contract's `projectName`). */
  const folderOf = (name: string): string => join(deps.projectsFolder, name);

  return {
    folderOf,

    /** Makes a project with its folder; `ownerId` becomes its owner. `filled`: its files were put there just now. Throws `name_taken`. */
    async create(
      project: { name: string; label?: string | undefined },
      ownerId: string,
      { filled = false } = {},
    ): Promise<ProjectRecord> {
      const id = newId();
      const { name, label = name } = project;
      // Asked first, so that a stranger's attempt touches nothing of a project that is there; the row decides.
      if (await store.exists(name)) throw new HttpError('name_taken');
      // The files of somebody else don't become a project's by its name.
      if (!filled) await deps.files?.mustBeFree(name);
      // The folder comes before the row: there is never a project without one, also when we end in between.
      await makeProjectFolder(folderOf(name));
      await deps.files?.prepare(name);
      const inserted = await store.insert({ id, name, label, ownerId, now: clock.now() });
      if (!inserted) throw new HttpError('name_taken');
      await deps.onCreated(id);
      const made = await store.find(name, ownerId);
      if (made === null) throw new Error(`project ${name} is gone right after it was made`);
      return made;
    },

    /** The user's projects; `only`: those of them with these ids. */
    list: (userId: string, only: readonly string[] | null): Promise<ProjectRecord[]> => store.list(userId, only),
    nameOf: (projectId: string): Promise<string | null> => store.nameOf(projectId),

    async setLabel(projectId: string, label: string): Promise<void> {
      await store.setLabel(projectId, label);
      changed(projectId);
    },

    /** Lets a project be read alone: what runs in it is told to end before this resolves. */
    async archive(projectId: string): Promise<void> {
      await store.setArchived(projectId, clock.now());
      changed(projectId);
      await deps.look();
    },

    async unarchive(projectId: string): Promise<void> {
      await store.setArchived(projectId, null);
      changed(projectId);
    },

    /** Begins to delete a project, which goes on in the background and over restarts. Throws `wrong_name` unless `confirmed` is its name. */
    async remove({ id, name }: { id: string; name: string }, confirmed: string): Promise<void> {
      if (confirmed !== name) throw new HttpError('wrong_name');
      await deps.lifecycle.doom(id, clock.now());
      changed(id);
      await deps.look();
    },

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
