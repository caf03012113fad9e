import type { DriverSpec } from '../engine.ts';
import { megabytesOf, numberOf } from '../sizes.ts';
import type { Cluster } from '../local/properties.ts';
import type { Executor } from './master.ts';

type Properties = DriverSpec['properties'];

/** Spark's own, where a request says nothing. */
const defaultMemoryMb = 1024;

/** What each executor of an application asks. */
export const executorOf = (properties: Properties): Executor => ({
  cores: numberOf(properties['spark.executor.cores'], 1),
  memoryMb: megabytesOf(properties['spark.executor.memory'], defaultMemoryMb),
});

/** How many executors an application may come to have; null: as many as there are. */
function mostExecutors(properties: Properties): number | null {
  const instances = numberOf(properties['spark.executor.instances'], 1);
  if (properties['spark.dynamicAllocation.enabled']?.trim().toLowerCase() !== 'true') return instances;
  const most = properties['spark.dynamicAllocation.maxExecutors'];
  return most === undefined ? null : Math.max(instances, numberOf(most, 1));
}

/** What a driver on this machine takes for executors of a standalone cluster. */
export const standaloneCluster = (driverHost: string): Cluster => ({
  driverHost,
  proposed: () => ({
    // Without it one executor would take all cores of its machine.
    'spark.executor.cores': '1',
    // The cluster need not have a service that keeps the files of executors that have gone.
    'spark.dynamicAllocation.shuffleTracking.enabled': 'true',
  }),
  decided(properties) {
    const executors = mostExecutors(properties);
    // Spark would take all cores that are free, however many executors were asked for.
    return executors === null ? {} : { 'spark.cores.max': String(executors * executorOf(properties).cores) };
  },
});
