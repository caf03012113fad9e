/*
 * Lists and labels of the contract, apart from its schemas: pages that only name things load this without the library that checks.
 */

/**
 * States of a run of a job. `queued`: waits for its turn · `preparing`: its files and environment are looked at · `starting`: its process is to come up or
 * does so · `running`: it runs · `stopping`: it is to end · `succeeded`: its program ended as it should · `failed`: it ended otherwise, could not be started
 * or took too long · `stopped`: it was ended on somebody's wish · `lost`: its process is gone and nobody knows how it ended.
 */
export const executionStates = [
  'queued',
  'preparing',
  'starting',
  'running',
  'stopping',
  'succeeded',
  'failed',
  'stopped',
  'lost',
] as const;

/** States of a run that has not ended. */
export const liveExecutionStates = [
  'queued',
  'preparing',
  'starting',
  'running',
  'stopping',
] as const satisfies readonly (typeof executionStates)[number][];

/** `pyspark`: Python on Spark · `spark`: a jar, or a notebook in Scala · `python`: Python alone · `sparkr`: R on Spark. */
export const jobTypes = ['pyspark', 'spark', 'python', 'sparkr'] as const;
type JobType = (typeof jobTypes)[number];

/** What people read where a type is named. */
export const jobTypeLabels: Readonly<Record<JobType, string>> = {
  pyspark: 'PySpark',
  spark: 'Spark',
  python: 'Python',
  sparkr: 'SparkR',
};

/** How the programs of a type end. */
export const programEndings: Readonly<Record<JobType, readonly string[]>> = {
  pyspark: ['.py', '.ipynb'],
  spark: ['.jar', '.ipynb'],
  python: ['.py', '.ipynb'],
  sparkr: ['.R', '.ipynb'],
};

export const jobSorts = ['name', 'type', 'owner', 'created', 'updated', 'lastRun', 'state'] as const;

/** The kernels that examples are written for. */
export const exampleKernels = ['pysparkkernel', 'sparkkernel', 'sparkrkernel', 'python3'] as const;

/** What people read where a kernel of ours is named; others are named by their specs. */
const kernelLabels: Readonly<Record<string, string>> = {
  python3: 'Python',
  pysparkkernel: 'PySpark',
  sparkkernel: 'Spark',
  sparkrkernel: 'SparkR',
};
export const kernelLabel = (name: string): string =>
  (Object.hasOwn(kernelLabels, name) ? kernelLabels[name] : undefined) ?? name;

export const fileSorts = ['name', 'size', 'changed'] as const;

/** The named steps of a server's start, in order. `scheduling`, `preparing`: of one that a cluster runs, its place there and what it needs on it. */
export const startSteps = ['queue', 'environment', 'process', 'scheduling', 'preparing', 'answering'] as const;

/** Livy's names. `starting` → `idle` ⇄ `busy` → `shutting_down` → `dead` (ended or failed), `killed`, `success`; `error` is never kept. */
export const sessionStates = [
  'not_started',
  'starting',
  'recovering',
  'idle',
  'running',
  'busy',
  'shutting_down',
  'error',
  'dead',
  'killed',
  'success',
] as const;

/** States in which a driver exists or may exist. */
export const liveSessionStates = [
  'not_started',
  'starting',
  'recovering',
  'idle',
  'running',
  'busy',
  'shutting_down',
] as const satisfies readonly (typeof sessionStates)[number][];

/** What a session was made for. Code of any other kind runs in it as well; a `shared` one has no kind of its own. */
export const sessionKinds = ['pyspark', 'spark', 'sparkr', 'sql', 'shared'] as const;

/** What people read where a kind is named. */
export const kindLabels: Readonly<Record<(typeof sessionKinds)[number], string>> = {
  pyspark: 'PySpark',
  spark: 'Spark',
  sparkr: 'SparkR',
  sql: 'SQL',
  shared: 'Shared',
};

/** Whether nothing more may be had: what is used has come to the limit. */
export const isReached = ({ limit, used }: { limit: number | null; used: number | null }): boolean =>
  limit !== null && used !== null && used >= limit;
