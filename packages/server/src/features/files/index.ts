import type { Kysely } from 'kysely';
import type { Database } from '../../db/schema.ts';
import type { Identities } from '../../identities/identities.ts';
import { atLeast, type Router } from '../../http/router.ts';
import type { Clock } from '../../lib/clock.ts';
import type { Log } from '../../lib/log.ts';
import type { Limits } from '../limits/index.ts';
import { createBin } from './bin/service.ts';
import { createBinStore } from './bin/store.ts';
import { createLogTidying } from './logs/service.ts';
import { createGifts } from './put.ts';
import { filesOnDisk } from './project-files.ts';
import { createStoredBin } from './remote/bin.ts';
import { projectFoldersIn } from './remote/folders.ts';
import { filesInStorage } from './remote/project-files.ts';
import type { RemoteFiles } from './remote/remote.ts';
import { placeInStorage } from './remote/uploads.ts';
import { registerFileRoutes, type Asking } from './routes.ts';
import { createRuleStore } from './rules.ts';
import type { Tree } from './tree/walk.ts';
import { placeOnDisk } from './uploads/place.ts';
import { createUploads } from './uploads/service.ts';
import { createUploadStore } from './uploads/store.ts';
import { createFileWorker } from './worker.ts';

export { isFileIn, realPathIn } from './inside.ts';
export type { Gifts, Receiver } from './put.ts';
export { projectFoldersIn };
export type { RemoteFiles } from './remote/remote.ts';

/** The files of projects: all that members do with them without Jupyter, and what of them is kept for how long. */
export function createFiles(deps: {
  db: Kysely<Database>;
  clock: Clock;
  log: Log;
  /** the folder of a project by its name, absolute */
  folderOf(projectName: string): string;
  /** where the files of projects are; null: in those folders */
  remote?: RemoteFiles | null;
  identities: Pick<Identities, 'filesOf'>;
  limits: Pick<Limits, 'upload' | 'mustHaveDisk' | 'measureSoon'>;
  /** what of a project's `Logs` a run may still write, as `folder/record`, by the project's id */
  logsInUse: (projectId: string) => Promise<readonly string[]>;
  maxUploadBytes?: number;
  /** Default: those that processes of this machine have open. */
  openFiles?: () => Promise<ReadonlySet<string>>;
}) {
  const { db, clock, log, limits } = deps;
  const remote = deps.remote ?? null;
  const rules = createRuleStore(db);
  const onFreed = limits.measureSoon;
  const kept = { store: createBinStore(db), rules, clock, onFreed };
  const bin = remote === null ? createBin(kept) : createStoredBin({ ...kept, storage: remote.storage });
  const files = remote === null ? filesOnDisk : filesInStorage(remote.storage, remote.kind, clock);
  const uploads = createUploads({
    store: createUploadStore(db),
    clock,
    target: remote === null ? placeOnDisk(bin) : placeInStorage(remote.storage, bin),
    upload: limits.upload,
    mustHaveRoom: limits.mustHaveDisk,
  });
  const treeOf = async ({ membership, actor }: Asking): Promise<Tree> => {
    const root = deps.folderOf(membership.project.name);
    // Of files elsewhere only pieces of uploads lie here, which are nobody's but ours.
    if (remote !== null) return { root, who: null };
    const owner = { projectId: membership.project.id, userId: actor.user.id };
    return { root, who: await deps.identities.filesOf(owner, root, { writes: atLeast(membership.role, 'editor') }) };
  };
  const logs = createLogTidying({
    clock,
    inUse: deps.logsInUse,
    onFreed,
    ...(deps.openFiles === undefined ? {} : { openFiles: deps.openFiles }),
  });
  const worker = createFileWorker({ rules, bin, logs, uploads, folderOf: deps.folderOf, log });
  let closed = false;
  /** Looks whether the storage is there, and makes the folders of projects in it that have none. What is wrong is said in the log: the rest of the platform goes on. */
  async function ready(): Promise<void> {
    if (remote === null) return;
    const prepareOne = projectFoldersIn(remote.storage).prepare;
    try {
      await remote.storage.check();
    } catch (error) {
      log.error({ err: error }, `the files of projects are on ${remote.storage.label}, which can't be used`);
      return;
    }
    for (const { name } of await rules.projects()) {
      if (closed) return;
      await prepareOne(name).catch((error: unknown) => {
        log.error(
          { err: error, project: name },
          'the folder of a project could not be made; the next start tries again',
        );
      });
    }
  }
  return {
    gifts: createGifts({ files, treeOf, upload: limits.upload }),
    /** Whether a path of a project, by its name, is a file in it. */
    isFile: (projectName: string, path: string): Promise<boolean> =>
      files.isFile({ root: deps.folderOf(projectName) }, path),
    registerRoutes: (router: Router): void =>
      registerFileRoutes(router, {
        files,
        treeOf,
        upload: limits.upload,
        bin,
        uploads,
        rules,
        ...(deps.maxUploadBytes === undefined ? {} : { maxUploadBytes: deps.maxUploadBytes }),
      }),
    ready,
    /** Removes all that is due at once. */
    tidy: (): Promise<void> => worker.step(),
    /** A storage that does not answer keeps nobody waiting. */
    start(): void {
      worker.start();
      ready().catch((error: unknown) => {
        if (!closed) log.error({ err: error }, 'the folders of projects could not be looked after');
      });
    },
    async close(): Promise<void> {
      closed = true;
      await worker.close();
    },
  };
}
