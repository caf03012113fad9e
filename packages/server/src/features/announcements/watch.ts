import type { Clock } from '../../lib/clock.ts';
import type { AnnouncementStore } from './store.ts';

/** Tells once whenever others are announced than at its look before: somebody has changed one, or its time has come or is over. */
export function createAnnouncementWatch(deps: { store: AnnouncementStore; clock: Clock; tell: () => void }) {
  let told: string | null = null;
  return {
    async look(): Promise<void> {
      const now = JSON.stringify(await deps.store.current(deps.clock.now()));
      const isNews = told !== null && told !== now;
      told = now;
      if (isNews) deps.tell();
    },
  };
}
