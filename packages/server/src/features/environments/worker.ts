import { delay, type Clock } from '../../lib/clock.ts';
import { createLoop } from '../../lib/lifecycle.ts';
import type { Log } from '../../lib/log.ts';
import { tailLines } from '../../lib/log-file.ts';
import type { Builder, StartedBuild } from './builder.ts';
import type { EnvironmentStore, RevisionRecord } from './store.ts';

/** How often a build is asked how far it is, ms. */
const askEveryMs = 250;
/** A build that takes longer hangs, and all others wait for it; ms. */
const longestBuildMs = 30 * 60_000;
/** How often is looked for builds without a reason, ms. */
const lookEveryMs = 10_000;

export type EnvironmentWorker = ReturnType<typeof createEnvironmentWorker>;

/**
 * Builds revisions, one at a time over all projects: a build uses all cores. A build that an earlier control plane began is taken over while it
 * runs, and begun again when it is gone without a result.
 */
export function createEnvironmentWorker(deps: {
  store: EnvironmentStore;
  builder: Builder;
  clock: Clock;
  log: Log;
  changed: (projectId: string) => Promise<void>;
}) {
  const { store, builder, clock, changed } = deps;
  const started = new Map<string, StartedBuild['exited']>();
  const since = new Map<string, number>();
  const removals = new Map<string, PromiseWithResolvers<void>>();
  let loop: ReturnType<typeof createLoop> | null = null;

  function forget(id: string): void {
    started.delete(id);
    since.delete(id);
  }

  async function fail(revision: RevisionRecord, problem: string): Promise<void> {
    deps.log.warn(
      { project: revision.projectId, revision: revision.number, problem },
      'building an environment failed',
    );
    await builder.remove(revision);
    await store.fail(revision, problem);
    forget(revision.id);
    await changed(revision.projectId);
  }

  /** Starts the process of a build; false when it can't be. */
  async function begin(revision: RevisionRecord): Promise<RevisionRecord | null> {
    try {
      const { process, exited } = await builder.start(revision, await store.newestReady());
      started.set(revision.id, exited);
      await store.setProcess(revision.id, process);
      return { ...revision, process };
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      await fail(revision, `The build could not be started: ${reason}. Please check the setting python.`);
      return null;
    }
  }

  /** Looks at a build once. Answers whether it goes on. */
  async function look(revision: RevisionRecord): Promise<boolean> {
    // Asked in this order: what has ended has written its last status.
    const alive = revision.process !== null && builder.isAlive(revision.process);
    const status = await builder.status(revision);
    if (status !== null && 'problem' in status) {
      await fail(revision, status.problem);
      return false;
    }
    if (status !== null && 'packages' in status) {
      await store.finish(revision, { ...status, now: clock.now() });
      forget(revision.id);
      deps.log.info({ project: revision.projectId, revision: revision.number }, 'an environment is ready');
      await changed(revision.projectId);
      return false;
    }
    if (!alive) {
      await endedWithoutResult(revision);
      return false;
    }
    if (clock.now() - (since.get(revision.id) ?? setSince(revision.id)) > longestBuildMs) {
      if (revision.process !== null) builder.kill(revision.process);
      await fail(
        revision,
        `The build took longer than ${longestBuildMs / 60_000} minutes and was ended. Please build again.`,
      );
      return false;
    }
    if (status !== null && (status.step !== revision.step || status.progress !== revision.progress)) {
      await store.setProgress(revision.id, status.step, status.progress);
      await changed(revision.projectId);
    }
    return true;
  }

  function setSince(id: string): number {
    const now = clock.now();
    since.set(id, now);
    return now;
  }

  async function endedWithoutResult(revision: RevisionRecord): Promise<void> {
    const exit = await started.get(revision.id);
    if (exit === undefined) {
      // Nobody saw it end: the machine was started again, most often.
      await begin(revision);
      return;
    }
    const tail = (await tailLines(builder.logOf(revision), 1))[0] ?? '';
    const how = exit.signal === null ? `exit code ${exit.code ?? 'unknown'}` : `signal ${exit.signal}`;
    await fail(
      revision,
      `The build ended unexpectedly (${how})${tail === '' ? '' : `: ${tail.slice(0, 300)}`}. Please build again.`,
    );
  }

  /** Removes what projects have that are being deleted: in the loop's own turn, so that no build is begun meanwhile. */
  async function removeDoomed(): Promise<void> {
    for (const [projectId, { resolve, reject }] of removals) {
      removals.delete(projectId);
      await removeAll(projectId).then(resolve, reject);
    }
  }

  async function removeAll(projectId: string): Promise<void> {
    for (const revision of await store.unfinished(projectId)) {
      if (revision.process !== null) builder.kill(revision.process);
      await started.get(revision.id);
      forget(revision.id);
    }
    await builder.removeAll(projectId);
  }

  async function step(signal: AbortSignal): Promise<void> {
    await removeDoomed();
    while (!signal.aborted) {
      const [revision] = await store.building();
      if (revision === undefined) return;
      const running = revision.process === null ? await begin(revision) : revision;
      if (running !== null && (await look(running))) await delay(clock, askEveryMs, signal);
      await removeDoomed();
    }
  }

  return {
    start(): void {
      const onError = (error: unknown) => deps.log.error({ err: error }, 'looking after environments failed');
      loop = createLoop({ step, intervalMs: lookEveryMs, onError });
    },
    wake: (): void => loop?.wake(),
    /** Ends what is built for a project that is being deleted, and removes all that was. */
    remove(projectId: string): Promise<void> {
      const removal = removals.get(projectId) ?? Promise.withResolvers<void>();
      removals.set(projectId, removal);
      loop?.wake();
      return removal.promise;
    },
    /** Ends the looking; a build goes on. */
    async close(): Promise<void> {
      await loop?.close();
      for (const { reject } of removals.values()) reject(new Error('closed'));
    },
  };
}
