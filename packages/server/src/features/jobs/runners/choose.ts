import { isNotebook } from '@emberlab/contract';
import type { ExecutionRecord } from '../model.ts';
import type { Runner } from './runner.ts';

export type Runners = { readonly spark: Runner; readonly python: Runner; readonly notebook: Runner };
export type RunnerOf = (run: Pick<ExecutionRecord, 'frozen'>) => Runner;

/** What runs a run: by its program, which is frozen with it. */
export const chooseRunner =
  ({ spark, python, notebook }: Runners): RunnerOf =>
  ({ frozen: { type, program } }) => {
    if (isNotebook(program)) return notebook;
    return type === 'python' ? python : spark;
  };
