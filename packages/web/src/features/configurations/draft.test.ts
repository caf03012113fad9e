import { defaultConfiguration, defaultPythonConfiguration, type Configuration } from '@emberlab/contract';
import { describe, expect, it } from 'vitest';
import { changeUnit, readDraft, toDraft, type SparkDraft } from './draft.ts';

const draft = toDraft(defaultConfiguration);
const spark = (changes: Partial<SparkDraft>) => readDraft({ ...draft, spark: { ...draft.spark, ...changes } });

describe('readDraft', () => {
  it.each<Configuration>([
    defaultConfiguration,
    { ...defaultConfiguration, executors: { mode: 'static', instances: 5 }, jars: ['a.jar'], driverMemoryMb: 1500 },
    defaultPythonConfiguration,
    { ...defaultPythonConfiguration, memoryMb: 1000, files: ['a'], environment: 'A=1' },
  ])('gives back what was saved: %j', (saved) => expect(readDraft(toDraft(saved)).configuration).toEqual(saved));

  it('reads memory in both units', () => {
    expect(spark({ driverMemory: { amount: 1.5, unit: 'GB' } }).configuration).toMatchObject({ driverMemoryMb: 1536 });
    expect(spark({ executorMemory: { amount: 640, unit: 'MB' } }).configuration).toMatchObject({
      executorMemoryMb: 640,
    });
  });

  it('says which field is wrong, and which line', () => {
    const fields = (changes: Partial<SparkDraft>) => spark(changes).errors.fields;
    expect(fields({ driverMemory: { amount: 100, unit: 'MB' } })['driverMemoryMb']).toContain('512 MB');
    expect(fields({ driverMemory: { amount: '', unit: 'MB' } })['driverMemoryMb']).toContain('512 MB');
    expect(fields({ driverCores: 0 })['driverCores']).toContain('1 to 256');
    expect(fields({ initial: 7 })['executors.initial']).toContain('more than at most 2');
    expect(fields({ mode: 'static', instances: '' })['executors.instances']).toContain('whole number');
    expect(fields({ jars: ['a.jar', '/etc/b.jar'] })['jars']).toContain('/etc/b.jar');
    expect(fields({ properties: '#'.repeat(20_001) })['properties']).toContain('20,000');
    expect(spark({ properties: 'spark.master=yarn', driverCores: 0 }).errors.lines).toMatchObject([{ line: 1 }]);
  });

  it('keeps what contradicts itself readable, for the server to look at', () => {
    const { configuration, readable } = spark({ initial: 7 });
    expect([configuration, readable]).toMatchObject([null, { executors: { initial: 7 } }]);
    expect(spark({ driverCores: '' }).readable).toBeNull();
  });

  it('asks nothing of the other type', () => {
    const wrong = { ...draft.spark, driverMemory: { amount: '', unit: 'MB' as const }, properties: 'wrong' };
    const python = { ...draft, type: 'python' as const, spark: wrong };
    expect(readDraft(python).configuration).toEqual(defaultPythonConfiguration);
  });
});

describe('changeUnit', () => {
  it('keeps the amount', () => {
    expect(changeUnit({ amount: 2, unit: 'GB' }, 'MB')).toEqual({ amount: 2048, unit: 'MB' });
    expect(changeUnit({ amount: 1536, unit: 'MB' }, 'GB')).toEqual({ amount: 1.5, unit: 'GB' });
    expect(changeUnit({ amount: '', unit: 'MB' }, 'GB')).toEqual({ amount: '', unit: 'GB' });
  });
});
