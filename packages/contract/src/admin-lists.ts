import type { RunningKind } from './schemas/overview.ts';

/** The words of administrators' lists: apart from the schemas, since addresses of pages are read with them before anything is loaded. */

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
