import { fireEvent, screen, waitFor, within } from '@testing-library/react';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { job, run } from '../features/jobs/jobs.fixture.ts';
import { project, recentNotebook, renderApp, stoppedServer, user, type Answers } from '../test/app.tsx';

const page = '/projects/demo/files';
const jobs = { 'GET /projects/demo/jobs': { items: [job], next: null } };

const pressKeys = () => fireEvent.keyDown(document.documentElement, { key: 'k', code: 'KeyK', ctrlKey: true });

const theField = () => screen.findByRole<HTMLInputElement>('textbox', { name: 'Go to a page, or do something' });

/** Opens the palette on a page as keys do it; answers its field. */
async function opened(answers: Answers = {}, at = page) {
  const app = renderApp(at, answers);
  await screen.findByRole('button', { name: /Go to/ });
  pressKeys();
  return { ...app, field: await theField() };
}

/** By its text: what was typed is marked in it, piece by piece. */
const action = (name: RegExp) =>
  waitFor(() => {
    const found = screen.getAllByRole('button').find(({ textContent }) => name.test(textContent));
    if (found === undefined) throw new Error(`There is no action ${String(name)}.`);
    return found;
  });

/** Types, goes to the first that is found, and takes it, all by keys. */
async function take(field: HTMLInputElement, typed: string, name: RegExp) {
  fireEvent.change(field, { target: { value: typed } });
  await action(name);
  fireEvent.keyDown(field, { key: 'ArrowDown', code: 'ArrowDown' });
  fireEvent.keyDown(field, { key: 'Enter', code: 'Enter' });
}

describe('the palette', () => {
  afterEach(() => vi.unstubAllGlobals());

  it('opens by its keys and by its button, and closes by the keys', async () => {
    const { field } = await opened();
    pressKeys();
    await waitFor(() => expect(field.isConnected).toBe(false));
    fireEvent.click(screen.getByRole('button', { name: /Go to/ }));
    await theField();
  });

  it('goes to each page of the menu by its name there', async () => {
    const { field, router } = await opened();
    const dialog = within(await screen.findByRole('dialog', { name: 'Go to a page, or do something' }));
    const menu = within(screen.getByRole('navigation', { name: 'Project' }));
    const names = menu.getAllByRole('link').map((link) => link.textContent);
    expect(names).toContain('Audit');
    for (const each of names) expect(dialog.getAllByText(each, { exact: true }).length).toBeGreaterThan(0);
    await take(field, 'python lib', /^Python libraries/);
    await waitFor(() => expect(router.state.location.pathname).toBe('/projects/demo/settings/libraries'));
  });

  it('runs Jupyter, and stops it once that is confirmed', async () => {
    vi.stubGlobal(
      'open',
      vi.fn<() => null>(() => null),
    );
    const answers: Answers = {
      'PUT /projects/demo/jupyter/configuration': stoppedServer.configuration,
      'POST /projects/demo/jupyter/server': { ...stoppedServer, state: 'running' },
      'DELETE /projects/demo/jupyter/server': { ...stoppedServer, state: 'stopping' },
    };
    const { field, calls, router } = await opened(answers);
    await take(field, 'run jup', /^Run Jupyter/);
    await waitFor(() => expect(calls.map(({ route }) => route)).toContain('POST /projects/demo/jupyter/server'));
    expect(router.state.location.pathname).toBe('/projects/demo/jupyter');
    pressKeys();
    await take(await theField(), 'stop', /^Stop Jupyter/);
    const question = within(await screen.findByRole('dialog', { name: 'Stop Jupyter?' }));
    expect(calls.some(({ route }) => route.startsWith('DELETE'))).toBe(false);
    fireEvent.click(question.getByRole('button', { name: 'Stop' }));
    await waitFor(() => expect(calls.map(({ route }) => route)).toContain('DELETE /projects/demo/jupyter/server'));
  });

  it('runs a job by its name and goes to the run', async () => {
    const { field, calls, urls, router } = await opened({
      ...jobs,
      [`POST /projects/demo/jobs/${job.id}/executions`]: run,
    });
    // Also one that is not among the first that the list had.
    fireEvent.change(field, { target: { value: `run ${job.name}` } });
    await waitFor(() => expect(urls.join(' ')).toContain(`search=${job.name}`));
    await take(field, `run ${job.name}`, new RegExp(`^Run ${job.name}`));
    await waitFor(() => expect(router.state.location.pathname).toBe(`/projects/demo/jobs/runs/${run.id}`));
    expect(calls.filter(({ route }) => route.startsWith('POST') && route.endsWith('/executions'))).toHaveLength(1);
  });

  it('opens a notebook that ran lately', async () => {
    const { field, router } = await opened({
      'GET /projects/demo/notebooks/recent': { items: [recentNotebook], next: null },
    });
    await take(field, 'churn', /churn\.ipynb/);
    await waitFor(() => expect(router.state.location.pathname).toBe('/projects/demo/jupyter/open'));
    expect(router.state.location.search).toMatchObject({ path: recentNotebook.path });
  });

  it('shows viewers nothing that they may not do, and only administrators their area', async () => {
    await opened({
      ...jobs,
      'GET /auth/state': { setUpNeeded: false, openId: null, user: { ...user, admin: false } },
      'GET /projects/demo': { ...project, role: 'viewer' },
    });
    await action(/^Members/);
    expect(screen.queryByRole('button', { name: 'Run Jupyter' })).toBe(null);
    expect(screen.queryByRole('button', { name: new RegExp(`^Run ${job.name}`) })).toBe(null);
    expect(screen.queryByText('Service accounts')).toBe(null);
    expect(screen.queryByText('Audit')).toBe(null);
  });

  it('changes to dark and back', async () => {
    const scheme = () => document.documentElement.dataset['mantineColorScheme'];
    const { field } = await opened();
    await take(field, 'dark', /^Dark mode/);
    await waitFor(() => expect(scheme()).toBe('dark'));
    pressKeys();
    await take(await theField(), 'light', /^Light mode/);
    await waitFor(() => expect(scheme()).toBe('light'));
  });
});
