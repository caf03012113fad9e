import type { SessionsDeps } from './deps.ts';
import { createFeature, type Sessions } from './feature.ts';

export type { SessionsDeps } from './deps.ts';
export type { Sessions } from './feature.ts';
export { pathProblem } from './livy/paths.ts';

/** Builds the sessions feature: Spark sessions, the Livy gateway in front of them and the link to their drivers. */
export const createSessions = (deps: SessionsDeps): Sessions => createFeature(deps);
