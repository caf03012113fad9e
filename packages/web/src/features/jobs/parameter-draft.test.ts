import { describe, expect, it } from 'vitest';
import { inspectedNotebook } from './jobs.fixture.ts';
import { readParametersDraft, toParametersDraft, type ParameterRow, type ParametersDraft } from './parameter-draft.ts';

const known = inspectedNotebook.parameters;
const typed = (draft: ParametersDraft, name: string, next: Partial<ParameterRow>): ParametersDraft => ({
  ...draft,
  rows: draft.rows.map((row) => (row.name === name ? { ...row, ...next } : row)),
});

describe('the parameters of a job', () => {
  it('have a row for each that the notebook knows, of its kind, and set only what was changed', () => {
    const draft = toParametersDraft(known, {});
    expect(draft.rows.map(({ name, kind, text }) => [name, kind, text])).toEqual([
      ['limit', 'number', '10'],
      ['dry_run', 'boolean', 'false'],
      ['since', 'json', ''],
    ]);
    expect(readParametersDraft(draft).parameters).toEqual({});
    const changed = typed(typed(draft, 'dry_run', { text: 'true' }), 'since', { text: '"2026-01-31"' });
    expect(readParametersDraft(changed).parameters).toEqual({ dry_run: true, since: '2026-01-31' });
  });

  it('keep what is saved, also what the notebook does not know', () => {
    const saved = { limit: 20, extra: { deep: [1, null] }, text: '20' };
    expect(readParametersDraft(toParametersDraft(known, saved)).parameters).toEqual(saved);
    // Back to what the notebook sets is no setting of the job.
    const back = typed(toParametersDraft(known, saved), 'limit', { text: '10' });
    expect(readParametersDraft(back).parameters).toEqual({ extra: saved.extra, text: '20' });
  });

  it('of a run begin with those of the job, and send only what differs', () => {
    const draft = toParametersDraft(known, { limit: 20, extra: 1 }, true);
    expect(readParametersDraft(draft).parameters).toEqual({});
    expect(readParametersDraft(typed(draft, 'limit', { text: '10' })).parameters).toEqual({ limit: 10 });
  });

  it('say at the row what is wrong with it', () => {
    const draft = toParametersDraft(known, { extra: 1 });
    const of = (name: string, next: Partial<ParameterRow>) => readParametersDraft(typed(draft, name, next));
    expect(of('limit', { text: 'ten' }).parameters).toBeNull();
    expect(of('limit', { text: 'ten' }).problems['limit']).toMatch(/number/);
    expect(of('since', { text: 'today' }).problems['since']).toMatch(/no JSON/);
    expect(of('extra', { name: '1st' }).problems['extra']).toMatch(/not to begin with a digit/);
    expect(of('extra', { name: 'dry_run' }).problems).toEqual({});
    expect(of('extra', { name: 'limit', text: '3' }).parameters).toEqual({ limit: 3 });
  });

  it('can be written as JSON', () => {
    const of = (json: string) => readParametersDraft({ rows: [], json });
    expect(of('{"a": [1]}').parameters).toEqual({ a: [1] });
    expect(of('').parameters).toEqual({});
    expect(of('[1]').problems['json']).toBe('Please write one object: { "name": value, … }.');
    expect(of('{"a b": 1}').problems['json']).toMatch(/has to have letters, digits and _/);
    expect(of('{').problems['json']).toMatch(/no JSON/);
  });
});
