import { propertyName } from '@emberlab/contract';
import type { SessionRequest } from './model.ts';

/** Properties that name files to be read with the platform's rights, as comma-separated lists; in lower case. */
const pathLists = new Set([
  'spark.jars',
  'spark.files',
  'spark.archives',
  'spark.submit.pyfiles',
  'spark.yarn.dist.files',
  'spark.yarn.dist.jars',
  'spark.yarn.dist.archives',
  'spark.yarn.dist.pyfiles',
]);

/** The paths in a property that lists files; none in others. */
export const pathsIn = (name: string, value: string): string[] =>
  pathLists.has(name.toLowerCase())
    ? value
        .split(',')
        .map((path) => path.trim())
        .filter((path) => path !== '')
    : [];

/** The Spark properties of a request whose names and paths have been checked. Fields win over `conf`. */
export function sparkProperties(request: SessionRequest): Record<string, string> {
  const properties: Record<string, string> = {};
  for (const [written, value] of Object.entries(request.conf)) {
    const name = propertyName(written);
    if (name !== null) properties[name] = value;
  }
  const set = (name: string, value: string | number | null) => {
    if (value !== null) properties[name] = String(value);
  };
  const add = (name: string, paths: readonly string[]) => {
    if (paths.length > 0) properties[name] = [...pathsIn(name, properties[name] ?? ''), ...paths].join(',');
  };
  set('spark.driver.memory', request.driverMemory);
  set('spark.driver.cores', request.driverCores);
  set('spark.executor.memory', request.executorMemory);
  set('spark.executor.cores', request.executorCores);
  set('spark.executor.instances', request.numExecutors);
  set('spark.yarn.queue', request.queue);
  add('spark.jars', request.jars);
  add('spark.files', request.files);
  add('spark.archives', request.archives);
  add('spark.submit.pyFiles', request.pyFiles);
  return properties;
}
