import { join } from 'node:path';
import { ProgramError, type Programs } from '../../sessions/index.ts';
import type { PreparedRun, Runner } from './runner.ts';
import { RunProblem } from './runner.ts';

/** Runs programs in Spark drivers, as batches are. */
export function createSparkRunner({
  programs,
  hasSparkR,
  hasLivy,
}: {
  programs: Programs;
  hasSparkR(): Promise<boolean>;
  hasLivy(projectId: string): Promise<boolean>;
}): Runner {
  const programOf = ({ run, projectFolder, arguments: args, environment }: PreparedRun) => {
    const { name, program, mainClass, configuration } = run.frozen;
    if (configuration.type !== 'spark') throw new RunProblem('The job needs a configuration of type Spark/PySpark.');
    return {
      executionId: run.id,
      projectId: run.project.id,
      userId: run.user.id,
      projectFolder,
      name,
      file: join(projectFolder, program),
      className: mainClass,
      args,
      environment,
      configuration,
    };
  };
  const explained = async <T>(work: Promise<T>): Promise<T> => {
    try {
      return await work;
    } catch (error) {
      throw error instanceof ProgramError ? new RunProblem(error.message, { cause: error }) : error;
    }
  };

  return {
    async demand(prepared) {
      const { run } = prepared;
      if (await hasLivy(run.project.id)) {
        throw new RunProblem('The project runs Spark on its own Livy, which runs no jobs. Please use batches there.');
      }
      if (run.frozen.type === 'sparkr' && !(await hasSparkR())) {
        throw new RunProblem('R or SparkR is not installed here. Please ask an administrator to install them.');
      }
      return [await explained(programs.demand(programOf(prepared)))];
    },
    // Its driver is a row first, which says what it takes; what starts it looks for such rows.
    book: (prepared) => explained(programs.begin(programOf(prepared), prepared.python)),
    begin: (prepared) => explained(programs.begin(programOf(prepared), prepared.python)),
    look: (run) => programs.find(run.id),
    stop: (run, hurried) => programs.stop(run.id, hurried ? 'member' : 'stopped'),
    processOf: (run) => programs.processOf(run.id),
    log: (run) => programs.logs(run.id),
    forget: (run) => programs.forget(run.id),
  };
}
