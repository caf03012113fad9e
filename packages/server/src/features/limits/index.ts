import type { Kysely } from 'kysely';
import type { Database } from '../../db/schema.ts';
import type { Router } from '../../http/router.ts';
import type { Clock } from '../../lib/clock.ts';
import type { Log } from '../../lib/log.ts';
import { createAdmission } from './admission.ts';
import { measureWithDu, type Measure } from './disk/measure.ts';
import { createDisk } from './disk/service.ts';
import { createDiskStore } from './disk/store.ts';
import { createDiskWorker } from './disk/worker.ts';
import type { Taken } from './policy.ts';
import { registerLimitRoutes } from './routes.ts';
import { createLimitService } from './service.ts';
import { createLimitStore } from './store.ts';

export type { Admission, Check } from './admission.ts';
export type { Taken } from './policy.ts';

/** A part of the platform that runs things for members. */
export type LimitedPart = {
  /**
   * What runs, or is about to: all of it, or at least what is a member's, whatever its project, and what is a project's, whoever's it is. What gives way and is ending is not in it: its room is as
   * good as free.
   */
  taken(besides?: { readonly projectId: string; readonly userId: string }): Promise<Taken[]>;
};

export type LimitsDeps = {
  db: Kysely<Database>;
  clock: Clock;
  log: Log;
  /** asked once all of them are built */
  parts: () => readonly LimitedPart[];
  /** the folder of a project by its name, absolute */
  folderOf: (projectName: string) => string;
  /** where the own folders of a project's members are, by its id; each has the id of its user as its name */
  homesOf: (projectId: string) => string;
  /** bytes of a project's files that are in no folder, by its name. Default: none are. */
  storedBytes?: (projectName: string) => Promise<number>;
  /** Default: with `du`. */
  measure?: Measure;
};

/** How much users and projects may have at a time. Others ask here before they start something or keep a file. */
export function createLimits(deps: LimitsDeps) {
  const { db, clock } = deps;
  const taken: LimitedPart['taken'] = async (besides) =>
    (await Promise.all(deps.parts().map((part) => part.taken(besides)))).flat();
  const diskStore = createDiskStore(db);
  const service = createLimitService({ store: createLimitStore(db), disk: diskStore, taken });
  const worker = createDiskWorker({ ...deps, store: diskStore, measure: deps.measure ?? measureWithDu });
  const disk = createDisk({
    store: diskStore,
    worker,
    clock,
    async limitsOf(whose) {
      const { user, project } = await service.limitsOf(whose);
      return { user: user.disk, project: project.disk };
    },
  });
  return {
    admission: createAdmission({
      limitsOf: service.limitsOf,
      allLimits: service.allLimits,
      taken,
      mustHaveDisk: (whose) => disk.mustHaveRoom(whose),
    }),
    hoursOf: service.hoursOf,
    mustHaveDisk: disk.mustHaveRoom,
    upload: disk.upload,
    /** Has a project measured before all others: something of it was removed. */
    measureSoon: worker.soon,
    registerRoutes: (router: Router): void => registerLimitRoutes(router, service),
    /** Measures all files that are due at once. */
    measure: worker.step,
    start: (): void => worker.start(),
    close: (): Promise<void> => worker.close(),
  };
}

export type Limits = ReturnType<typeof createLimits>;
