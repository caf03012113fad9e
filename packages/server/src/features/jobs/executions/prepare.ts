import { isNotebook } from '@emberlab/contract';
import { isDatabasePassing } from '../../../db/passing.ts';
import { HttpError } from '../../../http/errors.ts';
import type { Clock } from '../../../lib/clock.ts';
import type { Log } from '../../../lib/log.ts';
import type { PythonOfProject } from '../../environments/index.ts';
import type { Check, Taken } from '../../limits/index.ts';
import type { JobsDeps } from '../deps.ts';
import type { ExecutionRecord } from '../model.ts';
import { jobProblems, notBrought } from '../programs/check.ts';
import type { RunnerOf } from '../runners/choose.ts';
import { executedNotebook } from '../runners/notebook.ts';
import { RunProblem, type PreparedRun } from '../runners/runner.ts';
import { filled, variablesOf } from '../runners/variables.ts';
import type { ExecutionLifecycle } from './lifecycle.ts';
import { makeRunFolder } from './run-folder.ts';
import { waits } from './sentences.ts';
import { takenBy } from './taken.ts';

/** Whether an error says why a run can't be run. Where the database is away, nothing is said about the run. */
export const isOfRun = (error: unknown): error is RunProblem | HttpError =>
  (error instanceof RunProblem || error instanceof HttpError) && !isDatabasePassing(error);

export type Preparer = ReturnType<typeof createPreparer>;

/** What lies between a run's turn and its process: its files are looked at, its environment, and whether there is room for it. */
export function createPreparer(
  parts: Pick<JobsDeps, 'admission' | 'configurations' | 'environments' | 'filesElsewhere' | 'projects'> & {
    lifecycle: ExecutionLifecycle;
    runnerOf: RunnerOf;
    clock: Clock;
    log: Log;
    /** how many runs have a place at a time */
    runLimit: number;
  },
) {
  const { admission, lifecycle, runnerOf, clock, log } = parts;

  /** Throws an error with a sentence for what can't be run as it is now. */
  const look = async (run: ExecutionRecord): Promise<string> => {
    const name = await parts.projects.nameOf(run.project.id);
    if (name === null) throw new RunProblem('The project is gone.');
    if (parts.filesElsewhere === true) throw new RunProblem(notBrought);
    const folder = parts.projects.folderOf(name);
    const [problem] = await jobProblems(folder, run.frozen);
    if (problem !== undefined) throw new RunProblem(problem.message);
    await parts.configurations.mustBeRight(run.project.id, run.frozen.configuration, 'job');
    return folder;
  };

  const prepared = (run: ExecutionRecord, projectFolder: string, python: string): PreparedRun => ({
    run,
    projectFolder,
    python,
    arguments: filled(run.frozen.arguments, run, projectFolder),
    environment: variablesOf(run, projectFolder),
  });

  /** What a task in its turn comes to, or why there is no room for it. */
  const inTurn = async <T>(task: (check: Check) => Promise<T>): Promise<{ value: T } | { waits: string }> => {
    try {
      return { value: await admission.inTurn(task) };
    } catch (error) {
      if (error instanceof HttpError && error.code === 'limit_reached') return { waits: error.message };
      throw error;
    }
  };

  /** The environment's Python as it is now; null: it is still being made. Throws a `RunProblem` where it never will be. */
  const pythonFor = (projectId: string): Promise<PythonOfProject | null> =>
    parts.environments.pythonFor(projectId).catch(async (error: unknown) => {
      if (!(error instanceof HttpError) || error.code !== 'environment_not_ready') throw error;
      const none = await parts.environments.whyNone(projectId);
      if (none === null) return null;
      throw new RunProblem(`The project has no Python environment. ${none.reason ?? error.message}`);
    });

  /** That of the revision with which it was to begin. Throws a `RunProblem` where that is gone. */
  const pythonOf = async ({ project, revision }: ExecutionRecord): Promise<PythonOfProject> => {
    if (revision === null) return parts.environments.pythonFor(project.id);
    const python = await parts.environments.pythonAt(project.id, revision);
    if (python !== null) return python;
    throw new RunProblem(
      `Revision ${revision} of the Python environment, with which it was to begin, is gone. Please run it again.`,
    );
  };

  /** What a run takes beside its place; nothing where it can't be run: it is told so when it has its turn. null: there is no environment for it yet. */
  const demandOf = async (run: ExecutionRecord): Promise<Taken[] | null> => {
    try {
      const python = await pythonFor(run.project.id);
      if (python === null) return null;
      const folder = parts.projects.folderOf(run.project.name);
      return await runnerOf(run).demand(prepared(run, folder, python.python));
    } catch (error) {
      if (isOfRun(error)) return [];
      throw error;
    }
  };

  return {
    /**
     * Gives a run its turn, and with it its place; answers why it can't have it yet, or null where it is no longer in the queue. `ofAll`: what it waits for,
     * all others of its member wait for as well.
     */
    async admit(run: ExecutionRecord): Promise<{ value: ExecutionRecord | null } | { waits: string; ofAll: boolean }> {
      const demand = await demandOf(run);
      if (demand === null) return { waits: waits.environment, ofAll: true };
      const answer = await inTurn(async (check) => {
        for (const ask of [takenBy(run), ...demand]) await check(ask);
        return lifecycle.prepare(run);
      });
      if ('waits' in answer) return { ...answer, ofAll: true };
      const { value: claim } = answer;
      if ('run' in claim) return { value: claim.run };
      if (claim.waits === 'before') return { waits: waits.before, ofAll: false };
      return { waits: waits.places(parts.runLimit), ofAll: true };
    },

    /** Begins a run; answers why it has to wait. Throws an error with a sentence for one that can't be run. */
    async begin(run: ExecutionRecord): Promise<'begun' | { readonly waits: string }> {
      const folder = await look(run);
      const python = await pythonFor(run.project.id);
      if (python === null) return { waits: waits.environment };
      const runner = runnerOf(run);
      const ready = prepared(run, folder, python.python);
      const demand = await runner.demand(ready);
      await makeRunFolder(folder, run);
      const answer = await inTurn(async (check) => {
        // Its place among the runs it has already.
        for (const ask of demand) await check(ask);
        const starting = await lifecycle.apply(run.id, 'begin', {
          revision: python.number,
          startedAt: clock.now(),
          ...(isNotebook(run.frozen.program) ? { notebook: executedNotebook(run) } : {}),
        });
        if (starting !== null) await runner.book({ ...ready, run: starting });
        return starting;
      });
      if ('waits' in answer) return answer;
      // Somebody wants it to end.
      if (answer.value === null) return 'begun';
      // Others are let in meanwhile: to start a process takes its time.
      await runner.begin({ ...ready, run: answer.value });
      await parts.projects.touch(run.project.id).catch((error: unknown) => {
        log.warn({ run: run.id, err: error }, 'that a run was begun could not be noted in its project');
      });
      return 'begun';
    },

    /** The same for one that has its place already, of which nothing was ever started: with the revision that it has had since. */
    async beginAgain(run: ExecutionRecord): Promise<boolean> {
      try {
        const folder = await look(run);
        const { python } = await pythonOf(run);
        await makeRunFolder(folder, run);
        await runnerOf(run).begin(prepared(run, folder, python));
      } catch (error) {
        if (!isOfRun(error)) throw error;
        await lifecycle.failed(run.id, error.message);
      }
      return true;
    },
  };
}
