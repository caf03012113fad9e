/* The words of administrators' lists: apart from the schemas, since addresses of pages are read with them before anything is loaded. */

/**
 * What runs for people. `server`: a Jupyter server · `session`, `batch`: as in Livy · `ahead`: a Spark driver that waits to be taken · `history`: the
 * Spark UI of an application that has ended · `run`: a run of a job · `build`: a Python environment that is made.
 */
export const runningKinds = ['server', 'session', 'batch', 'ahead', 'history', 'run', 'build'] as const;
export type RunningKind = (typeof runningKinds)[number];

/** Kinds that people look at together. */
export const runningGroups = {
  jupyter: ['server'],
  spark: ['session', 'batch', 'ahead', 'history', 'run'],
  builds: ['build'],
} as const satisfies Readonly<Record<string, readonly RunningKind[]>>;
export type RunningGroup = keyof typeof runningGroups;
export const runningGroupNames = ['jupyter', 'spark', 'builds'] as const satisfies readonly RunningGroup[];

export const runningSorts = ['title', 'owner', 'project', 'state', 'since', 'memory', 'cores'] as const;
export type RunningSort = (typeof runningSorts)[number];

export const projectSorts = ['name', 'members', 'running', 'memory', 'cores', 'used'] as const;
export type ProjectSort = (typeof projectSorts)[number];
