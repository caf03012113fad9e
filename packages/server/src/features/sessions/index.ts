import type { SessionsDeps } from './deps.ts';
import { createFeature, type Sessions } from './feature.ts';

export type { SessionsDeps } from './deps.ts';
export type { Sessions } from './feature.ts';
export { ProgramError, type Programs } from './batches/programs.ts';
export { causeIn } from './end.ts';
export { driverLog, maxLogBytes, watchEnd } from './log-answer.ts';
export { withoutPages, type ListedExecutor } from './metrics/executor-answers.ts';
export type { LogWish } from './metrics/executor-log.ts';
export { thin } from './metrics/thin.ts';
export type { RunApplication, RunSight } from './runs/application.ts';
export type { RunNotebooks, RunSession } from './runs/notebooks.ts';
export { pathProblem } from './livy/paths.ts';

/** Builds the sessions feature: Spark sessions, the Livy gateway in front of them and the link to their drivers. */
export const createSessions = (deps: SessionsDeps): Sessions => createFeature(deps);
