import type { ProjectEntry, Server } from '@emberlab/contract';
import { act, fireEvent, screen, waitFor } from '@testing-library/react';
import { afterEach, beforeEach, describe, expect, it, vi, type MockInstance } from 'vitest';
import { project, readyEnvironment, Refusal, renderApp, stoppedServer, user, type Answers } from '../../test/app.tsx';
import { FakeEventSource } from '../../test/fake-event-source.ts';

const at = '2026-01-31T09:30:00.000Z';
const path = 'Jupyter/Übung 1 #2 50%.ipynb';
const link = `/projects/demo/jupyter/open?path=${encodeURIComponent(path)}`;
const url = 'http://server000001.localhost:8080/?ticket=t';
const file: ProjectEntry = { name: 'Übung 1 #2 50%.ipynb', path, type: 'file', size: 3, changedAt: at };
const queued: Server = { ...stoppedServer, id: 'server000002', state: 'queued', endedAt: null };
const running: Server = { ...queued, state: 'running', readyAt: at };

const look = 'GET /projects/demo/files/entry';
const server = 'GET /projects/demo/jupyter/server';
const start = 'POST /projects/demo/jupyter/server';
const stop = 'DELETE /projects/demo/jupyter/server';
const open = 'POST /projects/demo/jupyter/server/open';
const answers: Answers = {
  [look]: file,
  [start]: queued,
  [open]: { url },
  'GET /projects/demo/jupyter/server/log': 'extension loaded',
};

let replace: MockInstance<Location['replace']>;
let visibility: DocumentVisibilityState;
beforeEach(() => {
  visibility = 'visible';
  vi.spyOn(document, 'visibilityState', 'get').mockImplementation(() => visibility);
  replace = vi.spyOn(window.location, 'replace').mockReturnValue();
  vi.stubGlobal('opener', {});
});
afterEach(() => vi.restoreAllMocks());

const visit = (more: Answers = {}, address = link) => {
  const app = renderApp(address, { ...answers, ...more });
  const asked = (route: string) => app.calls.filter((call) => call.route === route);
  return { ...app, asked, changes: () => app.calls.filter(({ route }) => !route.startsWith('GET')) };
};
const becomes = (next: Server) => act(() => FakeEventSource.latest.send({ type: 'server', server: next }));

