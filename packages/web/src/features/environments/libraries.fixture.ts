import type { EnvironmentOperation, Libraries, Library, RevisionEntry } from '@emberlab/contract';
import { user } from '../../test/app.tsx';

const at = '2026-01-31T09:30:00.000Z';

/** A library as most are: pulled in, from the index. */
export const library = (name: string, rest: Partial<Library> = {}): Library => ({
  name,
  version: '1.0',
  summary: null,
  source: 'index',
  detail: null,
  requested: false,
  requirement: null,
  neededBy: [],
  usedBy: [],
  bytes: 1024 ** 2,
  latest: null,
  ...rest,
});

export const tornado = library('tornado', {
  version: '6.5',
  neededBy: ['jupyter-server', 'notebook'],
  usedBy: ['jupyter'],
});
export const polars = library('polars', {
  version: '1.30',
  summary: 'Fast frames',
  requested: true,
  requirement: 'polars<2',
  bytes: 90 * 1024 ** 2,
  latest: '1.33',
});

export const installed = (items: Library[]): Libraries => ({
  revision: 7,
  pythonVersion: '3.12.8',
  bytes: items.reduce((sum, { bytes }) => sum + bytes, 0),
  items,
  latestAt: null,
});

export const operation: EnvironmentOperation = {
  id: 'operation001',
  kind: 'install',
  state: 'queued',
  title: 'Install polars',
  by: user.email,
  createdAt: at,
  startedAt: null,
  endedAt: null,
  position: 1,
  step: null,
  progress: 0,
  problem: null,
  revision: null,
  changes: null,
  conflicts: null,
};
export const running: EnvironmentOperation = {
  ...operation,
  state: 'running',
  position: null,
  startedAt: at,
  step: 'Installing',
  progress: 0.6,
  revision: 8,
};
export const done: EnvironmentOperation = {
  ...running,
  state: 'succeeded',
  step: null,
  progress: 1,
  endedAt: '2026-01-31T09:30:20.000Z',
  changes: [{ name: 'polars', change: 'added', from: null, to: '1.30' }],
  conflicts: 0,
};

export const revisionEntry = (number: number, rest: Partial<RevisionEntry> = {}): RevisionEntry => ({
  number,
  current: false,
  createdAt: at,
  readyAt: at,
  by: user.email,
  title: `Install thing ${number}`,
  operation: `operation${number}`,
  pythonVersion: '3.12.8',
  packages: 140 + number,
  changes: [{ name: `thing-${number}`, change: 'added', from: null, to: '1.0' }],
  uses: 0,
  kept: true,
  ...rest,
});
