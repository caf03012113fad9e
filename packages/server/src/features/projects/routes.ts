import type { Project } from '@emberlab/contract';
import type { ProjectBus, ProjectSnapshot } from '../../http/project-events.ts';
import { sendStateThenChanges, streamEvents } from '../../http/event-stream.ts';
import { HttpError } from '../../http/errors.ts';
import type { Router } from '../../http/router.ts';
import { registerInvitationRoutes } from './invitations/routes.ts';
import type { InvitationService } from './invitations/service.ts';
import { registerMemberRoutes } from './members/routes.ts';
import type { MemberService } from './members/service.ts';
import type { ProjectService } from './service.ts';
import type { ProjectRecord } from './store.ts';

export type ProjectRoutesDeps = {
  service: ProjectService;
  members: MemberService;
  invitations: InvitationService;
  bus: ProjectBus;
  /** what an event stream begins with, from each feature that has something to show */
  snapshots: readonly ProjectSnapshot[];
  /** Has `listener` called when changes may not have come here: streams end then, and begin anew. Absent: they are made here. */
  onGap?: (listener: () => void) => () => void;
  /** how many servers and sessions run in each project, by its id */
  countRunning: (projectIds: readonly string[]) => Promise<Map<string, Project['running']>>;
};

/** Projects, their members and invitations, and the event stream. */
export function registerProjectRoutes(router: Router, deps: ProjectRoutesDeps): void {
  const { service, bus, snapshots, countRunning } = deps;

  const present = async (records: readonly ProjectRecord[]): Promise<Project[]> => {
    const running = await countRunning(records.map((record) => record.id));
    return records.map((record) => ({ ...record, running: running.get(record.id) ?? { servers: 0, sessions: 0 } }));
  };
  const presentOne = async (record: ProjectRecord | null): Promise<Project> => {
    const [project] = record === null ? [] : await present([record]);
    if (project === undefined) throw new HttpError('not_found');
    return project;
  };

  router.handle('projects.list', async ({ actor }) => ({
    items: await present(await service.list(actor.user.id, actor.projectIds ?? null)),
    next: null,
  }));
  router.handle('projects.create', async ({ actor, body }) => presentOne(await service.create(body, actor.user.id)));
  router.handle('projects.get', async ({ actor, params }) =>
    presentOne(await service.find(params.project, actor.user.id)),
  );
  const presentFor = async (name: string, userId: string): Promise<Project> =>
    presentOne(await service.find(name, userId));

  router.handle('projects.change', async ({ actor, membership, body }) => {
    await service.setLabel(membership.project.id, body.label);
    return presentFor(membership.project.name, actor.user.id);
  });
  router.handle('projects.archive', async ({ actor, membership }) => {
    await service.archive(membership.project.id);
    return presentFor(membership.project.name, actor.user.id);
  });
  router.handle('projects.unarchive', async ({ actor, membership }) => {
    await service.unarchive(membership.project.id);
    return presentFor(membership.project.name, actor.user.id);
  });
  router.handle('projects.delete', async ({ actor, membership, body }) => {
    const before = await presentFor(membership.project.name, actor.user.id);
    await service.remove(membership.project, body.name);
    // A small one may be gone already.
    const now = await service.find(membership.project.name, actor.user.id);
    return now === null ? before : presentOne(now);
  });
  registerMemberRoutes(router, deps.members);
  registerInvitationRoutes(router, deps.invitations, presentFor);

  router.handle('projects.events', async (call) => {
    const { actor, membership } = call;
    const viewer = { userId: actor.user.id, role: membership.role };
    const { id } = membership.project;
    const endStream = () => void call.reply.raw.destroy();
    await streamEvents(call, async (send) => {
      const ignoreGaps = deps.onGap?.(endStream);
      const close = await sendStateThenChanges(
        send,
        (deliver) =>
          bus.subscribe((change) => {
            const isHere = change.projectId === null || change.projectId === id;
            const event = isHere ? change.present(viewer) : null;
            if (event !== null) deliver(event);
          }),
        async () => {
          const events = [];
          for (const snapshot of snapshots) events.push(...(await snapshot(id, viewer)));
          return events;
        },
      ).catch((error: unknown) => {
        ignoreGaps?.();
        throw error;
      });
      return () => {
        close();
        ignoreGaps?.();
      };
    });
    return call.reply;
  });
}