describe('a link that opens a file', () => {
  it('starts the server as the member has configured it, shows how that goes, and leaves for the file', async () => {
    const { asked } = visit();
    expect(await screen.findByRole('list', { name: 'Steps of the start' })).toBeTruthy();
    expect(await screen.findByText('extension loaded')).toBeTruthy();
    expect(screen.getByText('Übung 1 #2 50%.ipynb')).toBeTruthy();
    expect(asked(start).map(({ body }) => body)).toEqual([{}]);
    expect(asked(open)).toEqual([]);
    becomes(running);
    await waitFor(() => expect(replace).toHaveBeenCalledExactlyOnceWith(url));
    expect(asked(open).map(({ body }) => body)).toEqual([{ path }]);
  });

  it('takes the server that runs, whatever its configuration is', async () => {
    const { changes } = visit({ [server]: running, [start]: running });
    await waitFor(() => expect(replace).toHaveBeenCalledExactlyOnceWith(url));
    expect(changes().map(({ route, body }) => [route, body])).toEqual([
      [start, {}],
      [open, { path }],
    ]);
  });

  it('waits for the end of the server before', async () => {
    const { asked } = visit({ [server]: { ...running, id: stoppedServer.id, state: 'stopping' } });
    expect(await screen.findByText(/are being ended/)).toBeTruthy();
    expect(asked(start)).toEqual([]);
    becomes(stoppedServer);
    expect(await screen.findByRole('list', { name: 'Steps of the start' })).toBeTruthy();
    expect(asked(start)).toHaveLength(1);
  });

  it('can be cancelled, and starts nothing again by itself', async () => {
    const { asked } = visit({ [stop]: { ...queued, state: 'stopping' } });
    fireEvent.click(await screen.findByRole('button', { name: 'Cancel' }));
    await waitFor(() => expect(asked(stop)).toHaveLength(1));
    becomes({ ...queued, state: 'stopped', endedAt: at });
    expect(await screen.findByText('Jupyter was stopped before it could be opened.')).toBeTruthy();
    expect(asked(start)).toHaveLength(1);
    fireEvent.click(screen.getByRole('button', { name: 'Start again' }));
    await waitFor(() => expect(asked(start)).toHaveLength(2));
    becomes({ ...running, id: 'server000003' });
    await waitFor(() => expect(replace).toHaveBeenCalledExactlyOnceWith(url));
  });

  it('shows why a start failed, with the end of the log, and starts nothing again by itself', async () => {
    const { asked } = visit();
    await screen.findByRole('list', { name: 'Steps of the start' });
    const problem = { message: 'Jupyter ended.', remedy: 'Please rebuild it.', logTail: ['no module tornado'] };
    becomes({ ...queued, state: 'failed', endedAt: at, problem });
    for (const text of ['Jupyter ended.', 'Please rebuild it.', 'no module tornado']) {
      expect(await screen.findByText(text)).toBeTruthy();
    }
    expect(screen.getByRole('button', { name: 'Start again' })).toBeTruthy();
    expect(asked(start)).toHaveLength(1);
  });

  it('says why a start was refused', async () => {
    const { asked } = visit({ [start]: new Refusal(400, 'bad_request', 'Resources/tools.py is not there.') });
    expect(await screen.findByText('Resources/tools.py is not there.')).toBeTruthy();
    fireEvent.click(screen.getByRole('button', { name: 'Retry' }));
    await waitFor(() => expect(asked(start)).toHaveLength(2));
  });

  it('says when there was no way in', async () => {
    const refused = new Refusal(502, 'unreachable', 'It does not answer.');
    const { asked } = visit({ [server]: running, [start]: running, [open]: refused });
    fireEvent.click(await screen.findByRole('button', { name: 'Retry' }));
    await waitFor(() => expect(asked(open)).toHaveLength(2));
  });

  it('starts nothing for a file that is absent, and offers Jupyter without it', async () => {
    const absent = new Refusal(404, 'not_found', 'There is no such file or folder in the project.');
    const { changes, router, asked } = visit({ [look]: absent });
    expect(await screen.findByText('There is no such file or folder in the project')).toBeTruthy();
    expect(changes()).toEqual([]);
    fireEvent.click(screen.getByRole('link', { name: 'Open Jupyter without it' }));
    await screen.findByRole('list', { name: 'Steps of the start' });
    expect(router.state.location.href).toBe('/projects/demo/jupyter/open');
    becomes(running);
    await waitFor(() => expect(asked(open).map(({ body }) => body)).toEqual([{}]));
  });

  it.each([
    ['/etc/passwd', /begins with a slash/],
    ['../other/a.ipynb', /leads out of its folder/],
  ])('refuses %s in a sentence, without asking for anything', async (elsewhere, sentence) => {
    const { changes, asked } = visit({}, `/projects/demo/jupyter/open?path=${encodeURIComponent(elsewhere)}`);
    expect(await screen.findByText(sentence)).toBeTruthy();
    expect([changes(), asked(look)]).toEqual([[], []]);
  });

  it('tells a viewer that they may not run Jupyter', async () => {
    const { changes } = visit({ 'GET /projects/demo': { ...project, role: 'viewer' } });
    expect(await screen.findByText('You can only read this project')).toBeTruthy();
    expect(changes()).toEqual([]);
  });

  it('does nothing before somebody has looked at the page', async () => {
    visibility = 'hidden';
    const { changes } = visit();
    expect(await screen.findByText('Opening Jupyter…')).toBeTruthy();
    expect(changes()).toEqual([]);
    visibility = 'visible';
    act(() => void document.dispatchEvent(new Event('visibilitychange')));
    await waitFor(() => expect(changes().map(({ route }) => route)).toEqual([start]));
  });

  it('starts nothing without a Python environment', async () => {
    const failed = { ...readyEnvironment.current, state: 'failed', problem: 'No room left on the disk.' };
    const { changes } = visit({
      'GET /projects/demo/environment': { current: null, latest: failed, pending: 0, alert: null },
    });
    expect(await screen.findByText('No room left on the disk.')).toBeTruthy();
    expect(screen.getByText('Jupyter needs a Python environment; please see above.')).toBeTruthy();
    expect(changes()).toEqual([]);
  });

  it('asks for a login first and then goes on to the same file', async () => {
    const { asked, router } = visit({
      'GET /auth/state': { setUpNeeded: false, user: null },
      'POST /auth/login': user,
    });
    fireEvent.change(await screen.findByLabelText('E-mail'), { target: { value: user.email } });
    fireEvent.change(screen.getByLabelText('Password'), { target: { value: 'correct horse' } });
    expect(asked(start)).toEqual([]);
    fireEvent.click(screen.getByRole('button', { name: 'Log in' }));
    await waitFor(() => expect(router.state.location.search).toEqual({ path }));
    await waitFor(() => expect(asked(start)).toHaveLength(1));
  });
});
