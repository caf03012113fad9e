import { describe, expect, it } from 'vitest';
import { defaultConfiguration } from './defaults.ts';
import { effectiveProperties, sessionBody } from './effective.ts';

const none = { projectFolder: '/p', platform: { defaults: {}, pinned: {} } };
const configuration = {
  ...defaultConfiguration,
  jars: ['Resources/a.jar', 'Resources/b.jar'],
  properties: '# mine\nsql.shuffle.partitions=8\nspark.port.maxRetries=3',
};

describe('effectiveProperties', () => {
  it('says what Spark gets, by name, and where each comes from', () => {
    const platform = {
      defaults: { 'spark.port.maxRetries': '64', 'spark.sql.catalogImplementation': 'in-memory' },
      pinned: { 'spark.master': 'local[1]' },
    };
    const found = effectiveProperties(configuration, { projectFolder: '/p', platform });
    expect(found.map(({ name, value, from, label, line }) => [name, value, from, label ?? line])).toEqual([
      ['spark.driver.cores', '1', 'field', 'Driver cores'],
      ['spark.driver.memory', '2048m', 'field', 'Driver memory'],
      ['spark.dynamicAllocation.enabled', 'true', 'field', 'Dynamic allocation'],
      ['spark.dynamicAllocation.initialExecutors', '1', 'field', 'Executors at first'],
      ['spark.dynamicAllocation.maxExecutors', '2', 'field', 'Executors at most'],
      ['spark.dynamicAllocation.minExecutors', '1', 'field', 'Executors at least'],
      ['spark.executor.cores', '1', 'field', 'Executor cores'],
      ['spark.executor.memory', '4096m', 'field', 'Executor memory'],
      ['spark.jars', '/p/Resources/a.jar,/p/Resources/b.jar', 'field', 'Additional jars'],
      ['spark.master', 'local[1]', 'pinned', null],
      ['spark.port.maxRetries', '3', 'properties', 3],
      ['spark.sql.catalogImplementation', 'in-memory', 'default', null],
      ['spark.sql.shuffle.partitions', '8', 'properties', 2],
    ]);
  });

  it('has a fixed number of executors instead of a range', () => {
    const fixed = { ...defaultConfiguration, executors: { mode: 'static' as const, instances: 3 } };
    const names = effectiveProperties(fixed, none).map(({ name, value }) => `${name}=${value}`);
    expect(names).toContain('spark.executor.instances=3');
    expect(names).toContain('spark.dynamicAllocation.enabled=false');
    expect(names.join()).not.toContain('Executors=');
  });

  it.each([
    ['spark.hadoop.fs.s3a.secret.key=abc', true],
    ['spark.hadoop.fs.s3a.access.key=abc', true],
    ['spark.my.password=abc', true],
    ['spark.sql.catalog.pg.url=jdbc:postgresql://ada:abc@db/x', true],
    ['spark.hadoop.fs.s3a.aws.credentials.provider=abc', false],
    ['spark.sql.shuffle.partitions=abc', false],
  ])('shows no secret: %s', (properties, hidden) => {
    const found = effectiveProperties({ ...defaultConfiguration, properties }, none);
    expect(found.find(({ from }) => from === 'properties')?.value === null).toBe(hidden);
    expect(JSON.stringify(found).includes('abc')).toBe(!hidden);
  });
});

describe('sessionBody', () => {
  it('names fields as Livy does, and puts the rest into conf', () => {
    expect(sessionBody(configuration, '/p')).toEqual({
      driverMemory: '2048m',
      driverCores: 1,
      executorMemory: '4096m',
      executorCores: 1,
      jars: ['/p/Resources/a.jar', '/p/Resources/b.jar'],
      conf: {
        'spark.sql.shuffle.partitions': '8',
        'spark.port.maxRetries': '3',
        'spark.dynamicAllocation.enabled': 'true',
        'spark.dynamicAllocation.minExecutors': '1',
        'spark.dynamicAllocation.maxExecutors': '2',
        'spark.dynamicAllocation.initialExecutors': '1',
      },
    });
  });
});
