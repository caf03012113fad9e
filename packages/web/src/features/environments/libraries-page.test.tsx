import { act, fireEvent, screen, waitFor, within } from '@testing-library/react';
import { describe, expect, it } from 'vitest';
import { project, readyEnvironment, Refusal, renderApp, type Answers } from '../../test/app.tsx';
import { FakeEventSource } from '../../test/fake-event-source.ts';
import { done, installed, library, operation, polars, revisionEntry, running, tornado } from './libraries.fixture.ts';
import { readLibrarySearch } from './library-search.ts';

const page = '/projects/demo/settings/libraries';
const changes = 'POST /projects/demo/environment/operations';
const many = Array.from({ length: 256 }, (_, n) => library(`package-${String(n).padStart(3, '0')}`));
const withLibraries = (...items: Parameters<typeof installed>[0]): Answers => ({
  'GET /projects/demo/environment/libraries': installed(items),
});
const sent = (calls: { route: string; body: unknown }[], route = changes) =>
  calls.filter((call) => call.route === route).map(({ body }) => body);
const names = () =>
  screen
    .getAllByRole('row')
    .slice(1)
    .map((row) => row.querySelector('button')?.textContent);
const hear = (event: unknown) => act(() => FakeEventSource.latest.send(event));

describe('the list of libraries', () => {
  it('has each with version, why it is there, who needs it, where it is from and how large it is', async () => {
    renderApp(page, withLibraries(tornado, polars));
    const rows = (await screen.findAllByRole('row')).slice(1);
    expect(rows.map((row) => row.textContent)).toEqual([
      expect.stringMatching(/^polarsFast frames1\.30newest: 1\.33asked for: polars<2Index90 MB/),
      expect.stringMatching(/^tornado6\.5for jupyter-server, notebookJupyterIndex1 MB/),
    ]);
    expect(screen.getByText('Python 3.12.8 · 2 packages · 91 MB · revision 7')).toBeTruthy();
  });

  it('is found by search, filter and order, which stand in the address; 256 come in parts', async () => {
    const { router } = renderApp(`${page}?sort=size`, withLibraries(...many, tornado, polars));
    await screen.findByText('50 of 258');
    expect(names()[0]).toBe('polars');
    fireEvent.click(screen.getByRole('button', { name: 'Show more' }));
    expect(names()).toHaveLength(150);
    fireEvent.change(screen.getByLabelText('Search libraries'), { target: { value: 'fast pol' } });
    await waitFor(() => expect(names()).toEqual(['polars']));
    expect(router.state.location.search).toEqual({ q: 'fast pol', sort: 'size' });
    fireEvent.change(screen.getByLabelText('Search libraries'), { target: { value: 'absent' } });
    expect(await screen.findByText('No library matches')).toBeTruthy();
    expect(readLibrarySearch({ q: 7, show: 'x', sort: 'size' })).toEqual({ q: '7', show: undefined, sort: 'size' });
  });

  it('shows those with a newer version once they were looked for, and updates one', async () => {
    const { calls } = renderApp(page, {
      ...withLibraries(tornado, { ...polars, latest: null }),
      'POST /projects/demo/environment/libraries/updates': {
        ...installed([tornado, polars]),
        latestAt: '2026-01-31T09:30:00.000Z',
      },
      [changes]: { ...operation, title: 'Update polars' },
    });
    fireEvent.click(await screen.findByRole('button', { name: 'Look now' }));
    fireEvent.click(await screen.findByRole('button', { name: 'Show them' }));
    await waitFor(() => expect(names()).toEqual(['polars']));
    fireEvent.click(screen.getByRole('button', { name: 'Update polars' }));
    await waitFor(() => expect(sent(calls)).toEqual([{ kind: 'update', packages: ['polars'] }]));
    expect(await screen.findByText('Waiting, place 1')).toBeTruthy();
  });

  it('lets viewers look, and change nothing', async () => {
    renderApp(page, { ...withLibraries(polars), 'GET /projects/demo': { ...project, role: 'viewer' } });
    expect(await screen.findByRole('button', { name: 'polars' })).toBeTruthy();
    for (const name of ['Install library', /^Uninstall/, /^Update /]) {
      expect(screen.queryByRole('button', { name })).toBeNull();
    }
  });

  it('opens all that is known of one, and puts another version in its place', async () => {
    const { calls } = renderApp(page, {
      ...withLibraries({ ...tornado, neededBy: ['a', 'b', 'c', 'd', 'e'] }),
      'GET /projects/demo/environment/index/tornado': {
        name: 'tornado',
        versions: [{ version: '6.4', prerelease: false, builds: false }],
        leftOut: { yanked: 1, python: 2, platform: 0 },
      },
      [changes]: operation,
    });
    expect(await screen.findByText('for a, b, c and 2 more')).toBeTruthy();
    fireEvent.click(screen.getByRole('button', { name: 'tornado' }));
    const dialog = await screen.findByRole('dialog', { name: 'tornado' });
    expect(within(dialog).getByText('a, b, c, d, e')).toBeTruthy();
    expect(await within(dialog).findByText('Not listed: 2 for another Python, 1 withdrawn.')).toBeTruthy();
    fireEvent.click(within(dialog).getByRole('combobox', { name: 'Another version' }));
    fireEvent.click(await screen.findByRole('option', { name: '6.4' }));
    fireEvent.click(within(dialog).getByRole('button', { name: 'Install this version' }));
    await waitFor(() => expect(sent(calls)).toEqual([{ kind: 'install', requirements: ['tornado==6.4'] }]));
  });
});

