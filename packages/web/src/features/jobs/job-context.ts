import type { Execution, Job } from '@emberlab/contract';
import { createContext, use } from 'react';

/** The job whose page this is. */
export const JobContext = createContext<Job | null>(null);

/** The job whose page the calling component is part of. */
export function useJob(): Job {
  const job = use(JobContext);
  if (job === null) throw new Error('There is no job around this.');
  return job;
}

/** The run whose page this is. */
export const RunContext = createContext<Execution | null>(null);

/** The run whose page the calling component is part of. */
export function useRun(): Execution {
  const run = use(RunContext);
  if (run === null) throw new Error('There is no run around this.');
  return run;
}
