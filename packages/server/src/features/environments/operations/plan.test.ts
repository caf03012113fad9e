import { describe, expect, it } from 'vitest';
import { createGraph } from '../graph.ts';
import type { Installed } from '../installed.ts';
import { readLock } from '../lock.ts';
import { markerEnvironment } from '../packaging/marker.ts';
import type { Asked, Change } from './change.ts';
import { recipeFor, type Before } from './plan.ts';

const lockOf = (...pins: string[]) => readLock(pins.map((pin) => `${pin} \\\n    --hash=sha256:00\n`).join(''));
const base = {
  lines: ['jupyterlab==4.6.*', 'pandas==2.3.*'],
  lock: lockOf('jupyterlab==4.6.1', 'pandas==2.3.1', 'tornado==6.5'),
};
const lib = (name: string, version: string, ...requires: string[]): Installed => ({
  name,
  key: name,
  version,
  summary: null,
  requires,
  bytes: 0,
});
const graphOf = (...installed: Installed[]) => createGraph(installed, markerEnvironment('3.11.7', 'x86_64'));
const whole = graphOf(
  lib('jupyterlab', '4.6.1', 'tornado>=6'),
  lib('tornado', '6.5'),
  lib('pandas', '2.3.1'),
  lib('alpha', '1.0', 'beta', 'tornado'),
  lib('beta', '1.0', 'gamma'),
  lib('gamma', '1.0'),
  lib('stray', '1.0'),
);
const asked = (name: string, requirement = name): Asked => ({ name, kind: 'index', requirement, detail: null });
const excluded = (name: string): Asked => ({ name, kind: 'excluded', requirement: '', detail: null });
const before: Before = {
  asked: [asked('alpha', 'alpha[x]==1.0')],
  lock: lockOf(
    'jupyterlab==4.6.1',
    'pandas==2.3.1',
    'tornado==6.5',
    'alpha==1.0',
    'beta==1.0',
    'gamma==1.0',
    'stray==1.0',
  ),
  graph: whole,
};
const recipe = (change: Exclude<Change, { kind: 'restore' }>, from: Before = before, constrained = false) =>
  recipeFor(change, { before: from, base, constrained, place: (path) => `file:///e/${path}` });
const keys = (lock: string) => readLock(lock).map(({ key }) => key);
const install = (...requirements: string[]) => ({ kind: 'install', requirements, wheel: null, source: null }) as const;

describe('how a change is made', () => {
  it('the first revision is the base set as it is, unless the administrator has conditions or something was asked for before', () => {
    const nothing: Before = { asked: [], lock: null, graph: null };
    expect(recipe({ kind: 'create' }, nothing)).toMatchObject({ mode: 'install', requests: base.lines, asked: [] });
    expect(recipe({ kind: 'create' }, nothing, true).mode).toBe('resolve');
    const files: Asked[] = [{ name: 'own', kind: 'wheel', requirement: 'wheels/0/own.whl', detail: 'own.whl' }];
    const afterBackup = recipe({ kind: 'create' }, { ...nothing, asked: [asked('six'), ...files] });
    expect(afterBackup).toMatchObject({ mode: 'resolve', asked: [asked('six')] });
  });

  it('what is new is added to what is there; somebody’s word about a library of the base set replaces that of the set', () => {
    expect(recipe(install('pandas<2.3', 'six'))).toMatchObject({
      mode: 'add',
      new: ['pandas<2.3', 'six'],
      requests: ['jupyterlab==4.6.*', 'alpha[x]==1.0', 'pandas<2.3', 'six'],
    });
    const wheel = { path: 'wheels/0/own-1.0-py3-none-any.whl', name: 'Own', fileName: 'own-1.0-py3-none-any.whl' };
    expect(recipe({ kind: 'install', requirements: [], wheel, source: null }).new).toEqual([
      'own @ file:///e/wheels/0/own-1.0-py3-none-any.whl',
    ]);
    expect(recipe(install('six'), { ...before, lock: null }).mode).toBe('resolve');
    // Asked for again, it is no longer to be missing.
    expect(recipe(install('tornado'), { ...before, asked: [excluded('tornado')] }).excluded).toEqual([]);
  });

  it('with a library goes what nobody else needs, and what was never needed by it stays', () => {
    const { mode, lock, asked: left, broken } = recipe({ kind: 'uninstall', packages: ['Alpha'] });
    expect({ mode, keys: keys(lock), left, broken }).toEqual({
      mode: 'install',
      keys: ['jupyterlab', 'pandas', 'tornado', 'stray'],
      left: [],
      broken: false,
    });
  });

  it('what something needs, or the base set asks for, is to be missing from then on', () => {
    const gone = recipe({ kind: 'uninstall', packages: ['tornado', 'pandas'] });
    expect(gone).toMatchObject({ mode: 'install', broken: true, excluded: ['tornado', 'pandas'] });
    expect(keys(gone.lock)).not.toContain('tornado');
    expect(gone.requests).toEqual(['jupyterlab==4.6.*', 'alpha[x]==1.0']);
  });

  it('an update lets go of the version that something was held to', () => {
    expect(recipe({ kind: 'update', packages: ['alpha'] })).toMatchObject({
      upgrade: ['alpha'],
      asked: [{ requirement: 'alpha[x]' }],
    });
    expect(recipe({ kind: 'update', packages: null })).toMatchObject({ upgrade: [], asked: before.asked });
  });

  it('a repair puts back what the lock says, then what was removed of the base set, and resolves only what is left', () => {
    expect(recipe({ kind: 'repair' })).toMatchObject({ mode: 'install', asked: before.asked });
    const broken = graphOf(lib('jupyterlab', '4.6.1', 'tornado>=6'), lib('pandas', '2.3.1'));
    const removed: Before = {
      asked: [excluded('tornado')],
      lock: lockOf('jupyterlab==4.6.1', 'pandas==2.3.1'),
      graph: broken,
    };
    const back = recipe({ kind: 'repair' }, removed);
    expect({ ...back, keys: keys(back.lock) }).toMatchObject({
      mode: 'install',
      asked: [],
      keys: ['jupyterlab', 'pandas', 'tornado'],
    });
    const higher = graphOf(lib('jupyterlab', '4.6.1', 'tornado>=6.6'));
    expect(recipe({ kind: 'repair' }, { ...removed, graph: higher }).mode).toBe('resolve');
    const moved = { ...removed, lock: lockOf('jupyterlab==4.6.2', 'pandas==2.3.1') };
    expect(recipe({ kind: 'repair' }, moved).mode).toBe('resolve');
  });

  it('to recreate is to begin with the base set again, with what was asked for or without', () => {
    expect(recipe({ kind: 'recreate', keep: true })).toMatchObject({ mode: 'resolve', asked: before.asked });
    expect(recipe({ kind: 'recreate', keep: false })).toMatchObject({ mode: 'install', asked: [] });
  });
});
