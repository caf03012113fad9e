import { describe, expect, it } from 'vitest';
import { busySession } from '../../test/app.tsx';
import { applySearch, readListSearch } from './list-search.ts';

const ended = {
  ...busySession,
  id: 1,
  state: 'dead' as const,
  notebook: 'old.ipynb',
  createdAt: '2026-02-01T00:00:00.000Z',
};
const other = { ...busySession, id: 2, notebook: 'about.ipynb', owner: { email: 'grace@example.org', name: 'Grace' } };
const all = [ended, other, busySession];
const ids = (search: Parameters<typeof applySearch>[1]) => applySearch(all, search).map((session) => session.id);

describe('readListSearch', () => {
  it('leaves out what it does not know', () => {
    expect(readListSearch({ q: 7, show: 'nonsense', sort: 'name', reverse: 'yes' })).toEqual({ q: '7', sort: 'name' });
  });
});

describe('applySearch', () => {
  it('has running ones first', () => expect(ids({})).toEqual([3, 2, 1]));
  it('filters by what is shown', () => {
    expect(ids({ show: 'running' })).toEqual([3, 2]);
    expect(ids({ show: 'ended' })).toEqual([1]);
  });
  it('finds by notebook and owner', () => {
    expect(ids({ q: 'CHURN' })).toEqual([3]);
    expect(ids({ q: 'grace' })).toEqual([2]);
  });
  it('sorts both ways', () => {
    expect(ids({ sort: 'name' })).toEqual([2, 3, 1]);
    expect(ids({ sort: 'name', reverse: true })).toEqual([1, 3, 2]);
    expect(ids({ sort: 'owner', reverse: true })).toEqual([2, 1, 3]);
    expect(ids({ sort: 'started' })).toEqual([1, 3, 2]);
  });
});
