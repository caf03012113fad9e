import { HttpError } from '../../http/errors.ts';
import { delay, type Clock } from '../../lib/clock.ts';
import { createLoop } from '../../lib/lifecycle.ts';
import type { Log } from '../../lib/log.ts';
import { tailLines } from '../../lib/log-file.ts';
import type { Builder, StartedBuild } from './builder.ts';
import type { Changes } from './operations/changes.ts';
import type { OperationRecord } from './operations/store.ts';
import { createTurns } from './operations/turns.ts';
import type { EnvironmentStore, RevisionRecord } from './store.ts';

/** How often a build is asked how far it is, ms. */
const askEveryMs = 100;
/** A build that takes longer hangs, and others wait for it; ms. */
const longestBuildMs = 30 * 60_000;
/** With what a build ends that can't even write down that there is no room; see `build_environment.py`. */
const fullDisk = 28;
const diskIsFull = 'The disk is full. Please free some space and try again.';
/** How often is looked for changes without a reason, ms. */
const lookEveryMs = 10_000;

export type EnvironmentWorker = ReturnType<typeof createEnvironmentWorker>;

/**
 * Makes changes of environments: those of a project one after the other, and few at a time over all projects, since a build uses all cores. A build that
 * an earlier control plane began is taken over while it runs, and begun again when it is gone without a result.
 */