describe('uninstalling', () => {
  it('removes at once what nothing needs', async () => {
    const { calls } = renderApp(page, { ...withLibraries(polars), [changes]: operation });
    fireEvent.click(await screen.findByRole('button', { name: 'Uninstall polars' }));
    fireEvent.click(within(await screen.findByRole('dialog')).getByRole('button', { name: 'Uninstall' }));
    await waitFor(() => expect(sent(calls)).toEqual([{ kind: 'uninstall', packages: ['polars'], force: false }]));
  });

  it('removes what Jupyter needs only after a warning that somebody has confirmed', async () => {
    const { calls } = renderApp(page, { ...withLibraries(tornado), [changes]: operation });
    fireEvent.click(await screen.findByRole('button', { name: 'Uninstall tornado' }));
    const dialog = within(await screen.findByRole('dialog'));
    expect(dialog.getByText('Jupyter will not work without it')).toBeTruthy();
    expect(dialog.getByText('tornado is needed by jupyter-server, notebook.')).toBeTruthy();
    const remove = dialog.getByRole<HTMLButtonElement>('button', { name: 'Uninstall anyway' });
    expect(remove.disabled).toBe(true);
    fireEvent.click(dialog.getByRole('checkbox'));
    fireEvent.click(remove);
    await waitFor(() => expect(sent(calls)).toEqual([{ kind: 'uninstall', packages: ['tornado'], force: true }]));
  });

  it('says what the server knows of needs that are not known here', async () => {
    renderApp(page, {
      ...withLibraries(polars),
      [changes]: new Refusal(409, 'library_needed', 'Something needs it.', 'polars'),
    });
    fireEvent.click(await screen.findByRole('button', { name: 'Uninstall polars' }));
    const dialog = within(await screen.findByRole('dialog'));
    fireEvent.click(dialog.getByRole('button', { name: 'Uninstall' }));
    expect(await dialog.findByText('Something needs it.')).toBeTruthy();
    expect(dialog.getByRole<HTMLButtonElement>('button', { name: 'Uninstall anyway' }).disabled).toBe(true);
  });
});

