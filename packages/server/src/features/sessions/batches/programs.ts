import type { SparkConfiguration } from '@emberlab/contract';
import { sessionBody } from '@emberlab/contract';
import type { EdgeTargets } from '../../../edge/ports.ts';
import type { BatchEngine, Engine } from '../../../engines/engine.ts';
import { HttpError } from '../../../http/errors.ts';
import type { Clock } from '../../../lib/clock.ts';
import { newId } from '../../../lib/ids.ts';
import type { ProcessIdentity } from '../../../lib/process.ts';
import type { Taken } from '../../limits/index.ts';
import { takenBy } from '../demand.ts';
import type { Engines } from '../engines.ts';
import type { History } from '../history/history.ts';
import { programTarget } from '../link/tunnel-server.ts';
import { LivyError } from '../livy/errors.ts';
import type { LogFiles } from '../log.ts';
import { openDriverLog } from '../metrics/driver-log.ts';
import { keptLog } from '../metrics/kept.ts';
import { openKeptLog } from '../metrics/kept-logs.ts';
import type { ExecutorLogAsked, RunApplication, RunSight } from '../runs/application.ts';
import { workerLog } from '../runs/worker-log.ts';
import type { BatchLifecycle } from './lifecycle.ts';
import type { BatchRecord, BatchRequest } from './model.ts';
import { readBatch } from './request.ts';
import { measure } from './spark-rest.ts';
import { isLive, type BatchState, type BatchStopReason } from './state.ts';
import type { BatchStore } from './store.ts';

/** A program that a run of a job wants to have run in a Spark driver. */
export type Program = {
  readonly executionId: number;
  readonly projectId: string;
  readonly projectFolder: string;
  readonly userId: string;
  /** Spark's application name */
  readonly name: string;
  /** absolute, or as the cluster names it */
  readonly file: string;
  readonly className: string | null;
  readonly args: readonly string[];
  readonly environment: Readonly<Record<string, string>>;
  readonly configuration: SparkConfiguration;
};

/** How the driver of a run is. `code` null: nobody knows how it ended. */
export type ProgramState =
  | { readonly state: 'starting' | 'running' | 'stopping' }
  | {
      readonly state: 'ended';
      readonly how: 'succeeded' | 'failed' | 'stopped' | 'lost';
      readonly problem: string | null;
    };

export type Programs = ReturnType<typeof createPrograms>;

