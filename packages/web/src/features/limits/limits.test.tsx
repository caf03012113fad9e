import type { LimitedProject, LimitUse } from '@emberlab/contract';
import { fireEvent, screen, waitFor, within } from '@testing-library/react';
import { describe, expect, it } from 'vitest';
import { project, renderApp, stoppedServer, unlimited } from '../../test/app.tsx';
import { draftOfUses, overridesOf } from './limit-draft.ts';
import { readLimitsSearch } from './limits-search.ts';
import { spellUse } from './limit-words.ts';

const gb = 1024 ** 3;
const at = '2026-01-31T09:30:00.000Z';
const noLimits = { servers: null, sessions: null, runs: null, memory: null, cores: null, hours: null, disk: null };
const withUses = (...uses: Partial<LimitUse>[]): LimitUse[] =>
  unlimited.map((one) => ({ ...one, ...uses.find(({ kind }) => kind === one.kind) }));

describe('limits on the Jupyter page', () => {
  it('are not there where nothing is limited', async () => {
    renderApp('/projects/demo/jupyter');
    expect(await screen.findByRole('heading', { name: 'Jupyter server' })).toBeTruthy();
    expect(screen.queryByRole('heading', { name: 'Limits' })).toBeNull();
  });

  it('are shown with what is used of them: the member’s, and the project’s', async () => {
    renderApp('/projects/demo/jupyter', {
      'GET /projects/demo/limits': {
        own: withUses({ kind: 'servers', limit: 2, used: 1 }, { kind: 'hours', limit: 12 }),
        project: withUses(
          { kind: 'memory', limit: 8 * gb, used: 8 * gb },
          { kind: 'disk', limit: 10 * gb, used: 11 * gb, measuredAt: at },
        ),
      },
    });
    const section = (await screen.findByRole('heading', { name: 'Limits' })).closest('section') as HTMLElement;
    expect(within(section).getByLabelText('Jupyter servers: 1 of 2')).toBeTruthy();
    expect(within(section).getByText('12 h each')).toBeTruthy();
    expect(within(section).getByText('8 GB of 8 GB')).toBeTruthy();
    expect(within(section).getByText('Reached: no more can start')).toBeTruthy();
    expect(within(section).getByText('Full: nothing starts, nothing is uploaded')).toBeTruthy();
    expect(within(section).getByText(/^measured/)).toBeTruthy();
    expect(within(section).queryByText('Cores')).toBeNull();
  });

  it('say until when a server may run in all, and that it gets no more time then', async () => {
    const readyAt = new Date(Date.now() - 4 * 3_600_000).toISOString();
    const stopsAt = new Date(Date.now() + 6 * 3_600_000).toISOString();
    const time = { ...stoppedServer.time, runHours: 10 };
    const running = { ...stoppedServer, state: 'running', startedAt: readyAt, readyAt, endedAt: null, stopsAt, time };
    renderApp('/projects/demo/jupyter', { 'GET /projects/demo/jupyter/server': running });
    expect(await screen.findByText(/It has all the time that its limit allows: 10 h in all/)).toBeTruthy();
    expect(screen.getByRole<HTMLButtonElement>('button', { name: 'Run for 6 more hours' }).disabled).toBe(true);
  });
});

describe('the page of limits', () => {
  const demo: LimitedProject = {
    id: project.id,
    name: 'demo',
    label: 'Demo',
    limits: withUses({ kind: 'sessions', limit: 4, used: 5 }, { kind: 'memory', limit: null, own: true, used: gb }),
  };
  const answers = {
    'GET /admin/limits': { user: { ...noLimits, servers: 2 }, project: { ...noLimits, sessions: 4, memory: 8 * gb } },
    'GET /admin/limits/projects': { items: [demo], next: null },
    'GET /admin/limits/users': { items: [], next: null },
    'PUT /admin/limits': {},
    'PUT /admin/limits/projects/demo': demo,
  };

  it('shows defaults, and projects with what they use', async () => {
    renderApp('/admin/limits', answers);
    expect(await screen.findByText('8 GB')).toBeTruthy();
    expect(await screen.findByText('5 of 4')).toBeTruthy();
    expect(screen.getByText('own: no limit')).toBeTruthy();
  });

  it('sets what differs for one: numbers in their unit, what follows the default is left out', async () => {
    const { calls } = renderApp('/admin/limits', answers);
    fireEvent.click(await screen.findByRole('button', { name: 'Limits of demo' }));
    const dialog = await screen.findByRole('dialog');
    expect(within(dialog).getByRole<HTMLInputElement>('combobox', { name: 'Memory' }).value).toBe('No limit');
    expect(within(dialog).getByRole<HTMLInputElement>('combobox', { name: 'Spark sessions' }).value).toBe(
      'As the default: 4',
    );
    fireEvent.click(within(dialog).getByRole('combobox', { name: 'Memory' }));
    fireEvent.click(await screen.findByRole('option', { name: 'At most' }));
    const save = () => fireEvent.click(within(dialog).getByRole('button', { name: 'Save' }));
    save();
    expect((await within(dialog).findByRole('alert')).textContent).toContain('Memory');
    fireEvent.change(within(dialog).getByLabelText('Memory: at most'), { target: { value: '1.5' } });
    save();
    await waitFor(() => expect(screen.queryByRole('dialog')).toBeNull());
    expect(calls.find(({ route }) => route === 'PUT /admin/limits/projects/demo')?.body).toEqual({ memory: 1.5 * gb });
  });

  it('sets the defaults of one side, and leaves those of the other', async () => {
    const { calls } = renderApp('/admin/limits', answers);
    fireEvent.click(await screen.findByRole('button', { name: 'Change the defaults for each user' }));
    const dialog = await screen.findByRole('dialog');
    fireEvent.change(within(dialog).getByLabelText('Jupyter servers: at most'), { target: { value: '3' } });
    fireEvent.click(within(dialog).getByRole('button', { name: 'Save' }));
    await waitFor(() => expect(screen.queryByRole('dialog')).toBeNull());
    expect(calls.find(({ route }) => route === 'PUT /admin/limits')?.body).toEqual({
      user: { ...noLimits, servers: 3 },
      project: answers['GET /admin/limits'].project,
    });
  });

  it('reads addresses that were written by hand', () => {
    expect(readLimitsSearch({ of: 'users', q: 7, own: 1, more: 'x' })).toEqual({ of: 'users', q: '7', own: '1' });
    expect(readLimitsSearch({ of: 'nobody', q: '' })).toEqual({ of: undefined, q: undefined, own: undefined });
  });
});

describe('what fields say of limits', () => {
  it('is what was set, when nothing is changed', () => {
    const uses = withUses(
      { kind: 'disk', limit: 2.5 * gb, own: true },
      { kind: 'hours', limit: null, own: true },
      { kind: 'cores', limit: 8 },
    );
    expect(overridesOf(draftOfUses(uses))).toEqual({ disk: 2.5 * gb, hours: null });
  });

  it('says what is used with its unit', () => {
    const of = (use: Partial<LimitUse>) =>
      spellUse({ kind: 'disk', limit: null, used: null, own: false, measuredAt: null, ...use });
    expect(of({})).toBe('not measured yet');
    expect(of({ limit: gb })).toBe('of 1 GB, not measured yet');
    expect(of({ kind: 'cores', used: 1, limit: 2 })).toBe('1 core of 2 cores');
    expect(of({ kind: 'hours' })).toBe('no limit');
  });
});
