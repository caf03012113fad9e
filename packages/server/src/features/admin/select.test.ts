import { projectsQuery, runningQuery, type ProjectOverview, type Running } from '@emberlab/contract';
import { describe, expect, it } from 'vitest';
import { selectProjects, selectRunning } from './select.ts';

const at = (minute: number) => `2026-01-31T09:${String(minute).padStart(2, '0')}:00.000Z`;
const one = (id: string, more: Partial<Running> = {}): Running => ({
  kind: 'server',
  id,
  title: 'JupyterLab',
  project: { name: 'sales', label: 'Sales' },
  owner: { email: 'eve@example.org', name: 'Eve' },
  phase: 'running',
  state: 'running',
  since: at(Number(id)),
  profile: null,
  place: null,
  use: null,
  ...more,
});
const demo = { name: 'demo', label: 'Demo' };
const all = [
  one('1', { use: { memoryMb: 100, cores: 0.25 } }),
  one('2', { kind: 'session', title: 'churn.ipynb', use: { memoryMb: 2000, cores: 1.5 } }),
  one('3', { project: demo, owner: { email: 'bob@example.org', name: 'Bob' } }),
  one('4', { kind: 'build', project: demo, owner: null, state: 'waiting' }),
];
const running = (query: Record<string, string> = {}) => selectRunning(all, runningQuery.parse(query));
const ids = (query: Record<string, string>) => running(query).items.map(({ id }) => id);

describe('what runs', () => {
  it('comes the oldest first, and no more of it than is asked for, with how many there are', () => {
    const { items, total } = running({ limit: '3' });
    expect([items.map(({ id }) => id), total]).toEqual([['1', '2', '3'], 4]);
    expect(runningQuery.safeParse({ limit: '501' }).success).toBe(false);
  });

  it.each([
    ['memory', ['2', '1', '3', '4']],
    ['cores', ['2', '1', '3', '4']],
    ['title', ['2', '1', '3', '4']],
    ['owner', ['4', '3', '1', '2']],
    ['project', ['3', '4', '1', '2']],
    ['state', ['1', '2', '3', '4']],
  ])('is sorted by %s', (sort, order) => {
    expect(ids({ sort })).toEqual(order);
  });

  it('is turned round, and what is alike stays the oldest first', () =>
    expect(ids({ sort: 'memory', reverse: 'true' })).toEqual(['3', '4', '1', '2']));

  it.each([
    [{ search: ' CHURN' }, ['2']],
    [{ search: 'bob' }, ['3']],
    [{ search: 'demo' }, ['3', '4']],
    [{ search: 'nothing of that' }, []],
    [{ group: 'spark' }, ['2']],
    [{ group: 'builds' }, ['4']],
    [{ owner: 'eve@example.org' }, ['1', '2']],
    [{ project: 'demo', owner: 'bob@example.org' }, ['3']],
  ])('is what %j asks for', (query, order) => expect(ids(query as Record<string, string>)).toEqual(order));

  it('is summed up for whose it is, whatever part of it is shown', () => {
    expect(running({ owner: 'eve@example.org', search: 'churn', limit: '1' }).whose).toEqual({
      kinds: { server: 1, session: 1 },
      memoryMb: 2100,
      cores: 1.8,
    });
  });
});

describe('projects', () => {
  const project = (name: string, minute: number, more: Partial<ProjectOverview> = {}) => ({
    name,
    label: name === 'demo' ? 'Demo' : 'Sales',
    state: 'active' as const,
    owners: ['ada@example.org'],
    members: minute,
    createdAt: at(0),
    lastActivityAt: at(minute),
    ...more,
  });
  const projects = [
    project('sales', 2),
    project('demo', 5, { owners: ['bob@example.org'] }),
    project('old', 1, { state: 'archived' }),
  ];
  const names = (query: Record<string, string>) =>
    selectProjects(projects, all, projectsQuery.parse(query)).items.map(({ name }) => name);

  it.each([
    [{}, ['demo', 'sales', 'old']],
    [{ reverse: 'true' }, ['old', 'sales', 'demo']],
    [{ sort: 'memory' }, ['sales', 'demo', 'old']],
    [{ sort: 'running' }, ['demo', 'sales', 'old']],
    [{ sort: 'members', limit: '1' }, ['demo']],
    [{ sort: 'name', show: 'active' }, ['demo', 'sales']],
    [{ search: 'BOB' }, ['demo']],
    [{ show: 'archived' }, ['old']],
  ])('are those that %j asks for, in its order', (query, order) =>
    expect(names(query as Record<string, string>)).toEqual(order),
  );

  it('say what runs in them', () => {
    const { items, total } = selectProjects(projects, all, projectsQuery.parse({ search: 'sales' }));
    expect(total).toBe(2);
    expect(items[0]?.running).toEqual({ kinds: { server: 1, session: 1 }, memoryMb: 2100, cores: 1.8 });
  });
});
