import type { Router } from '../../../http/router.ts';
import { createLoop } from '../../../lib/lifecycle.ts';
import type { ExecutionRecord } from '../model.ts';
import { createJobStore } from '../store.ts';
import { createBackfillService } from './backfills/service.ts';
import { createBackfillStore } from './backfills/store.ts';
import { linkOn } from './chains/link.ts';
import { createChainService } from './chains/service.ts';
import type { ScheduleDeps } from './deps.ts';
import { registerScheduleRoutes } from './routes.ts';
import { createScheduleService } from './service.ts';
import { createScheduleStore } from './store.ts';
import { createTurnStore } from './turns/store.ts';
import { createScheduleWorker } from './worker.ts';

/** How often is looked whether something is due, ms: times of schedules are whole minutes. */
const lookEveryMs = 1000;

/** When jobs run by themselves: by schedules, for times of the past (backfills), after others (chains). */
export function createSchedules(deps: ScheduleDeps) {
  const { db, clock, log } = deps;
  let loop: ReturnType<typeof createLoop> | null = null;
  const wake = (): void => loop?.wake();
  const store = createScheduleStore(db);
  const worker = createScheduleWorker(deps);
  const backfills = createBackfillService({
    db,
    clock,
    store: createBackfillStore(db),
    turns: createTurnStore(db),
    schedules: store,
    wake,
  });
  const changed = (projectId: string): void => {
    const event = { type: 'jobs' } as const;
    deps.bus.publish({ projectId, users: [], present: () => event });
  };
  return {
    registerRoutes: (router: Router): void =>
      registerScheduleRoutes(router, {
        jobs: createJobStore(db),
        schedules: createScheduleService({ db, clock, wake }),
        backfills,
        chains: createChainService({ db }),
        changed,
      }),
    /** When these jobs run next by their schedules; those without one are absent. */
    nextRuns: store.nextRuns,
    /** Hears of the end of each run: others may begin then. It may hear of one twice. */
    async afterEnd(run: ExecutionRecord): Promise<void> {
      await linkOn(db, run, clock.now());
      wake();
    },
    /** Does once what is due: for tests, which have a clock of their own. */
    step: worker.step,
    start(): void {
      loop = createLoop({
        step: worker.step,
        intervalMs: lookEveryMs,
        onError: (error) => log.error({ err: error }, 'schedules could not be looked at; it will be tried again'),
      });
    },
    close: async (): Promise<void> => loop?.close(),
  };
}
