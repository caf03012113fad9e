import { propertyList, propertyName } from '@emberlab/contract';
import { bytesOf } from './memory-size.ts';
import type { SessionRequest } from './model.ts';

/** The Spark properties of a request whose names and paths have been checked. Fields win over `conf`. */
export function sparkProperties(request: Omit<SessionRequest, 'ttl' | 'idleTimeout'>): Record<string, string> {
  const properties: Record<string, string> = {};
  for (const [written, value] of Object.entries(request.conf)) {
    const name = propertyName(written);
    if (name !== null) properties[name] = value;
  }
  const set = (name: string, value: string | number | null) => {
    if (value !== null) properties[name] = String(value);
  };
  const add = (name: string, paths: readonly string[]) => {
    if (paths.length > 0) properties[name] = [...propertyList(properties[name] ?? ''), ...paths].join(',');
  };
  set('spark.driver.memory', request.driverMemory === null ? null : jvmSize(request.driverMemory));
  // 0 says nothing, as in what a GET answers.
  set('spark.driver.cores', request.driverCores === 0 ? null : request.driverCores);
  set('spark.executor.memory', request.executorMemory);
  set('spark.executor.cores', request.executorCores === 0 ? null : request.executorCores);
  set('spark.executor.instances', request.numExecutors);
  set('spark.yarn.queue', request.queue);
  add('spark.jars', request.jars);
  add('spark.files', request.files);
  add('spark.archives', request.archives);
  add('spark.submit.pyFiles', request.pyFiles);
  return properties;
}

/** The driver's size goes to its JVM as it is, which knows fewer ways to write one than Spark, and takes a bare number for bytes. */
function jvmSize(written: string): string {
  const bytes = /^\d+[kmgt]$/i.test(written) ? null : bytesOf(written);
  return bytes === null ? written : `${Math.floor(bytes / 1024 ** 2)}m`;
}
