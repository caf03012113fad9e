import { defaultConfiguration, defaultPythonConfiguration } from '@emberlab/contract';
import { describe, expect, it } from 'vitest';
import { hiddenSecret } from '../configurations/hide-secrets.ts';
import { configurationLine, diffConfigurations } from './differences.ts';

const spark = { ...defaultConfiguration, properties: 'spark.a=1\nspark.b=2' };
const python = defaultPythonConfiguration;

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
  });

  it('names executors, files and variables as the form does', () => {
    const fixed = { ...spark, executors: { mode: 'static' as const, instances: 3 }, jars: ['Resources/a.jar'] };
    expect(diffConfigurations(spark, fixed).map((one) => [one.label, one.before, one.after])).toEqual([
      ['Dynamic allocation', 'on', 'off'],
      ['Executors at least', '1', null],
      ['Executors at most', '2', null],
      ['Executors at first', '1', null],
      ['Number of executors', null, '3'],
      ['Additional jars', null, 'Resources/a.jar'],
    ]);
    const set = { ...python, environment: '# letters\nA=1', files: ['Resources/a.py'] };
    expect(diffConfigurations(python, set).map((one) => [one.label, one.before, one.after])).toEqual([
      ['Additional files', null, 'Resources/a.py'],
      ['A', null, '1'],
    ]);
  });

  it('says that a secret differs, and not what it is', () => {
    const one = { ...spark, properties: 'spark.my.password=first\nspark.jdbc=jdbc:x?password=y' };
    const two = { ...spark, properties: 'spark.my.password=second' };
    expect(diffConfigurations(one, two)).toEqual([
      { key: 'properties.spark.my.password', label: 'spark.my.password', before: hiddenSecret, after: hiddenSecret },
      { key: 'properties.spark.jdbc', label: 'spark.jdbc', before: hiddenSecret, after: null },
    ]);
    const variables = diffConfigurations(python, { ...python, environment: 'API_TOKEN=t' });
    expect(variables.map(({ label, after }) => [label, after])).toEqual([['API_TOKEN', hiddenSecret]]);
  });

  it('has the type where that differs, and of the rest what was chosen', () => {
    const chosen = { ...spark, driverMemoryMb: 4096 };
    expect(
      diffConfigurations({ ...python, cores: 2 }, chosen).map((one) => [one.label, one.before, one.after]),
    ).toEqual([
      ['Type', 'Python', 'Spark/PySpark'],
      ['Cores', '2', null],
      ['Driver memory', null, '4 GB'],
      ['spark.a', null, '1'],
      ['spark.b', null, '2'],
    ]);
  });
});

describe('configurationLine', () => {
  it('says the most important in a line', () => {
    expect(configurationLine(spark)).toBe('Spark/PySpark · 2 GB · 1 core · 2 properties');
    expect(configurationLine(python)).toBe('Python · 2 GB · 1 core');
  });
});
