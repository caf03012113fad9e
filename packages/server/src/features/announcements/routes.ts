import { sendStateThenChanges, streamEvents } from '../../http/event-stream.ts';
import type { Router } from '../../http/router.ts';
import type { Bus } from '../../lib/bus.ts';
import type { AnnouncementService } from './service.ts';

/** Announcements: for everybody to read, for administrators to write. */
export function registerAnnouncementRoutes(router: Router, service: AnnouncementService, news: Bus<unknown>): void {
  router.handle('announcements.current', async ({ actor }) => ({
    items: await service.current(actor.user.id),
    next: null,
  }));
  router.handle('announcements.atLogin', async () => ({ items: await service.atLogin(), next: null }));
  router.handle('announcements.dismiss', async ({ actor, params }) => {
    await service.dismiss(params.id, actor.user.id);
    return {};
  });
  router.handle('announcements.events', async (call) => {
    // Whatever came to pass before the stream began is asked for at its first word.
    const first = async () => [{ type: 'announcements' as const }];
    await streamEvents(call, (send) => sendStateThenChanges(send, (deliver) => news.subscribe(deliver), first));
    return call.reply;
  });

  router.handle('announcements.list', async () => ({ items: await service.list(), next: null }));
  router.handle('announcements.create', ({ actor, body }) => service.create(body, actor.user.id));
  router.handle('announcements.change', ({ actor, params, body }) => service.change(params.id, body, actor.user.id));
  router.handle('announcements.end', ({ params }) => service.end(params.id));
}