/** Drivers of runs of jobs. Each is a batch, which lives, is taken over and ends as all of them, but is shown as a part of its run alone. */
export function createPrograms(parts: {
  store: BatchStore;
  lifecycle: BatchLifecycle;
  engine: BatchEngine;
  readExecutorLog: Engine['readExecutorLog'];
  /** how often the log of an executor is looked at again while somebody follows it, ms */
  logPollMs: number;
  pythonFor(projectId: string): Promise<{ readonly python: string }>;
  projectFolder(name: string): string;
  history: Pick<History, 'open' | 'end'>;
  targets: EdgeTargets;
  tunnelSocket: string;
  clock: Clock;
  engines: Engines;
  wake: () => void;
}) {
  const { store, lifecycle, engine, targets, clock } = parts;
  const engineOf = (batch: BatchRecord) => parts.engines.of(batch.engine).batches;
  const withTarget = new Set<number>();

  /** What a program asks for, checked as a batch of a client is. Throws an error with a sentence for people. */
  const requestOf = async (program: Omit<Program, 'executionId' | 'environment'>): Promise<BatchRequest> => {
    const body = {
      ...sessionBody(program.configuration, program.projectFolder),
      file: program.file,
      className: program.className,
      args: program.args,
    };
    try {
      return (await readBatch(body, { ownerEmail: '', projectFolder: program.projectFolder, rScripts: true })).request;
    } catch (error) {
      if (error instanceof LivyError) throw new ProgramError(error.message.replace('requirement failed: ', ''));
      throw error;
    }
  };

  const chooseFor = async ({ projectId }: Pick<Program, 'projectId'>, request: BatchRequest): Promise<string> => {
    try {
      return await parts.engines.choose(projectId, request);
    } catch (error) {
      if (error instanceof HttpError && error.code === 'engine_not_allowed') throw new ProgramError(error.message);
      throw error;
    }
  };

  /** Lets the Spark UI be reached while it is there. */
  const showUi = async (batch: BatchRecord): Promise<boolean> => {
    if (batch.uiId === null) return false;
    const isThere =
      batch.state === 'running' && batch.applicationId !== null && (await engineOf(batch).uiOf(batch.id)) !== null;
    if (isThere && !withTarget.has(batch.id)) {
      withTarget.add(batch.id);
      targets.put(programTarget({ id: batch.id, uiId: batch.uiId }, parts.tunnelSocket));
    } else if (!isThere && withTarget.delete(batch.id)) {
      await targets.remove(batch.uiId);
    }
    return isThere;
  };

  const stateOf = async (batch: BatchRecord): Promise<ProgramState> => {
    const living: Partial<Record<BatchState, 'starting' | 'running' | 'stopping'>> = {
      starting: 'starting',
      running: 'running',
      shutting_down: 'stopping',
    };
    const state = living[batch.state];
    if (state !== undefined) return { state };
    if (batch.state === 'success') return { state: 'ended', how: 'succeeded', problem: null };
    if (batch.state === 'killed') return { state: 'ended', how: 'stopped', problem: batch.problem };
    const unknown = batch.process !== null && (await engineOf(batch).exitOf(batch.id)) === null;
    return { state: 'ended', how: unknown ? 'lost' : 'failed', problem: batch.problem };
  };

  const ofExecution = (executionId: number) => store.ofExecution(executionId);

  return {
    /** What its driver would take. Throws a `ProgramError` for what can't be run. */
    async demand(program: Omit<Program, 'executionId' | 'environment'>): Promise<Taken> {
      const request = await requestOf(program);
      return takenBy(program, request, parts.engines.shapeOf(await chooseFor(program, request)));
    },

    /** Has the driver of a run started; a run that has one already keeps it. Throws a `ProgramError`. */
    async begin(program: Program, python: string): Promise<void> {
      const request = await requestOf(program);
      if ((await ofExecution(program.executionId)) !== null) return;
      const chosen = await chooseFor(program, request);
      await store.insert({
        projectId: program.projectId,
        userId: program.userId,
        name: program.name,
        engine: chosen,
        request: { ...request, python, environment: { ...program.environment } },
        idempotencyKey: null,
        execution: { id: program.executionId, uiId: newId() },
        now: clock.now(),
      });
      parts.wake();
    },

    /** null: it has none. `uiKept`: whether its Spark UI can be shown after its end. */
    async find(
      executionId: number,
    ): Promise<(ProgramState & { readonly applicationId: string | null; readonly uiKept: boolean }) | null> {
      const batch = await ofExecution(executionId);
      if (batch === null) return null;
      await showUi(batch);
      const uiKept = !isLive(batch.state) && (await engine.eventLogs.applications(batch.id)).length > 0;
      return { ...(await stateOf(batch)), applicationId: batch.applicationId, uiKept };
    },

    /** The first of its processes; null: there is none on this machine (yet). */
    async processOf(executionId: number): Promise<ProcessIdentity | null> {
      const process = (await ofExecution(executionId))?.process ?? null;
      return process !== null && 'pid' in process ? process : null;
    },

    async stop(executionId: number, why: BatchStopReason): Promise<void> {
      const batch = await ofExecution(executionId);
      if (batch !== null) await lifecycle.stop(batch.id, why);
    },

    async look(executionId: number): Promise<RunSight | null> {
      const batch = await ofExecution(executionId);
      if (batch === null || batch.applicationId === null) return null;
      const uiAvailable = await showUi(batch);
      const ui = uiAvailable ? await engineOf(batch).uiOf(batch.id) : null;
      const { memoryBytes } = takenBy({ projectId: '', userId: '' }, batch.request, {
        executors: false,
        coresOf: () => 0,
      });
      const measured = ui === null ? null : await measure(ui, batch.applicationId, memoryBytes);
      return measured === null ? null : { ...measured, uiAvailable };
    },

    async executorLog(executionId: number, asked: ExecutorLogAsked) {
      const batch = await ofExecution(executionId);
      if (batch === null) throw new HttpError('log_unavailable');
      if (asked.executor === 'driver') return openDriverLog(engine.logs(batch.id)[asked.stream], asked);
      const own = await openKeptLog(engine.executorLogs, batch.id, asked);
      if (own !== null) return own;
      const kept = isLive(batch.state) ? undefined : parts.engines.of(batch.engine).keptExecutors;
      if (kept !== undefined) return keptLog(kept, { kind: 'batch', id: batch.id }, asked);
      const { project, owner, request } = batch;
      const whose = {
        owner: { projectId: project.id, userId: owner.id },
        projectFolder: parts.projectFolder(project.name),
        python: request.python ?? (await parts.pythonFor(project.id)).python,
      };
      return workerLog({ engine: parts, clock, pollMs: parts.logPollMs }, whose, asked);
    },

    async openUi(executionId: number, userId: string): Promise<{ targetId: string; path: string } | null> {
      const batch = await ofExecution(executionId);
      if (batch === null || batch.uiId === null) return null;
      const { uiId: targetId } = batch;
      if (isLive(batch.state)) return (await showUi(batch)) ? { targetId, path: '/' } : null;
      // What was its own is taken away before: the two have one target.
      await showUi(batch);
      const application = batch.applicationId === null ? null : { id: batch.applicationId };
      const { id, project, owner } = batch;
      const path = await parts.history.open(
        { id, project, owner, uiId: targetId, application, eventLog: null },
        userId,
      );
      return { targetId, path };
    },

    async logs(executionId: number): Promise<LogFiles | null> {
      const batch = await ofExecution(executionId);
      return batch === null ? null : engine.logs(batch.id);
    },

    /** Removes one that has ended, with its logs. */
    async forget(executionId: number): Promise<void> {
      const batch = await ofExecution(executionId);
      if (batch === null) return;
      if (batch.uiId !== null && withTarget.delete(batch.id)) await targets.remove(batch.uiId);
      await parts.history.end(batch.id);
      await engine.forget(batch.id);
      await store.remove(batch.id);
    },
  } satisfies RunApplication & Record<string, unknown>;
}

/** A program that can't be run. The message is a sentence for the user. */
export class ProgramError extends Error {
  override readonly name = 'ProgramError';
}
