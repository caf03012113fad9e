import type { Kysely } from 'kysely';
import type { Database } from '../../db/schema.ts';
import type { ProjectBus } from '../../http/project-events.ts';
import type { Router } from '../../http/router.ts';
import type { Clock } from '../../lib/clock.ts';
import type { Log } from '../../lib/log.ts';
import { ensureDemoProject, type DemoDeps } from './demo.ts';
import { removeProjectFolder } from './folder.ts';
import { createGroupRoles } from './group-roles.ts';
import { createInvitationService } from './invitations/service.ts';
import { createInvitationStore } from './invitations/store.ts';
import { createLifecycleStore } from './lifecycle/store.ts';
import { createLifecycleWorker } from './lifecycle/worker.ts';
import { createMemberService } from './members/service.ts';
import { createMemberStore } from './members/store.ts';
import type { ProjectPart } from './part.ts';
import { registerProjectRoutes, type ProjectRoutesDeps } from './routes.ts';
import { createProjectService, type ProjectFolders } from './service.ts';
import { createProjectStore } from './store.ts';

export type { EndReason, ProjectPart, RunningPart, RunningThing } from './part.ts';
export type { ProjectService } from './service.ts';

export type { ProjectFolders } from './service.ts';

export type ProjectsDeps = {
  db: Kysely<Database>;
  clock: Clock;
  log: Log;
  bus: ProjectBus;
  projectsFolder: string;
  /** what has the files of projects where they are not in that folder: to be made before a project is, and removed with it */
  files?: ProjectFolders | null;
  publicOrigin: string;
  onCreated: (projectId: string) => Promise<void>;
  /** what runs things for members; asked once all of it is built */
  parts: () => readonly ProjectPart[];
  removeEnvironment: (projectId: string) => Promise<void>;
  /** Members have other rights than before: looks whether what they have open may stay so. */
  onRightsChanged: () => Promise<void>;
};

/** Projects, their members and invitations, what becomes of things whose right is gone, and the demo project of a new platform. */
export function createProjects(deps: ProjectsDeps) {
  const { db, clock, bus } = deps;
  const changed = (projectId: string): void =>
    bus.publish({ projectId, users: [], present: () => ({ type: 'project' }) });
  const lifecycle = createLifecycleStore(db);
  const worker = createLifecycleWorker({
    ...deps,
    store: lifecycle,
    changed,
    async removeFolder(name) {
      await deps.files?.remove(name);
      await removeProjectFolder(service.folderOf(name));
    },
  });
  const look = async (): Promise<void> => {
    await worker.look();
    await deps.onRightsChanged();
  };
  const service = createProjectService({ ...deps, store: createProjectStore(db), lifecycle, changed, look });
  const members = createMemberService({
    store: createMemberStore(db),
    clock,
    rightsChanged: async (projectId) => {
      changed(projectId);
      await look();
    },
  });
  const invitations = createInvitationService({
    ...deps,
    store: createInvitationStore(db),
    members,
    membersChanged: changed,
  });
  return {
    service,
    members,
    forgetExpired: invitations.forgetExpired,
    /** what the login provider says about groups */
    applyGroupRoles: createGroupRoles({
      db,
      clock,
      onChanged: async (projectId) => {
        changed(projectId);
        await look();
      },
    }),
    ensureDemo: (demo: Pick<DemoDeps, 'firstAdmin' | 'examples' | 'data'>) =>
      ensureDemoProject({ db, service, files: deps.files ?? null, ...demo }),
    registerRoutes: (router: Router, routes: Pick<ProjectRoutesDeps, 'snapshots' | 'countRunning'>) =>
      registerProjectRoutes(router, { service, members, invitations, bus, ...routes }),
    /** Looks at once whether all that runs has a right to. */
    look,
    /** Begins to look after rights and deletions; what an earlier control plane has begun goes on. */
    start: (): void => worker.start(),
    close: (): Promise<void> => worker.close(),
  };
}
