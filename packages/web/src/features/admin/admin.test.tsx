import type { MachinePoint, PartHealth, ProjectOverview, Running, SettingInEffect } from '@emberlab/contract';
import { act, fireEvent, screen, waitFor, within } from '@testing-library/react';
import { describe, expect, it } from 'vitest';
import { busySession, project, Refusal, renderApp, stoppedServer, user } from '../../test/app.tsx';
import { FakeEventSource } from '../../test/fake-event-source.ts';
import { readRunningSearch } from './running-search.ts';

const at = '2026-01-31T09:30:00.000Z';
const gb = 1024 ** 3;

const server: Running = {
  kind: 'server',
  id: 'server000001',
  title: 'JupyterLab with Spark',
  project: { name: 'sales', label: 'Sales' },
  owner: { email: 'eve@example.org', name: 'Eve' },
  phase: 'running',
  state: 'running',
  since: at,
  profile: null,
  place: null,
  use: { memoryMb: 640, cores: 0.2 },
};
const session: Running = {
  ...server,
  kind: 'session',
  id: '7',
  title: 'chu\u202ern.ipynb',
  state: 'busy',
  use: { memoryMb: 2048, cores: 1.5 },
};
const build: Running = {
  ...server,
  kind: 'build',
  id: 'revision0001',
  title: 'Python environment, revision 2',
  project: { name: 'demo', label: 'Demo' },
  owner: null,
  phase: 'waiting',
  state: 'Waiting for its turn',
  use: null,
};
const none = { kinds: {}, memoryMb: 0, cores: 0 };
const sum = { kinds: { server: 1, session: 1 }, memoryMb: 2688, cores: 1.7 };
/** What the platform answers when these are all that it was asked for, in their order. */
const listOf = (...items: Running[]) => ({ items, total: items.length, whose: sum });
const all = listOf(session, server, build);

const now: MachinePoint = {
  at,
  cores: 8,
  coresBusy: 2.5,
  memoryTotalBytes: 32 * gb,
  memoryUsedBytes: 31 * gb,
  diskTotalBytes: 100 * gb,
  diskUsedBytes: 40 * gb,
  serversMemoryBytes: 640 * 1024 ** 2,
  serversCores: 0.2,
  sparkMemoryBytes: 2 * gb,
  sparkCores: 1.5,
  servers: 1,
  spark: 1,
  builds: 0,
  waiting: 1,
};
const well: PartHealth = { about: 'Database', state: 'ok', text: 'The database answers in 1 ms.', todo: null };
const silent: PartHealth = {
  about: 'Edge',
  state: 'problem',
  text: 'No edge has reported for a minute.',
  todo: 'Please see logs/edge.log.',
};

/** What each row of the table says, from the top. */
const rows = async () => {
  const found = await screen.findAllByRole('row');
  return found.slice(1).map((row) => row.textContent);
};

describe('the administrators’ area in the navigation', () => {
  it('is one way in from everywhere, and has its pages there', async () => {
    renderApp('/projects/demo/settings/general', { 'GET /admin/running': all });
    fireEvent.click(await screen.findByRole('link', { name: 'Administration' }));
    const pages = within(await screen.findByRole('navigation', { name: 'Administration' })).getAllByRole('link');
    expect(pages.map((page) => page.textContent)).toEqual([
      'Overview',
      'Running',
      'All projects',
      'Users',
      'Service accounts',
      'Limits',
      'Engines',
      'Announcements',
      'Package index',
      'Audit',
      'Settings',
    ]);
    expect(pages[0]?.getAttribute('aria-current')).toBe('page');
    fireEvent.click(screen.getByRole('link', { name: 'Running' }));
    expect(await screen.findByRole('heading', { level: 1, name: 'Running' })).toBeTruthy();
    const crumbs = screen.getByRole('navigation', { name: 'Breadcrumb' });
    expect(crumbs.textContent).toBe('Administration/Running');
  });

  it.each(['/', '/projects/demo/settings/general'])('is not there for others, at %s', async (path) => {
    renderApp(path, {
      'GET /auth/state': { setUpNeeded: false, user: { ...user, admin: false } },
      'GET /projects/demo': { ...project, role: 'owner' },
    });
    await screen.findByRole('heading', { level: 1 });
    expect(screen.queryByRole('link', { name: 'Administration' })).toBeNull();
  });

  it('says the sentence of the server to whoever may not see it', async () => {
    renderApp('/admin/running', { 'GET /admin/running': new Refusal(403, 'forbidden', 'This is for administrators.') });
    expect(await screen.findByText('This is for administrators.')).toBeTruthy();
  });
});

