import { defaultPythonConfiguration, type RecentNotebook, type Server } from '@emberlab/contract';
import { act, fireEvent, screen, waitFor, within } from '@testing-library/react';
import { describe, expect, it, vi } from 'vitest';
import {
  project,
  recentNotebook,
  Refusal,
  renderApp,
  sparkConfiguration,
  stoppedServer,
  type Answers,
} from '../../test/app.tsx';
import { FakeEventSource } from '../../test/fake-event-source.ts';

const page = '/projects/demo/jupyter';
const recent = 'GET /projects/demo/notebooks/recent';
const start = 'POST /projects/demo/jupyter/server';
const running: Server = { ...stoppedServer, state: 'running', endedAt: null };
const python: RecentNotebook = { ...recentNotebook, kernel: 'python3', configuration: defaultPythonConfiguration };

const listed = (...items: RecentNotebook[]): Answers => ({ [recent]: { items, next: null } });
const fakeTab = () => ({ close: vi.fn<() => void>() });
const stubOpen = (tab: ReturnType<typeof fakeTab> | null = fakeTab()) => {
  const open = vi.fn<(url: string) => typeof tab>(() => tab);
  vi.stubGlobal('open', open);
  return open;
};
const section = () => screen.findByRole('region', { name: 'Recent notebooks' });
const openButton = () => screen.findByRole('button', { name: 'Open in Jupyter: churn.ipynb' });