export function createEnvironmentWorker(deps: {
  store: EnvironmentStore;
  builder: Builder;
  changes: Changes;
  clock: Clock;
  log: Log;
  /** how many builds there are at a time */
  atOnce: number;
  changed: (projectId: string, operationId?: string) => Promise<void>;
}) {
  const { store, builder, changes, clock, changed } = deps;
  const { operations } = store;
  const started = new Map<string, StartedBuild['exited']>();
  const since = new Map<string, number>();
  const turns = createTurns(deps.atOnce);
  const removals = new Map<string, PromiseWithResolvers<void>>();
  /** builds that somebody wants ended, with why */
  const halts = new Map<string, { problem: string } & PromiseWithResolvers<void>>();
  let loop: ReturnType<typeof createLoop> | null = null;
  /** resolves when a build has ended: nobody waits for the next look then */
  let ended = Promise.withResolvers<void>();

  function forget(id: string): void {
    started.delete(id);
    since.delete(id);
  }

  async function fail(operation: OperationRecord, revision: RevisionRecord | null, problem: string): Promise<void> {
    deps.log.warn(
      { project: operation.projectId, revision: revision?.number, problem },
      'changing an environment failed',
    );
    if (revision !== null && operation.makesRevision) {
      await builder.remove(revision);
      forget(revision.id);
    }
    await operations.fail(operation, problem, clock.now());
    await changed(operation.projectId, operation.id);
  }

  /** Starts the process of a build. */
  async function begin(operation: OperationRecord, revision: RevisionRecord): Promise<void> {
    try {
      const { process, exited } = await changes.start(operation, revision);
      started.set(revision.id, exited);
      void exited.then(() => ended.resolve());
      await store.setProcess(revision.id, process);
      await changed(operation.projectId, operation.id);
    } catch (error) {
      if (error instanceof HttpError) return fail(operation, revision, error.message);
      const reason = error instanceof Error ? error.message : String(error);
      const full = /ENOSPC|EDQUOT/.test(reason);
      await fail(
        operation,
        revision,
        full ? diskIsFull : `The build could not be started: ${reason}. Please check the setting python.`,
      );
    }
  }

  /** Takes a change one step further. Answers whether it goes on. */
  async function advance(operation: OperationRecord): Promise<boolean> {
    const revision = operation.revisionId === null ? null : await store.byId(operation.revisionId);
    if (revision === null) {
      await fail(operation, null, 'Its revision is gone. Please ask for it again.');
      return false;
    }
    if (operation.cancelWanted) {
      await cancel(operation, revision);
      return false;
    }
    if (!operation.makesRevision) {
      await changes.switchTo(operation, revision);
      await changed(operation.projectId, operation.id);
      return false;
    }
    if (revision.process === null) {
      await begin(operation, revision);
      return true;
    }
    return look(operation, revision, revision.process);
  }

  async function cancel(operation: OperationRecord, revision: RevisionRecord): Promise<void> {
    if (revision.process !== null) builder.kill(revision.process);
    await started.get(revision.id);
    if (operation.makesRevision) await builder.remove(revision);
    forget(revision.id);
    await operations.cancel(operation, clock.now());
    await changed(operation.projectId, operation.id);
  }

  /** Looks at a build once. Answers whether it goes on. */
  async function look(
    operation: OperationRecord,
    revision: RevisionRecord,
    process: NonNullable<RevisionRecord['process']>,
  ): Promise<boolean> {
    // Asked in this order: what has ended has written its last status.
    const alive = builder.isAlive(process);
    const status = await builder.status(revision);
    if (status !== null && 'problem' in status) {
      await fail(operation, revision, status.problem);
      return false;
    }
    if (status !== null && 'packages' in status) {
      await changes.finish(operation, revision, status);
      await builder.tidy(revision);
      forget(revision.id);
      deps.log.info({ project: revision.projectId, revision: revision.number }, 'an environment is ready');
      await changed(revision.projectId, operation.id);
      return false;
    }
    if (!alive) {
      await endedWithoutResult(operation, revision);
      return true;
    }
    if (clock.now() - (since.get(revision.id) ?? setSince(revision.id)) > longestBuildMs) {
      builder.kill(process);
      await fail(
        operation,
        revision,
        `The build took longer than ${longestBuildMs / 60_000} minutes and was ended. Please build again.`,
      );
      return false;
    }
    if (status !== null && (status.step !== revision.step || status.progress !== revision.progress)) {
      await store.setProgress(revision.id, status.step, status.progress);
      await changed(revision.projectId, operation.id);
    }
    return true;
  }

  function setSince(id: string): number {
    const now = clock.now();
    since.set(id, now);
    return now;
  }

  async function endedWithoutResult(operation: OperationRecord, revision: RevisionRecord): Promise<void> {
    const exit = await started.get(revision.id);
    if (exit === undefined) {
      // Nobody saw it end: the machine was started again, most often.
      await begin(operation, revision);
      return;
    }
    if (exit.code === fullDisk) return fail(operation, revision, diskIsFull);
    const tail = (await tailLines(builder.logOf(revision), 1))[0] ?? '';
    const how = exit.signal === null ? `exit code ${exit.code ?? 'unknown'}` : `signal ${exit.signal}`;
    await fail(
      operation,
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
    for (const { revisionId } of await operations.pending(projectId)) {
      const revision = revisionId === null ? null : await store.byId(revisionId);
      if (revision === null) continue;
      if (revision.process !== null) builder.kill(revision.process);
      await started.get(revision.id);
      forget(revision.id);
    }
    turns.forget(projectId);
    await builder.removeAll(projectId);
  }

  /** Ends builds that somebody wants ended, in the loop's own turn too. One that has ended by itself stays what it has become. */
  async function endHalted(): Promise<void> {
    for (const [id, { problem, resolve, reject }] of halts) {
      halts.delete(id);
      await halt(id, problem).then(resolve, reject);
    }
  }

  async function halt(revisionId: string, problem: string): Promise<void> {
    const operation = await operations.making(revisionId);
    const revision = await store.byId(revisionId);
    if (operation === null || operation.endedAt !== null || revision === null) return;
    if (revision.process !== null) builder.kill(revision.process);
    await started.get(revision.id);
    await fail(operation, revision, problem);
  }

  async function take(operation: OperationRecord): Promise<boolean> {
    if (operation.state === 'running') return advance(operation);
    if (operation.cancelWanted) return advance(operation);
    turns.take(operation);
    try {
      await changes.begin(operation);
    } catch (error) {
      if (!(error instanceof HttpError)) throw error;
      const revision = operation.revisionId === null ? null : await store.byId(operation.revisionId);
      await fail(operation, revision, error.message);
      return false;
    }
    const begun = await operations.byId(operation.projectId, operation.id);
    return begun !== null && advance(begun);
  }

  /** What can't be done for a reason that nobody thought of ends too: others wait behind it. */
  async function takeSafely(operation: OperationRecord): Promise<boolean> {
    try {
      return await take(operation);
    } catch (error) {
      deps.log.error({ err: error, project: operation.projectId }, 'a change of an environment failed unexpectedly');
      const now = await operations.byId(operation.projectId, operation.id);
      if (now === null || now.endedAt !== null) return false;
      const revision = now.revisionId === null ? null : await store.byId(now.revisionId);
      if (revision !== null && revision.process !== null) builder.kill(revision.process);
      await fail(now, revision, 'Something went wrong on our side. Please try again, or tell an administrator.');
      return false;
    }
  }

  async function step(signal: AbortSignal): Promise<void> {
    await removeDoomed();
    await endHalted();
    while (!signal.aborted) {
      const now = turns.of(await operations.heads());
      if (now.length === 0) return;
      let goesOn = false;
      for (const operation of now) {
        if (await takeSafely(operation)) goesOn = true;
      }
      // What has ended leaves its place to the next at once.
      if (goesOn) await pause(signal);
      await removeDoomed();
      await endHalted();
    }
  }

  /** Waits until builds are to be looked at again. */
  async function pause(signal: AbortSignal): Promise<void> {
    const over = new AbortController();
    try {
      await Promise.race([delay(clock, askEveryMs, AbortSignal.any([signal, over.signal])), ended.promise]);
    } finally {
      over.abort();
      ended = Promise.withResolvers<void>();
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
    /** Ends a build, or the wait for one; its project reads `problem`. Resolves when that is written down. */
    stop(id: string, problem: string): Promise<void> {
      const known = halts.get(id);
      if (known !== undefined) return known.promise;
      const halted = { problem, ...Promise.withResolvers<void>() };
      halts.set(id, halted);
      loop?.wake();
      return halted.promise;
    },
    /** Ends the looking; a build goes on. */
    async close(): Promise<void> {
      await loop?.close();
      for (const { reject } of [...removals.values(), ...halts.values()]) reject(new Error('closed'));
    },
  };
}
