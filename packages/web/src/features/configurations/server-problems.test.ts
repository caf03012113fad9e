import { defaultConfiguration } from '@emberlab/contract';
import { describe, expect, it } from 'vitest';
import { withServerProblems } from './server-problems.ts';

const none = { fields: {}, lines: [] };
const gone = (path: string) => ({ path, line: null, message: 'There is no such file.' });

describe('withServerProblems', () => {
  it('puts a missing file at its list, as long as that names it', () => {
    const of = { ...defaultConfiguration, jars: ['a.jar', 'b.jar'] };
    const found = { of, problems: [gone('jars.1')] };
    expect(withServerProblems(none, of, found).fields).toEqual({ jars: 'There is no such file.' });
    expect(withServerProblems(none, { ...of, jars: ['b.jar'] }, found).fields).toHaveProperty('jars');
    expect(withServerProblems(none, { ...of, jars: ['a.jar'] }, found)).toEqual(none);
    expect(withServerProblems(none, null, found)).toEqual(none);
  });

  it('puts an engine that is not to be had at its field, until another is chosen', () => {
    const of = { ...defaultConfiguration, engine: 'gone' };
    const found = { of, problems: [{ path: 'engine', line: null, message: 'There is none.' }] };
    expect(withServerProblems(none, of, found).fields).toEqual({ engine: 'There is none.' });
    expect(withServerProblems(none, { ...of, engine: null }, found)).toEqual(none);
  });

  it('adds lines that the page could not judge, once, as long as the text is the same', () => {
    const of = { ...defaultConfiguration, properties: 'spark.files=/etc/passwd' };
    const problem = { line: 1, message: 'It is elsewhere.' };
    const found = { of, problems: [{ path: 'properties', ...problem }] };
    expect(withServerProblems(none, of, found).lines).toEqual([problem]);
    expect(withServerProblems({ ...none, lines: [problem] }, of, found).lines).toEqual([problem]);
    expect(withServerProblems(none, { ...of, properties: '' }, found)).toEqual(none);
  });
});
