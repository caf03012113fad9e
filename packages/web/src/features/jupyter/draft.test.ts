import { defaultConfiguration } from '@emberlab/contract';
import { describe, expect, it } from 'vitest';
import { changeUnit, readDraft, toDraft } from './draft.ts';

const draft = toDraft(defaultConfiguration, defaultConfiguration);

describe('readDraft', () => {
  it('gives back what was saved', () => {
    expect(readDraft(draft).configuration).toEqual(defaultConfiguration);
    expect(readDraft(toDraft({ type: 'python' }, defaultConfiguration)).configuration).toEqual({ type: 'python' });
  });

  it('reads memory in both units', () => {
    expect(readDraft({ ...draft, memory: 1.5, unit: 'GB' }).configuration).toMatchObject({ driverMemoryMb: 1536 });
    expect(readDraft({ ...draft, memory: 640, unit: 'MB' }).configuration).toMatchObject({ driverMemoryMb: 640 });
  });

  it('says which field is wrong', () => {
    expect(readDraft({ ...draft, memory: 100, unit: 'MB' }).errors.memory).toContain('512 MB');
    expect(readDraft({ ...draft, memory: '' }).errors.memory).toContain('512 MB');
    expect(readDraft({ ...draft, cores: 0 }).errors.cores).toContain('1 to 256');
    expect(readDraft({ ...draft, cores: 2 }).errors.cores).toBeNull();
    expect(readDraft({ ...draft, properties: 'spark.master=yarn' }).errors.properties).toMatchObject([{ line: 1 }]);
    expect(readDraft({ ...draft, properties: '#'.repeat(20_001) }).errors.propertiesText).toContain('20,000');
  });

  it('asks nothing of Python', () => {
    expect(readDraft({ ...draft, type: 'python', memory: '', properties: 'wrong' }).configuration).toEqual({
      type: 'python',
    });
  });
});

describe('changeUnit', () => {
  it('keeps the amount', () => {
    expect(changeUnit({ ...draft, memory: 2, unit: 'GB' }, 'MB')).toMatchObject({ memory: 2048, unit: 'MB' });
    expect(changeUnit({ ...draft, memory: 1536, unit: 'MB' }, 'GB')).toMatchObject({ memory: 1.5, unit: 'GB' });
    expect(changeUnit({ ...draft, memory: '', unit: 'MB' }, 'GB')).toMatchObject({ memory: '', unit: 'GB' });
  });
});
