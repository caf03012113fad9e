import { describe, expect, it } from 'vitest';
import { outdated } from './retention.ts';

const record = (name: string, changedAt: number, inUse = false) => ({ name: Buffer.from(name), changedAt, inUse });
const namesOf = (records: readonly { name: Buffer }[]) => records.map(({ name }) => name.toString()).toSorted();

describe('logs that go', () => {
  it('are those that are old, but for the newest', () => {
    const records = [record('1', 10), record('2', 20), record('3', 30), record('4', 200)];
    expect(namesOf(outdated(records, { before: 100, newest: 2 }))).toEqual(['1', '2']);
    expect(namesOf(outdated(records, { before: 100, newest: 0 }))).toEqual(['1', '2', '3']);
    expect(outdated(records, { before: 100, newest: 4 })).toEqual([]);
    expect(outdated(records, { before: 10, newest: 0 })).toEqual([]);
  });

  it('are never those in use, which count among the newest all the same', () => {
    expect(
      namesOf(outdated([record('1', 10, true), record('2', 20), record('3', 30)], { before: 100, newest: 1 })),
    ).toEqual(['2']);
  });
});