describe('changes', () => {
  const log = 'GET /projects/demo/environment/operations/operation001/log';
  const withOperations = (...items: unknown[]) => ({
    'GET /projects/demo/environment/operations': { items, next: null },
  });

  it('are followed as they are made, with the log, to what came of them', async () => {
    const answers: Answers = { ...withLibraries(tornado), ...withOperations(), [log]: 'Downloading polars' };
    renderApp(page, answers);
    await screen.findByRole('button', { name: 'tornado' });
    hear({ type: 'environment-operation', operation });
    expect(await screen.findByText('Waiting, place 1')).toBeTruthy();
    hear({ type: 'environment-operation', operation: running });
    expect(await screen.findByText('Installing')).toBeTruthy();
    expect(await screen.findByText('Downloading polars')).toBeTruthy();
    Object.assign(answers, withOperations(done));
    hear({ type: 'environment-operation', operation: done });
    expect(await screen.findByText('Install polars: done')).toBeTruthy();
    expect(screen.getByText(/Revision 8 is in use now: 1 added/)).toBeTruthy();
    // An answer that was under way longer than the event changes nothing any more.
    hear({ type: 'environment-operation', operation: running });
    expect(screen.getByText('Install polars: done')).toBeTruthy();
  });

  it('can be cancelled', async () => {
    const cancelled = { ...running, state: 'cancelled', endedAt: running.startedAt };
    const answers: Answers = {
      ...withOperations(running),
      [log]: '',
      'DELETE /projects/demo/environment/operations/operation001': cancelled,
    };
    renderApp(page, answers);
    const cancel = await screen.findByRole('button', { name: 'Cancel: Install polars' });
    Object.assign(answers, withOperations(cancelled));
    fireEvent.click(cancel);
    expect(await screen.findByText('Install polars: cancelled')).toBeTruthy();
  });

  it('say why they failed, and keep their logs', async () => {
    const failed = { ...done, state: 'failed', changes: null, problem: 'polars wants numpy 3.\nOthers want numpy 2.' };
    renderApp(`${page}/operations`, {
      ...withOperations(failed),
      'GET /projects/demo/environment/operations/operation001': failed,
      [log]: 'No solution found',
    });
    expect(await screen.findByText('Install polars: this failed')).toBeTruthy();
    fireEvent.click(screen.getByRole('button', { name: 'Log of Install polars' }));
    expect(await screen.findByText('No solution found')).toBeTruthy();
    expect(screen.getAllByText(/Others want numpy 2/).length).toBeGreaterThan(1);
  });

  it('of the whole environment are asked for in the menu, which exports as well', async () => {
    const { calls } = renderApp(page, { ...withLibraries(polars), ...withOperations(), [changes]: operation });
    await screen.findByRole('button', { name: 'polars' });
    fireEvent.click(screen.getByRole('button', { name: 'More' }));
    const lock = await screen.findByRole('menuitem', { name: 'Lock file' });
    expect(lock.getAttribute('href')).toBe('/api/v1/projects/demo/environment/export?format=lock');
    fireEvent.click(screen.getByRole('menuitem', { name: 'Recreate…' }));
    const dialog = within(await screen.findByRole('dialog', { name: 'Recreate the Python environment?' }));
    fireEvent.click(dialog.getByRole('checkbox'));
    fireEvent.click(dialog.getByRole('button', { name: 'Recreate' }));
    await waitFor(() => expect(sent(calls)).toEqual([{ kind: 'recreate', keep: false }]));
  });

  it('are in the history, where each former revision can be restored', async () => {
    const { calls } = renderApp(`${page}/history`, {
      ...withLibraries(polars),
      ...withOperations(),
      'GET /projects/demo/environment/revisions': {
        items: [revisionEntry(7, { current: true }), revisionEntry(6, { by: 'grace@example.org', kept: false })],
        next: null,
      },
      [changes]: { ...operation, kind: 'restore', title: 'Restore revision 6' },
    });
    const [current, former] = within(await screen.findByRole('list', { name: /^Revisions/ }))
      .getAllByRole('listitem')
      .filter((item) => item.textContent.startsWith('Revision')) as [HTMLElement, HTMLElement];
    expect(current.textContent).toContain('In use');
    expect(within(current).queryByRole('button', { name: /^Restore/ })).toBeNull();
    expect(former.textContent).toContain('grace@example.org');
    expect(former.textContent).toContain('addedthing-61.0');
    fireEvent.click(within(former).getByRole('button', { name: 'Restore revision 6' }));
    const dialog = within(await screen.findByRole('dialog'));
    expect(dialog.getByText(/made again with exactly the versions/)).toBeTruthy();
    fireEvent.click(dialog.getByRole('button', { name: 'Restore' }));
    await waitFor(() => expect(sent(calls)).toEqual([{ kind: 'restore', revision: 6 }]));
  });
});

