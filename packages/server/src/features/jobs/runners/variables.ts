import { join } from 'node:path';
import type { JobParameters } from '@emberlab/contract';
import { toInstant } from '../../../lib/clock.ts';
import { runFolder } from '../executions/run-folder.ts';
import type { ExecutionRecord } from '../model.ts';

type Run = Pick<ExecutionRecord, 'id' | 'frozen' | 'logicalAt' | 'windowStart' | 'windowEnd' | 'createdAt'>;

/**
 * The times of a run, and its folder. One that was asked for by hand is for the time at which that was; without a window, the window is that moment.
 */
function valuesOf(run: Run, projectFolder: string): Record<string, string> {
  const { logicalAt, windowStart, windowEnd, createdAt } = run;
  const logical = logicalAt ?? createdAt;
  return {
    logical_time: toInstant(logical),
    window_start: toInstant(windowStart ?? logical),
    window_end: toInstant(windowEnd ?? logical),
    run_folder: join(projectFolder, runFolder(run)),
  };
}

/** What the process of a run finds in its environment. */
export const variablesOf = (run: ExecutionRecord, projectFolder: string): Record<string, string> => ({
  EMBERLAB_JOB_NAME: run.frozen.name,
  EMBERLAB_EXECUTION_ID: String(run.id),
  ...Object.fromEntries(
    Object.entries(valuesOf(run, projectFolder)).map(([name, value]) => [`EMBERLAB_${name.toUpperCase()}`, value]),
  ),
});

const placeholder = /\{(logical_time|window_start|window_end|run_folder)\}/g;

/** Texts with the times of a run in place of `{logical_time}`, `{window_start}` and `{window_end}`, and with its folder in that of `{run_folder}`. */
export function filled(texts: readonly string[], run: Run, projectFolder: string): string[] {
  const values = valuesOf(run, projectFolder);
  return texts.map((text) => text.replace(placeholder, (written, name: string) => values[name] ?? written));
}

/** The same for parameters that are texts. */
export function filledParameters(parameters: JobParameters, run: Run, projectFolder: string): JobParameters {
  return Object.fromEntries(
    Object.entries(parameters).map(([name, value]) => [
      name,
      typeof value === 'string' ? (filled([value], run, projectFolder)[0] ?? value) : value,
    ]),
  );
}
