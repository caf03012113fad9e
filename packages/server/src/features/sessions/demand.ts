import type { EngineFacts } from '../../engines/engine.ts';
import type { Taken } from '../limits/index.ts';
import { bytesOf } from './memory-size.ts';
import type { SessionRequest } from './model.ts';
import { sparkProperties } from './spark-properties.ts';

type Request = Omit<SessionRequest, 'ttl' | 'idleTimeout'>;
type Whose = { readonly projectId: string; readonly userId: string };

/** Spark's own, where a request names none. */
const defaultMemory = '1g';

/** More digits than any size has: what they say is too large for every limit, and still a number. */
const most = Number.MAX_SAFE_INTEGER;
/** As many as an application may have that says no number: no cluster has them. */
const unbounded = 100_000;

/** What the engine makes of a driver's properties. */
export type DriverShape = {
  /** whether executors are processes of their own, with memory and cores of their own */
  readonly executors: boolean;
  /** how many cores the driver itself gets */
  coresOf(properties: Readonly<Record<string, string>>): number;
  /** what containers have beside heap and off-heap memory, bytes; absent: nothing that counts */
  besideHeapOf?: EngineFacts['besideHeapOf'];
};

/** Bytes, as Spark reads a size: a number alone is in MB, or in what `plain` says. What is no size asks for nothing, and its driver does not start. */
export function memoryOf(text: string, plain: 'm' | 'b' = 'm'): number {
  const bytes = bytesOf(text, plain) ?? (/^\s*\d{16}/.test(text) ? most : 0);
  return Math.min(bytes, most);
}

const countOf = (text: string | undefined, otherwise: number): number => {
  const number = Number(text ?? otherwise);
  return Number.isInteger(number) && number >= 0 ? Math.min(number, most) : otherwise;
};

const isTrue = (text: string | undefined): boolean => text?.trim().toLowerCase() === 'true';

/** How many executors an application can come to have. */
function executorsOf(properties: Readonly<Record<string, string>>): number {
  const instances = countOf(properties['spark.executor.instances'], 1);
  if (!isTrue(properties['spark.dynamicAllocation.enabled'])) return instances;
  // It begins with as many as it names, whatever the most are.
  const first = countOf(properties['spark.dynamicAllocation.initialExecutors'], 0);
  return Math.max(instances, first, countOf(properties['spark.dynamicAllocation.maxExecutors'], unbounded));
}

/** What a JVM takes beside its heap, where that is on. */
const offHeapOf = (properties: Readonly<Record<string, string>>): number =>
  isTrue(properties['spark.memory.offHeap.enabled'])
    ? memoryOf(properties['spark.memory.offHeap.size'] ?? '0', 'b')
    : 0;

/**
 * What a driver with this request asks: its memory, on the heap and off it, with what its container has beside that, and the cores that it gets, and those of as many executors as it may have, where
 * these are processes of their own.
 */
export function demandOf(request: Request, shape: DriverShape): { memoryBytes: number; cores: number } {
  const properties = sparkProperties(request);
  const offHeap = offHeapOf(properties);
  const memory = (name: string) => memoryOf(properties[name] ?? defaultMemory) + offHeap;
  const beside = shape.besideHeapOf?.(properties) ?? { driver: 0, executor: 0 };
  const driver = memory('spark.driver.memory') + beside.driver;
  const executor = memory('spark.executor.memory') + beside.executor;
  const count = shape.executors ? executorsOf(properties) : 0;
  const cores = shape.coresOf(properties) + count * countOf(properties['spark.executor.cores'], 1);
  return {
    memoryBytes: Math.min(driver + count * executor, most),
    cores: Math.min(cores, most),
  };
}

/** What a driver counts as, among all that its member and its project have. `yields`: it was started ahead, and nobody has taken it. */
export const takenBy = (whose: Whose, request: Request, shape: DriverShape, yields = false): Taken => ({
  projectId: whose.projectId,
  userId: whose.userId,
  kind: 'session',
  ...demandOf(request, shape),
  yields,
});

/** What runs on a project's Livy is one of the sessions; its memory and cores are not this platform's. */
export const takenElsewhere = ({ projectId, userId }: Whose): Taken => ({
  projectId,
  userId,
  kind: 'session',
  memoryBytes: 0,
  cores: 0,
  yields: false,
});
