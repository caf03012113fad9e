import { expect, test } from 'vitest';
import { executorOf, standaloneCluster } from './properties.ts';

const { decided } = standaloneCluster('10.0.0.1');

test.each([
  [{}, '1'],
  [{ 'spark.executor.instances': '3', 'spark.executor.cores': '2' }, '6'],
  [{ 'spark.dynamicAllocation.enabled': 'true', 'spark.dynamicAllocation.maxExecutors': '4' }, '4'],
  [{ 'spark.dynamicAllocation.enabled': ' True', 'spark.dynamicAllocation.maxExecutors': '0' }, '1'],
  [{ 'spark.executor.instances': 'many' }, '1'],
])('an application with %o gets the cores of its executors, and no more', (properties, cores) => {
  expect(decided(properties)).toEqual({ 'spark.cores.max': cores });
});

test('one that may have any number of executors may have all cores', () => {
  expect(decided({ 'spark.dynamicAllocation.enabled': 'true' })).toEqual({});
});

test.each([
  ['1g', 1024],
  ['512', 512],
  ['1500m', 1500],
  ['2048k', 2],
  ['1 tb', 1024 ** 2],
  ['much', 1024],
])('an executor with a memory of %s takes %i MB', (memory, memoryMb) => {
  expect(executorOf({ 'spark.executor.memory': memory })).toEqual({ cores: 1, memoryMb });
});
