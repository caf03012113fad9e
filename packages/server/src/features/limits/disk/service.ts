import { HttpError } from '../../../http/errors.ts';
import type { Clock } from '../../../lib/clock.ts';
import { createKeyedQueue } from '../../../lib/lifecycle.ts';
import { diskFull } from '../sentences.ts';
import type { DiskStore, DiskUse } from './store.ts';
import type { DiskWorker } from './worker.ts';

const notMeasured =
  'It is not known how much room the files of this project take: they could not be measured, and that is tried again now. The log of the platform says why.';

type Whose = { readonly projectId: string; readonly userId: string };
type DiskLimits = (whose: Whose) => Promise<{ user: number | null; project: number | null }>;
export type Disk = ReturnType<typeof createDisk>;

/** Whether there is room for more files. What counts is what was measured last, with what was uploaded since. */
export function createDisk(deps: {
  store: DiskStore;
  worker: Pick<DiskWorker, 'soon' | 'hasFailed'>;
  clock: Clock;
  limitsOf: DiskLimits;
}) {
  const { store, clock, limitsOf } = deps;
  /** bytes of uploads on their way, by project */
  const coming = new Map<string, number>();
  const inTurn = createKeyedQueue();

  const mustFit = (side: 'user' | 'project', limit: number, use: DiskUse, asked: number): void => {
    if (use.bytes + asked <= limit) return;
    throw diskFull(side, { limit, bytes: use.bytes, asked, measured: clock.now() - use.measuredAt });
  };

  /**
   * Answers how much more a project's files may take; null: there is no limit, or nothing was measured yet. Throws `limit_reached` where they, or a user's
   * own, take more than they may; they are measured again then.
   */
  async function mustHaveRoom(whose: Whose, asked = 0): Promise<number | null> {
    const limits = await limitsOf(whose);
    // What is on its way counts as there. Looked at before the rows: an upload that ends meanwhile counts twice for a moment, never not at all.
    const onTheWay = coming.get(whose.projectId) ?? 0;
    const [project, user] = [await store.ofProject(whose.projectId), await store.ofUser(whose.userId)];
    // One that was not measured yet has its turn within a minute. What can't be measured is not without a limit for that.
    if (
      project === null &&
      (limits.project !== null || limits.user !== null) &&
      deps.worker.hasFailed(whose.projectId)
    ) {
      deps.worker.soon(whose.projectId);
      throw new HttpError('limit_reached', { message: notMeasured });
    }
    const bytes = (project?.bytes ?? 0) + onTheWay;
    try {
      if (limits.project !== null && project !== null) mustFit('project', limits.project, { ...project, bytes }, asked);
      if (limits.user !== null && user !== null) mustFit('user', limits.user, user, 0);
      return limits.project === null || project === null ? null : limits.project - bytes;
    } catch (error) {
      deps.worker.soon(whose.projectId);
      for (const id of await store.projectsOf(whose.userId)) deps.worker.soon(id);
      throw error;
    }
  }

  return {
    mustHaveRoom,

    /**
     * Lets a file into a project while there is room for it. `bytes`: how large it is, as its sender says; null: they don't, so all the room that is left is
     * kept for it until it is there. `keep` gets that, null where there is no limit, and answers how large the file was.
     */
    async upload<T extends { readonly size: number | null }>(
      whose: Whose,
      bytes: number | null,
      keep: (room: number | null) => Promise<T>,
    ): Promise<T> {
      // In turn: between the look at the room and its being taken nobody else looks.
      const { room, asked } = await inTurn(whose.projectId, async () => {
        const left = await mustHaveRoom(whose, bytes ?? 0);
        const taken = bytes ?? left ?? 0;
        coming.set(whose.projectId, (coming.get(whose.projectId) ?? 0) + taken);
        return { room: left, asked: taken };
      });
      try {
        const kept = await keep(room);
        await store.add(whose.projectId, kept.size ?? 0);
        return kept;
      } finally {
        const left = (coming.get(whose.projectId) ?? 0) - asked;
        if (left > 0) coming.set(whose.projectId, left);
        else coming.delete(whose.projectId);
      }
    },
  };
}