describe('conflicts', () => {
  const alert = {
    conflicts: 1,
    inJupyter: 1,
    differences: 0,
    effects: ['Jupyter and its Python kernel may not start or not work in full: tornado.'],
  };
  const broken: Answers = {
    'GET /projects/demo/environment': { ...readyEnvironment, alert },
    'GET /projects/demo/environment/conflicts': {
      revision: 7,
      checkedAt: '2026-01-31T09:30:00.000Z',
      conflicts: [
        {
          name: 'tornado',
          requirement: 'tornado>=6.2',
          installed: null,
          neededBy: 'jupyter-server',
          neededByVersion: '2.17',
          affects: ['jupyter'],
        },
      ],
      differences: [{ name: 'scipy', locked: '1.16', installed: '1.9' }],
      effects: alert.effects,
    },
    ...withLibraries(polars),
  };

  /** Other notices may stand there as well. */
  const barWith = async (title: string) => {
    const bar = (await screen.findByText(title)).closest<HTMLElement>('[role="alert"]');
    if (bar === null) throw new Error(`"${title}" is no alert`);
    return within(bar);
  };

  it('raise an alert on the page Python libraries, with what will not work, Repair and Restore', async () => {
    const { calls } = renderApp(page, { ...broken, [changes]: { ...operation, kind: 'repair', title: 'Repair' } });
    const bar = await barWith('The Python environment has 1 conflict');
    expect(bar.getByText(alert.effects[0] ?? '')).toBeTruthy();
    expect(await bar.findByText('jupyter-server 2.17 needs tornado>=6.2; tornado is missing.')).toBeTruthy();
    expect(bar.getByText('scipy is 1.9 instead of 1.16: it was changed in a terminal.')).toBeTruthy();
    expect(bar.getByRole('link', { name: 'Restore…' }).getAttribute('href')).toBe(`${page}/history`);
    fireEvent.click(bar.getByRole('button', { name: 'Repair' }));
    await waitFor(() => expect(sent(calls)).toEqual([{ kind: 'repair' }]));
    hear({ type: 'environment', environment: readyEnvironment });
    await waitFor(() => expect(screen.queryByText('The Python environment has 1 conflict')).toBeNull());
  });

  it('stand on the Jupyter page as well when they are in what Jupyter needs', async () => {
    renderApp('/projects/demo/jupyter', broken);
    const bar = await barWith('Jupyter may not work: libraries that it needs are in conflict');
    expect(bar.getByText(alert.effects[0] ?? '')).toBeTruthy();
    expect(bar.getByRole('button', { name: 'Repair' })).toBeTruthy();
    const elsewhere = { ...readyEnvironment, alert: { ...alert, inJupyter: 0 } };
    hear({ type: 'environment', environment: elsewhere });
    await waitFor(() => expect(screen.queryByText(/^Jupyter may not work/)).toBeNull());
  });

  it('send others than owners to one', async () => {
    renderApp(page, { ...broken, 'GET /projects/demo': { ...project, role: 'editor' } });
    const bar = await barWith('The Python environment has 1 conflict');
    expect(bar.getByText('Please ask an owner of the project to repair it.')).toBeTruthy();
    expect(bar.queryByRole('button', { name: 'Repair' })).toBeNull();
  });
});