describe('the page of what runs', () => {
  it('has what takes the most memory first, with owner, project, state and use; what is hidden is written out', async () => {
    renderApp('/admin/running', { 'GET /admin/running': all });
    const [first, second, third] = await rows();
    expect(first).toContain(String.raw`chu\u202ern.ipynb`);
    for (const part of ['Spark session · 7', 'eve@example.org', 'Sales', 'Busy', '2 GB', '1.5']) {
      expect(first).toContain(part);
    }
    expect(second).toContain('640 MB');
    expect(third).toContain('Waiting for its turn');
  });

  it('shows what the address asks for, and writes there what is chosen', async () => {
    const { router } = renderApp('/admin/running?kind=spark', {
      'GET /admin/running?group=spark&sort=memory&limit=100': listOf(session),
      'GET /admin/running?sort=memory&limit=100': all,
      'GET /admin/running?sort=project&limit=100': listOf(build, server, session),
      'GET /admin/running': listOf(),
    });
    expect(await rows()).toHaveLength(1);
    fireEvent.click(screen.getByRole('radio', { name: 'All' }));
    await waitFor(async () => expect(await rows()).toHaveLength(3));
    fireEvent.click(screen.getByRole('button', { name: 'Sort by project' }));
    await waitFor(() => expect(router.state.location.search).toEqual({ sort: 'project' }));
    await waitFor(async () => expect((await rows())[0]).toContain('Demo'));
    fireEvent.change(screen.getByRole('textbox', { name: 'Search what runs' }), {
      target: { value: 'nothing of that' },
    });
    expect(await screen.findByText('Nothing matches')).toBeTruthy();
  });

  it('shows the first of very many, with how many there are, and more when asked', async () => {
    renderApp('/admin/running', {
      'GET /admin/running?sort=memory&limit=100': { ...listOf(session, server), total: 9000 },
      'GET /admin/running?sort=memory&limit=200': { ...all, total: 9000 },
    });
    expect(await rows()).toHaveLength(2);
    expect(screen.getByText('2 of 9,000')).toBeTruthy();
    fireEvent.click(screen.getByRole('button', { name: 'Show more' }));
    await waitFor(async () => expect(await rows()).toHaveLength(3));
    expect(screen.getByText('3 of 9,000')).toBeTruthy();
  });

  it('asks again when it is told of changes while it is open', async () => {
    const answers = { 'GET /admin/running': listOf(server) };
    renderApp('/admin/running', answers);
    expect(await rows()).toHaveLength(1);
    answers['GET /admin/running'] = listOf(server, session);
    act(() => FakeEventSource.of('/api/v1/admin/events').send({ type: 'running', digest: '1' }));
    await waitFor(async () => expect(await rows()).toHaveLength(2));
    act(() => FakeEventSource.of('/api/v1/admin/events').send({ type: 'of a newer server' }));
    expect(await rows()).toHaveLength(2);
  });

  it('stops one thing, never without a reason', async () => {
    const { calls } = renderApp('/admin/running', {
      'GET /admin/running': all,
      'POST /admin/running/session/7/stop': { items: [] },
    });
    fireEvent.click(await screen.findByRole('button', { name: String.raw`Stop chu\u202ern.ipynb` }));
    const dialog = await screen.findByRole('dialog', { name: 'Stop this Spark session?' });
    expect(dialog.textContent).toContain('of eve@example.org in Sales. It loses the values of its variables');
    fireEvent.click(within(dialog).getByRole('button', { name: 'Stop' }));
    expect(await within(dialog).findByText('Please say why: whoever uses it reads this.')).toBeTruthy();
    expect(calls.some(({ route }) => route.startsWith('POST'))).toBe(false);
    fireEvent.change(within(dialog).getByRole('textbox', { name: 'Reason' }), {
      target: { value: ' Maintenance at noon ' },
    });
    fireEvent.click(within(dialog).getByRole('button', { name: 'Stop' }));
    await waitFor(() => expect(screen.queryByRole('dialog')).toBeNull());
    expect(calls.find(({ route }) => route === 'POST /admin/running/session/7/stop')?.body).toEqual({
      reason: 'Maintenance at noon',
    });
  });

  it('stops all of a person once it has said what that is', async () => {
    const { calls, router } = renderApp('/admin/running', {
      'GET /admin/running': all,
      'GET /admin/running?owner=eve%40example.org&sort=memory&limit=8': listOf(session, server),
      'POST /admin/running/stop': { items: [server, session] },
    });
    const [first] = await screen.findAllByRole('link', { name: 'eve@example.org' });
    fireEvent.click(first as HTMLElement);
    await waitFor(() => expect(router.state.location.search).toEqual({ owner: 'eve@example.org' }));
    expect(await screen.findByText(/1 Jupyter server, 1 Spark session; 2.6 GB, 1.7 cores busy/)).toBeTruthy();
    fireEvent.click(screen.getByRole('button', { name: 'Stop all of eve@example.org' }));
    const dialog = await screen.findByRole('dialog', { name: 'Stop all of eve@example.org?' });
    expect(dialog.textContent).toContain('This ends 1 Jupyter server, 1 Spark session.');
    expect(await within(dialog).findAllByRole('listitem')).toHaveLength(2);
    fireEvent.change(within(dialog).getByRole('textbox', { name: 'Reason' }), { target: { value: 'You have left' } });
    fireEvent.click(within(dialog).getByRole('button', { name: 'Stop all' }));
    await waitFor(() =>
      expect(calls.find(({ route }) => route === 'POST /admin/running/stop')?.body).toEqual({
        user: 'eve@example.org',
        reason: 'You have left',
      }),
    );
  });

  it('says what the server says when it could not be stopped', async () => {
    renderApp('/admin/running', {
      'GET /admin/running': listOf(server),
      'POST /admin/running/server/server000001/stop': new Refusal(404, 'not_found', 'This does not run any more.'),
    });
    fireEvent.click(await screen.findByRole('button', { name: 'Stop JupyterLab with Spark' }));
    fireEvent.change(await screen.findByRole('textbox', { name: 'Reason' }), { target: { value: 'Why' } });
    fireEvent.click(screen.getByRole('button', { name: 'Stop' }));
    expect(await screen.findByText('This does not run any more.')).toBeTruthy();
  });

  it('reads an address that was written by hand', () => {
    expect(
      readRunningSearch({ q: 12, kind: 'pods', owner: 'a@b', project: '', sort: '<b>', reverse: 'yes', x: 1 }),
    ).toEqual({ q: '12', kind: undefined, owner: 'a@b', project: undefined, sort: undefined, reverse: undefined });
  });
});

