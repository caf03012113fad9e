import type { Kysely } from 'kysely';
import type { Database } from '../../db/schema.ts';
import type { Identities } from '../../identities/identities.ts';
import type { Router } from '../../http/router.ts';
import type { Clock } from '../../lib/clock.ts';
import type { Log } from '../../lib/log.ts';
import type { Limits } from '../limits/index.ts';
import { createBin } from './bin/service.ts';
import { createBinStore } from './bin/store.ts';
import { createLogTidying } from './logs/service.ts';
import { createGifts } from './put.ts';
import { registerFileRoutes } from './routes.ts';
import { createRuleStore } from './rules.ts';
import { createUploads } from './uploads/service.ts';
import { createUploadStore } from './uploads/store.ts';
import { createFileWorker } from './worker.ts';

export { isFileIn, realPathIn } from './inside.ts';
export type { Gifts, Receiver } from './put.ts';

/** The files of projects: all that members do with them without Jupyter, and what of them is kept for how long. */
export function createFiles(deps: {
  db: Kysely<Database>;
  clock: Clock;
  log: Log;
  /** the folder of a project by its name, absolute */
  folderOf(projectName: string): string;
  identities: Pick<Identities, 'filesOf'>;
  limits: Pick<Limits, 'upload' | 'mustHaveDisk' | 'measureSoon'>;
  /** what of a project's `Logs` a run may still write, as `folder/record`, by the project's id */
  logsInUse: (projectId: string) => Promise<readonly string[]>;
  maxUploadBytes?: number;
  /** Default: those that processes of this machine have open. */
  openFiles?: () => Promise<ReadonlySet<string>>;
}) {
  const { db, clock, log, limits } = deps;
  const rules = createRuleStore(db);
  const onFreed = limits.measureSoon;
  const bin = createBin({ store: createBinStore(db), rules, clock, onFreed });
  const uploads = createUploads({
    store: createUploadStore(db),
    clock,
    bin,
    upload: limits.upload,
    mustHaveRoom: limits.mustHaveDisk,
  });
  const logs = createLogTidying({
    clock,
    inUse: deps.logsInUse,
    onFreed,
    ...(deps.openFiles === undefined ? {} : { openFiles: deps.openFiles }),
  });
  const worker = createFileWorker({ rules, bin, logs, uploads, folderOf: deps.folderOf, log });
  return {
    gifts: createGifts({ ...deps, upload: limits.upload }),
    registerRoutes: (router: Router): void =>
      registerFileRoutes(router, { ...deps, upload: limits.upload, bin, uploads, rules }),
    /** Removes all that is due at once. */
    tidy: (): Promise<void> => worker.step(),
    start: (): void => worker.start(),
    close: (): Promise<void> => worker.close(),
  };
}
