import { expect, test } from 'vitest';
import { demandOf } from './demand.ts';
import type { SessionRequest } from './model.ts';

test('what containers have beside the heap counts for the driver and for each of its executors', () => {
  const gb = 1024 ** 3;
  const lists = { jars: [], files: [], archives: [], pyFiles: [] };
  const sizes = { driverMemory: '2g', driverCores: null, executorMemory: '1g', executorCores: null, numExecutors: 3 };
  const request = { ...lists, ...sizes, conf: {}, queue: null } as unknown as SessionRequest;
  const shape = { executors: true, coresOf: () => 1 };
  expect(demandOf(request, shape).memoryBytes).toBe(5 * gb);
  const besideHeapOf = () => ({ driver: gb, executor: 2 * gb });
  expect(demandOf(request, { ...shape, besideHeapOf }).memoryBytes).toBe(12 * gb);
  expect(demandOf(request, { ...shape, executors: false, besideHeapOf }).memoryBytes).toBe(3 * gb);
});
