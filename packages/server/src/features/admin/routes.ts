import { runningKinds, type AdminEvent, type SettingsInEffect, type Running } from '@emberlab/contract';
import { audits } from '../../http/audit-trail.ts';
import { sendStateThenChanges, streamEvents } from '../../http/event-stream.ts';
import type { Router } from '../../http/router.ts';
import type { createHealth } from './health.ts';
import type { Lookout } from './lookout.ts';
import type { Recorder } from './recorder.ts';
import { selectProjects, selectRunning } from './select.ts';
import type { AdminService, Stopped, Whose } from './service.ts';
import type { AdminStore } from './store.ts';
import type { Watch } from './watch.ts';

/** The administrators' area. */
export function registerAdminRoutes(
  router: Router,
  parts: {
    service: AdminService;
    watch: Watch;
    recorder: Recorder;
    lookout: Lookout;
    health: ReturnType<typeof createHealth>;
    store: Pick<AdminStore, 'projects'>;
    settings: SettingsInEffect;
    look: () => Promise<readonly AdminEvent[]>;
  },
): void {
  const { service, watch, recorder, lookout } = parts;

  const running = async (): Promise<Running[]> => (await watch.look()).map(({ shown }) => shown);

  router.handle('admin.running', async ({ query }) => selectRunning(await running(), query));

  router.handle('admin.stop', async ({ params, body, request }) => {
    audits(request, { target: `${params.kind} ${params.id}: ${body.reason}` });
    const { items, project } = await service.stop({ ...params, reason: body.reason });
    audits(request, { target: `${params.kind} ${params.id}: ${body.reason}`, project });
    return { items };
  });

  router.handle('admin.stopAll', async ({ body: { user, project = '', reason }, request }) => {
    const whose: Whose = user === undefined ? { project } : { user };
    const stopped = await service.stopAll(whose, reason);
    audits(request, { target: `${spellWhose(whose)}: ${spellStopped(stopped)}: ${reason}`, project: stopped.project });
    return { items: stopped.items };
  });

  router.handle('admin.machine', ({ query }) => recorder.history(Number(query.hours)));
  router.handle('admin.health', () => parts.health.read());
  router.handle('admin.projects', async ({ query }) =>
    selectProjects(await parts.store.projects(), await running(), query),
  );
  router.handle('admin.settings', async () => parts.settings);

  router.handle('admin.events', async (call) => {
    await streamEvents(call, (send) => sendStateThenChanges(send, lookout.listen, parts.look));
    return call.reply;
  });
}

const spellWhose = (whose: Whose): string => ('user' in whose ? `user ${whose.user}` : `project ${whose.project}`);

/** `2 server, 1 session`: what was stopped, for the audit log. */
function spellStopped({ items }: Stopped): string {
  const counts = runningKinds.map((kind) => [kind, items.filter((one: Running) => one.kind === kind).length] as const);
  const some = counts.filter(([, count]) => count > 0).map(([kind, count]) => `${count} ${kind}`);
  return some.length === 0 ? 'nothing ran' : some.join(', ');
}
