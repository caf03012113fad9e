import type { DeletionStep } from '@emberlab/contract';
import { delay, type Clock } from '../../../lib/clock.ts';
import { createLoop } from '../../../lib/lifecycle.ts';
import type { Log } from '../../../lib/log.ts';
import type { ProjectPart } from '../part.ts';
import type { DoomedProject, LifecycleStore } from './store.ts';

/** How often is looked without a reason, ms: rights also go by other ways than ours, such as an account that is disabled. */
const lookEveryMs = 1000;
/** How often a deletion looks whether everything has ended, ms. */
const askEveryMs = 100;
/** After so long it is worth a word that something has not ended, ms. */
const longMs = 30_000;
const slowEnd =
  'Something that runs in it has not ended yet. If it runs on a Livy, that has to be reachable; the log of the platform says more.';

export type LifecycleWorker = ReturnType<typeof createLifecycleWorker>;

/**
 * Compares what runs with the rights behind it, and lets all end that has none: whoever was removed, may only read, or is in a project that is archived or
 * being deleted. It also carries deletions out. Both go on after a restart where they were, because all that they know is in rows.
 */
export function createLifecycleWorker(deps: {
  store: LifecycleStore;
  clock: Clock;
  log: Log;
  /** what runs things; filled once those features are built */
  parts: () => readonly ProjectPart[];
  /** where the Python environment of a project is removed */
  removeEnvironment: (projectId: string) => Promise<void>;
  removeFolder: (name: string) => Promise<void>;
  changed: (projectId: string) => void;
}) {
  const { store, clock, log } = deps;
  const deleting = new Map<string, Promise<void>>();
  const closed = new AbortController();
  let loop: ReturnType<typeof createLoop> | null = null;

  async function endWithoutRight(): Promise<void> {
    for (const part of deps.parts()) {
      const lasting = (await part.living()).filter(({ ending }) => !ending);
      for (const { whose, why } of await store.withoutRight(lasting)) {
        const { projectId, userId } = whose;
        await part
          .stop({ projectId, userId }, why)
          .catch((error: unknown) =>
            log.error(
              { err: error, project: projectId },
              'what has lost its right could not be ended; it is tried again',
            ),
          );
      }
    }
  }

  async function livesIn(projectId: string): Promise<boolean> {
    for (const part of deps.parts()) {
      if ((await part.living(projectId)).some((one) => one.projectId === projectId)) return true;
    }
    return false;
  }

  async function waitForEnds(projectId: string): Promise<void> {
    const since = clock.steady();
    let told = false;
    while (await livesIn(projectId)) {
      if (!told && clock.steady() - since >= longMs) {
        await store.setProblem(projectId, slowEnd);
        deps.changed(projectId);
        told = true;
      }
      await delay(clock, askEveryMs, closed.signal);
    }
  }

  async function begin({ id }: DoomedProject, step: DeletionStep): Promise<void> {
    await store.setStep(id, step);
    deps.changed(id);
  }

  /** Does all that is left of a deletion. Each step may be done again, so one that was interrupted begins anew. */
  async function deleteProject(project: DoomedProject): Promise<void> {
    const { id, name } = project;
    do {
      await begin(project, 'stopping');
      await endWithoutRight();
      await waitForEnds(id);
      await begin(project, 'files');
      await deps.removeFolder(name);
      await begin(project, 'environment');
      await deps.removeEnvironment(id);
      await begin(project, 'records');
      for (const part of deps.parts()) await part.remove(id);
      // A request that was let in before the deletion began may have started something meanwhile.
    } while (await livesIn(id));
    await store.remove(id);
    log.info({ project: id, name }, 'a project was deleted');
    deps.changed(id);
  }

  function goOn(project: DoomedProject): void {
    if (deleting.has(project.id)) return;
    const done = deleteProject(project)
      .catch(async (error: unknown) => {
        if (closed.signal.aborted) return;
        log.error({ err: error, project: project.id }, 'a project could not be deleted; it is tried again');
        await store.setProblem(project.id, 'This failed and is tried again. The log of the platform says why.');
        deps.changed(project.id);
        await delay(clock, lookEveryMs * 5, closed.signal).catch(() => undefined);
      })
      .catch((error: unknown) => log.error({ err: error }, 'the problem of a deletion could not be written down'))
      .finally(() => deleting.delete(project.id));
    deleting.set(project.id, done);
  }

  async function step(): Promise<void> {
    await endWithoutRight();
    for (const project of await store.doomed()) goOn(project);
  }

  return {
    /** Looks at once, and resolves when that is done; deletions go on in the background. */
    look: step,
    start(): void {
      const onError = (error: unknown) => log.error({ err: error }, 'looking after the rights of projects failed');
      loop = createLoop({ step, intervalMs: lookEveryMs, onError });
    },
    wake: (): void => loop?.wake(),
    async close(): Promise<void> {
      closed.abort(new Error('closed'));
      await loop?.close();
      await Promise.all(deleting.values());
    },
  };
}