describe('the overview', () => {
  const answers = {
    'GET /admin/machine': { now, points: [now, { ...now, at: '2026-01-31T09:30:30.000Z' }] },
    'GET /admin/health': { at, parts: [well, silent] },
  };

  it('shows the machine now and over the last hours', async () => {
    const { calls, router } = renderApp('/admin', answers);
    expect(await screen.findByText('31 GB of 32 GB')).toBeTruthy();
    expect(screen.getByText('2.5 of 8 busy')).toBeTruthy();
    expect(screen.getByText('1 Jupyter · 1 Spark')).toBeTruthy();
    expect(screen.getByRole('img', { name: /^Memory\. In use: 31 GB at the end/ })).toBeTruthy();
    act(() => FakeEventSource.of('/api/v1/admin/events').send({ type: 'machine', now: { ...now, coresBusy: 7.5 } }));
    expect(await screen.findByText('7.5 of 8 busy')).toBeTruthy();
    fireEvent.click(screen.getByRole('radio', { name: '24 h' }));
    await waitFor(() => expect(router.state.location.search).toEqual({ hours: '24' }));
    await waitFor(() => expect(calls.filter(({ route }) => route === 'GET /admin/machine')).toHaveLength(2));
  });

  it('says first what is not well and what to do, and the rest when asked', async () => {
    renderApp('/admin', answers);
    expect(await screen.findByText('Does not work')).toBeTruthy();
    expect(screen.getByText('No edge has reported for a minute.')).toBeTruthy();
    expect(screen.getByText('Please see logs/edge.log.')).toBeTruthy();
    const more = screen.getByRole('button', { name: '1 part is well' });
    expect(more.getAttribute('aria-expanded')).toBe('false');
    fireEvent.click(more);
    expect(await screen.findByText('The database answers in 1 ms.')).toBeTruthy();
  });
});