describe('Recent notebooks', () => {
  it('say path, kernel, time, member and configuration', async () => {
    renderApp(page, listed(recentNotebook, { ...python, id: 'run000000002', path: 'other.ipynb', mine: false }));
    const rows = within(await section());
    const row = within(await rows.findByRole('row', { name: /churn\.ipynb/ }));
    for (const text of ['Jupyter/', 'PySpark', 'you', 'Spark/PySpark · 2 GB · 1 core', '1 run']) {
      expect(row.getByText(text)).toBeTruthy();
    }
    expect(row.getByText(/ago$/)).toBeTruthy();
    expect(within(rows.getByRole('row', { name: /other\.ipynb/ })).getByText('Ada')).toBeTruthy();
  });

  it('say what to do where there are none', async () => {
    renderApp(page);
    expect(await screen.findByText('You have run no notebook yet')).toBeTruthy();
  });

  it('stopped: start Jupyter with the configuration of the run, in a tab that waits for another server', async () => {
    const { calls } = renderApp(page, {
      ...listed(recentNotebook),
      [start]: { ...running, id: 'server000002', state: 'queued' },
      'GET /projects/demo/jupyter/server/log': '',
    });
    const open = stubOpen();
    const button = await openButton();
    await waitFor(() => expect(button.hasAttribute('disabled')).toBe(false));
    fireEvent.click(button);
    const url = new URL(open.mock.calls.flat()[0] ?? '', 'http://localhost');
    expect(url.pathname).toBe('/opening');
    expect(Object.fromEntries(url.searchParams)).toEqual({
      project: 'demo',
      path: recentNotebook.path,
      previous: stoppedServer.id,
    });
    expect(await screen.findByText('Queued')).toBeTruthy();
    expect(calls.find((call) => call.route === start)?.body).toEqual({
      notebook: { path: recentNotebook.path, run: recentNotebook.id },
    });
  });

  it('running with that configuration: just open the notebook', async () => {
    const { calls } = renderApp(page, {
      ...listed(recentNotebook),
      'GET /projects/demo/jupyter/server': running,
    });
    const open = stubOpen();
    await screen.findByRole('button', { name: 'Open Jupyter' });
    fireEvent.click(await openButton());
    expect(open.mock.calls.flat()[0]).toBe('/opening?project=demo&path=Jupyter%2Fchurn.ipynb');
    expect(calls.some((call) => call.route === start)).toBe(false);
  });

  describe('running with another configuration', () => {
    const asked = async (answers: Answers = {}) => {
      const app = renderApp(page, {
        ...listed(python),
        'GET /projects/demo/jupyter/server': running,
        'DELETE /projects/demo/jupyter/server': { ...running, state: 'stopping' },
        [start]: { ...running, id: 'server000002', state: 'queued' },
        'GET /projects/demo/jupyter/server/log': '',
        ...answers,
      });
      const open = stubOpen();
      await screen.findByRole('button', { name: 'Open Jupyter' });
      fireEvent.click(await openButton());
      const dialog = within(await screen.findByRole('dialog'));
      const done = () =>
        app.calls.filter(({ route }) => /^(POST|DELETE)/.test(route)).map(({ route }) => route.split(' ')[0]);
      return { ...app, open, dialog, done };
    };

    it('show the differences, and do nothing until someone has chosen', async () => {
      const { open, dialog, done } = await asked();
      const type = within(dialog.getByRole('row', { name: /^Type/ }));
      expect(type.getAllByRole('cell').map((cell) => cell.textContent)).toEqual(['Type', 'Spark/PySpark', 'Python']);
      // What neither has changed is left out.
      expect(dialog.getAllByRole('row').length).toBe(2);
      fireEvent.click(dialog.getByRole('button', { name: 'Cancel' }));
      await waitFor(() => expect(screen.queryByRole('dialog')).toBeNull());
      expect(open).not.toHaveBeenCalled();
      expect(done()).toEqual([]);
    });

    it('open with the running one', async () => {
      const { open, dialog, done } = await asked();
      fireEvent.click(dialog.getByRole('button', { name: 'Open with the running configuration' }));
      expect(open.mock.calls.flat()[0]).toBe('/opening?project=demo&path=Jupyter%2Fchurn.ipynb');
      expect(done()).toEqual([]);
    });

    it('stop and start with the other', async () => {
      const { open, dialog, done } = await asked();
      fireEvent.click(dialog.getByRole('button', { name: 'Stop and start with that configuration' }));
      expect(open.mock.calls.flat()[0]).toContain(`previous=${running.id}`);
      await waitFor(() => expect(done()).toEqual(['DELETE', 'POST']));
    });
  });

  it('close the tab again and say why when the start is refused', async () => {
    renderApp(page, {
      ...listed(recentNotebook),
      [start]: new Refusal(409, 'notebook_missing', 'The notebook is no longer there.'),
    });
    const tab = fakeTab();
    stubOpen(tab);
    const button = await openButton();
    await waitFor(() => expect(button.hasAttribute('disabled')).toBe(false));
    fireEvent.click(button);
    expect(await screen.findByText('The notebook is no longer there.')).toBeTruthy();
    expect(tab.close).toHaveBeenCalledOnce();
  });

  it('can be opened once more when the browser blocked the tab', async () => {
    renderApp(page, { ...listed(recentNotebook), 'GET /projects/demo/jupyter/server': running });
    const open = stubOpen(null);
    await screen.findByRole('button', { name: 'Open Jupyter' });
    fireEvent.click(await openButton());
    fireEvent.click(await screen.findByRole('button', { name: 'Open churn.ipynb' }));
    expect(open).toHaveBeenCalledTimes(2);
  });

  describe('have a link to copy', () => {
    const copy = async (writeText: (text: string) => Promise<void>) => {
      vi.spyOn(navigator.clipboard, 'writeText').mockImplementation(writeText);
      renderApp(page, listed({ ...recentNotebook, path: 'Jupyter/Übung 1.ipynb' }));
      fireEvent.click(await screen.findByRole('button', { name: 'Copy link: Übung 1.ipynb' }));
    };

    it('that opens them', async () => {
      const writeText = vi.fn<(text: string) => Promise<void>>(async () => undefined);
      await copy(writeText);
      expect(await screen.findByRole('button', { name: 'Link copied: Übung 1.ipynb' })).toBeTruthy();
      const link = `${window.location.origin}/projects/demo/jupyter/open?path=Jupyter/%C3%9Cbung%201.ipynb`;
      expect(writeText.mock.calls).toEqual([[link]]);
    });

    it('and say so when the browser did not let them', async () => {
      await copy(async () => Promise.reject(new Error('not allowed')));
      expect(await screen.findByRole('button', { name: /^Could not copy: your browser/ })).toBeTruthy();
    });
  });

  it('are marked where they are missing, and not to be opened', async () => {
    renderApp(page, listed({ ...recentNotebook, missing: true }));
    expect(await screen.findByText('Missing')).toBeTruthy();
    expect(screen.getByText(/moved, renamed or deleted/)).toBeTruthy();
    expect(screen.queryByRole('button', { name: /^(Open in Jupyter|Copy link)/ })).toBeNull();
  });

  it('show what a path hides', async () => {
    renderApp(page, listed({ ...recentNotebook, path: 'a\u202e<b>.ipynb' }));
    expect(await screen.findByText(String.raw`a\u202e<b>.ipynb`)).toBeTruthy();
  });

  it('have every run with what its configuration changed', async () => {
    const before = { ...recentNotebook, id: 'run000000000', configuration: { ...sparkConfiguration, driverCores: 4 } };
    renderApp(page, {
      ...listed({ ...recentNotebook, runs: 2 }),
      'GET /projects/demo/notebooks/runs': { items: [recentNotebook, before], next: null },
    });
    fireEvent.click(await screen.findByRole('button', { name: 'Runs of churn.ipynb' }));
    const runs = within(await screen.findByRole('list', { name: 'Runs' }));
    expect(runs.getByText('Spark/PySpark · 2 GB · 4 cores')).toBeTruthy();
    const changes = within(runs.getByRole('list', { name: 'Changed since the run before' }));
    expect(changes.getAllByRole('listitem').map((item) => item.textContent)).toEqual(['Driver cores: 4 → 1']);
    expect(runs.getAllByRole('button', { name: /^Open in Jupyter/ })).toHaveLength(2);
  });

  it('are the caller’s or the project’s, as the address says', async () => {
    const { router } = renderApp(page, listed(recentNotebook));
    fireEvent.click(await screen.findByRole('radio', { name: 'Project' }));
    await waitFor(() => expect(router.state.location.search).toEqual({ notebooks: 'all' }));
    fireEvent.click(screen.getByRole('radio', { name: 'Mine' }));
    await waitFor(() => expect(router.state.location.search).toEqual({}));
  });

  it('follow the live events', async () => {
    const answers: Answers = { ...listed() };
    const { calls } = renderApp(page, answers);
    await screen.findByText('You have run no notebook yet');
    const asked = () => calls.filter(({ route }) => route === recent).length;
    const before = asked();
    const { id, path, lastAt, executions, mine } = recentNotebook;
    act(() => FakeEventSource.latest.send({ type: 'notebooks', runs: [{ id, path, lastAt, executions, mine }] }));
    await waitFor(() => expect(asked()).toBe(before + 1));
  });

  it('are there for viewers to look at', async () => {
    renderApp(page, {
      ...listed({ ...recentNotebook, mine: false }),
      'GET /projects/demo': { ...project, role: 'viewer' },
    });
    expect(await screen.findByRole('row', { name: /churn\.ipynb/ })).toBeTruthy();
    expect(screen.getByRole<HTMLInputElement>('radio', { name: 'Project' }).checked).toBe(true);
    expect(screen.queryByRole('button', { name: /^Open in Jupyter/ })).toBeNull();
  });
});
