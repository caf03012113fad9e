import type { AdminEvent } from '@emberlab/contract';
import type { Router } from '../../http/router.ts';
import { digest } from '../../lib/ids.ts';
import { createLoop } from '../../lib/lifecycle.ts';
import type { AdminDeps } from './deps.ts';
import { createHealth } from './health.ts';
import { createLookout } from './lookout.ts';
import { createRecorder, recordEveryMs } from './recorder.ts';
import { registerAdminRoutes } from './routes.ts';
import { createAdminService } from './service.ts';
import { createAdminStore } from './store.ts';
import { createWatch } from './watch.ts';

export type { AdminDeps } from './deps.ts';
export { createMachineMeter } from './machine.ts';

/** What administrators see of the whole platform, and stop. `start` begins to write down how the machine does. */
export function createAdmin(deps: AdminDeps) {
  const store = createAdminStore(deps.db);
  const watch = createWatch({ ...deps, store });
  const recorder = createRecorder({ ...deps, store, watch });
  const health = createHealth({ ...deps, store, watch });
  const service = createAdminService({ ...deps, store, watch });
  const look = async (): Promise<readonly AdminEvent[]> => {
    const items = (await watch.look()).map(({ shown }) => shown);
    return [
      { type: 'running', digest: digest(JSON.stringify(items)) },
      { type: 'machine', now: await recorder.now(items) },
    ];
  };
  const lookout = createLookout({
    clock: deps.clock,
    subscribe: (changed) => deps.bus.subscribe(changed),
    look,
    onError: (error) => deps.log.error({ err: error }, 'what runs could not be looked at; it will be tried again'),
  });
  let loop: ReturnType<typeof createLoop> | null = null;
  return {
    registerRoutes: (router: Router): void =>
      registerAdminRoutes(router, {
        service,
        watch,
        recorder,
        lookout,
        health,
        store,
        settings: { file: deps.settings.file, items: [...deps.settings.items] },
        look,
      }),
    /** Writes down at once how the machine does. */
    record: (): Promise<void> => recorder.record(),
    start(): void {
      loop = createLoop({
        step: recorder.record,
        intervalMs: recordEveryMs,
        onError: (error) => deps.log.error({ err: error }, 'how the machine does could not be written down'),
      });
    },
    close: async (): Promise<void> => loop?.close(),
  };
}