describe('the page of all projects', () => {
  const sales: ProjectOverview = {
    name: 'sales',
    label: 'Sales',
    state: 'active',
    owners: ['eve@example.org'],
    members: 3,
    createdAt: at,
    lastActivityAt: at,
    running: sum,
  };
  const old: ProjectOverview = {
    ...sales,
    name: 'old',
    label: 'Old',
    state: 'archived',
    running: none,
    lastActivityAt: '2026-02-01T09:30:00.000Z',
  };

  it('shows what runs in each and what that takes, and stops all of it', async () => {
    const { calls } = renderApp('/admin/projects?sort=memory', {
      'GET /admin/projects?sort=memory&limit=100': { items: [sales, old], total: 2 },
      'POST /admin/running/stop': { items: [] },
    });
    await screen.findByText('1 Jupyter server, 1 Spark session');
    const [first, second] = await rows();
    for (const part of ['sales · eve@example.org', '3', '2.6 GB', '1.7']) expect(first).toContain(part);
    expect(second).toContain('Archived');
    fireEvent.click(screen.getByRole('button', { name: 'Stop all of Sales' }));
    fireEvent.change(await screen.findByRole('textbox', { name: 'Reason' }), { target: { value: 'Upgrade' } });
    fireEvent.click(screen.getByRole('button', { name: 'Stop all' }));
    await waitFor(() =>
      expect(calls.find(({ route }) => route === 'POST /admin/running/stop')?.body).toEqual({
        project: 'sales',
        reason: 'Upgrade',
      }),
    );
  });

  it('shows those that the address asks for', async () => {
    renderApp('/admin/projects?show=archived', {
      'GET /admin/projects?show=archived&limit=100': { items: [old], total: 1 },
    });
    const shown = await rows();
    expect([shown.length, shown[0]]).toEqual([1, expect.stringContaining('Old')]);
  });
});

describe('the page of settings', () => {
  const setting: SettingInEffect = {
    name: 'server_hours',
    value: '12',
    source: 'file',
    secret: false,
    description: 'After so many hours a Jupyter server is stopped.',
  };
  const items = [
    setting,
    { ...setting, name: 'port', value: '8080', source: 'default' },
    { ...setting, name: 'metrics_token', value: null, source: 'environment', secret: true },
    { ...setting, name: 'tls_cert', value: null, source: 'default' },
  ];

  it('says what counts and where it comes from, and of a secret only that it is set', async () => {
    renderApp('/admin/settings', { 'GET /admin/settings': { file: '/data/emberlab.toml', items } });
    const [hours, port, token, cert] = await rows();
    expect(hours).toContain('12file');
    expect(port).toContain('8080default');
    expect(token).toContain('set; not shownenvironment');
    expect(cert).toContain('not setdefault');
    expect(screen.getByText('/data/emberlab.toml')).toBeTruthy();
    fireEvent.click(screen.getByRole('radio', { name: 'Given here' }));
    await waitFor(async () => expect(await rows()).toHaveLength(2));
  });
});

describe('a Jupyter server that an administrator stopped', () => {
  const stopNote = 'Stopped by an administrator: maintenance at noon';

  it.each([
    ['while it ends', { state: 'stopping', endedAt: null }],
    ['afterwards', { state: 'stopped' }],
  ])('says so to its member, %s', async (_, state) => {
    renderApp('/projects/demo/jupyter', {
      'GET /projects/demo/jupyter/server': { ...stoppedServer, ...state, stopReason: 'admin', stopNote },
    });
    expect(await screen.findByText(new RegExp(`${stopNote}\\.`))).toBeTruthy();
  });
});

describe('a Spark application that an administrator stopped', () => {
  it('has not failed, and says why in its row', async () => {
    const problem = 'Stopped by an administrator: maintenance at noon';
    const ended = { ...busySession, state: 'dead', stopped: true, problem, metrics: null, endedAt: at };
    renderApp('/projects/demo/applications', {
      'GET /projects/demo/sessions': { items: [ended], next: null },
      'GET /projects/demo/batches': { items: [], next: null },
    });
    expect(await screen.findByText(problem)).toBeTruthy();
    expect(screen.getByText('Stopped')).toBeTruthy();
    expect(screen.queryByText('Failed')).toBeNull();
  });
});
