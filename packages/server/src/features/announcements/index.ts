import type { Kysely } from 'kysely';
import type { Database } from '../../db/schema.ts';
import type { ProjectBus, ProjectSnapshot } from '../../http/project-events.ts';
import type { Router } from '../../http/router.ts';
import { createBus } from '../../lib/bus.ts';
import type { Clock } from '../../lib/clock.ts';
import { createLoop } from '../../lib/lifecycle.ts';
import type { Log } from '../../lib/log.ts';
import { registerAnnouncementRoutes } from './routes.ts';
import { createAnnouncementService } from './service.ts';
import { createAnnouncementStore } from './store.ts';
import { createAnnouncementWatch } from './watch.ts';

/** How often is looked whether the time of one has come or is over, ms. */
const lookEveryMs = 2000;

/** What administrators have to say to everybody, on every page: told in the streams of projects, and in one of its own to pages of no project. */
export function createAnnouncements(deps: { db: Kysely<Database>; clock: Clock; log: Log; bus: ProjectBus }) {
  const { db, clock, log } = deps;
  const store = createAnnouncementStore(db);
  const news = createBus<unknown>((error) => log.error({ err: error }, 'a listener failed'));
  const event = { type: 'announcements' } as const;
  const watch = createAnnouncementWatch({
    store,
    clock,
    tell() {
      news.publish(event);
      deps.bus.publish({ projectId: null, users: [], present: () => event });
    },
  });
  const service = createAnnouncementService({ store, clock, changed: watch.look });
  let loop: ReturnType<typeof createLoop> | null = null;
  return {
    registerRoutes: (router: Router): void => registerAnnouncementRoutes(router, service, news),
    /** What streams of projects begin with: the word to ask for them, since others may be announced than when the page was opened. */
    snapshot: (async () => [event]) satisfies ProjectSnapshot,
    /** Looks at once whether others are announced than before. */
    look: watch.look,
    start(): void {
      loop = createLoop({
        step: watch.look,
        intervalMs: lookEveryMs,
        onError: (error) => log.error({ err: error }, 'announcements could not be looked at; it will be tried again'),
      });
    },
    close: async (): Promise<void> => loop?.close(),
  };
}
