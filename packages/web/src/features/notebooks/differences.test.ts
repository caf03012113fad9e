import { defaultConfiguration, type Configuration } from '@emberlab/contract';
import { describe, expect, it } from 'vitest';
import { configurationLine, diffConfigurations } from './differences.ts';

const spark = { ...defaultConfiguration, properties: 'spark.a=1\nspark.b=2' };
/** A configuration with fields that this version doesn't know. */
const tomorrow = (fields: object) => ({ ...spark, ...fields }) as Configuration;

describe('diffConfigurations', () => {
  it('finds nothing between equal ones, whatever the order and the comments of properties', () => {
    expect(diffConfigurations(spark, { ...spark })).toEqual([]);
    expect(diffConfigurations(spark, { ...spark, properties: '# first\nb = 2\n\na=1' })).toEqual([]);
  });

  it('names each setting with both values, and properties one by one', () => {
    const other = { ...spark, driverMemoryMb: 4096, driverCores: 2, properties: 'spark.a=3\nspark.c=4' };
    expect(diffConfigurations(spark, other)).toEqual([
      { key: 'driverMemoryMb', label: 'Driver memory', before: '2 GB', after: '4 GB' },
      { key: 'driverCores', label: 'Driver cores', before: '1', after: '2' },
      { key: 'properties.spark.a', label: 'spark.a', before: '1', after: '3' },
      { key: 'properties.spark.b', label: 'spark.b', before: '2', after: null },
      { key: 'properties.spark.c', label: 'spark.c', before: null, after: '4' },
    ]);
    expect(diffConfigurations({ type: 'python' }, defaultConfiguration).map(({ label }) => label)).toEqual([
      'Type',
      'Driver memory',
      'Driver cores',
    ]);
  });

  it('compares fields that it has never heard of', () => {
    const before = tomorrow({ executors: { dynamic: true, most: 2 }, executorMemoryMb: 1024, files: ['a.py'] });
    const after = tomorrow({
      executors: { dynamic: false, most: 2 },
      files: ['a.py', 'b.py'],
      environment: '# letters\nA=1\nB=2',
      archives: [{ path: 'x.zip', as: 'x' }],
    });
    expect(diffConfigurations(before, after).map((one) => [one.label, one.before, one.after])).toEqual([
      ['Executors: dynamic', 'yes', 'no'],
      ['Executor memory', '1 GB', null],
      ['Files', 'a.py', 'a.py, b.py'],
      ['A', null, '1'],
      ['B', null, '2'],
      ['Archives', null, 'x.zip x'],
    ]);
    expect(diffConfigurations(after, after)).toEqual([]);
  });
});

describe('configurationLine', () => {
  it('says the most important in a line', () => {
    expect(configurationLine(spark)).toBe('Spark/PySpark · 2 GB · 1 core · 2 properties');
    expect(configurationLine({ type: 'python' })).toBe('Python');
  });
});
