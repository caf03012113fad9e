import type { SessionExecutor, MetricsOverTime } from '@emberlab/contract';
import { fireEvent, screen, waitFor, within } from '@testing-library/react';
import { describe, expect, it } from 'vitest';
import { busySession, measured, project, Refusal, renderApp } from '../../test/app.tsx';
import { FakeEventSource } from '../../test/fake-event-source.ts';

const page = '/projects/demo/applications/3';
const at = (second: number) => new Date(Date.UTC(2026, 0, 31, 9, 30, second)).toISOString();
const history: MetricsOverTime = {
  points: [
    { ...measured, at: at(0) },
    { ...measured, at: at(2), activeTasks: 2, memoryUsedBytes: 3 * 1024 ** 2 },
  ],
  statements: [{ id: 0, startedAt: at(1), completedAt: null }],
  note: null,
};
const executor: SessionExecutor = {
  id: '1',
  host: 'worker-1:7078',
  active: true,
  cores: 2,
  memoryUsedBytes: 1024 ** 2,
  memoryTotalBytes: 4 * 1024 ** 2,
  activeTasks: 1,
  completedTasks: 1200,
  failedTasks: 0,
  addedAt: at(0),
  removedAt: null,
  removeReason: null,
  logs: ['stdout', 'stderr'],
};
const gone: SessionExecutor = {
  ...executor,
  id: '0',
  host: 'worker-0:7078',
  active: false,
  activeTasks: 0,
  failedTasks: 3,
  removedAt: at(9),
  removeReason: 'Command exited with code 137',
  logs: [],
};
const answers = {
  'GET /projects/demo/sessions/3': busySession,
  'GET /projects/demo/sessions/3/metrics': history,
  'GET /projects/demo/sessions/3/executors': { items: [executor, gone], note: null },
  'GET /projects/demo/sessions/3/log': 'said by the driver\n',
  'GET /projects/demo/sessions/3/executors/1/log': 'said by the executor\n',
};

describe('the page of an application', () => {
  it('says what it is and what can be done, and begins with its metrics', async () => {
    const { router } = renderApp(page, answers);
    expect(await screen.findByRole('heading', { name: 'churn.ipynb', level: 1 })).toBeTruthy();
    await waitFor(() => expect(router.state.location.pathname).toBe(`${page}/metrics`));
    expect(screen.getByText('Busy')).toBeTruthy();
    expect(screen.getByRole('link', { name: 'Spark UI of churn.ipynb' })).toBeTruthy();
    expect(screen.getByRole('button', { name: 'Stop churn.ipynb' })).toBeTruthy();
    const tabs = within(screen.getByRole('navigation', { name: 'About this application' }));
    expect(tabs.getByRole('link', { current: 'page' }).textContent).toBe('Metrics');
    fireEvent.click(tabs.getByRole('link', { name: 'Log' }));
    expect(await screen.findByText('said by the driver')).toBeTruthy();
    expect(router.state.location.pathname).toBe(`${page}/log`);
  });

  it('says in whole sentences why it failed, as its row in the list does', async () => {
    const problem =
      'The Spark driver ended before it was ready: the memory of 64 GB that it asked for is more than this machine has. Please choose less.';
    const failed = { ...busySession, state: 'dead' as const, metrics: null, problem, endedAt: at(5) };
    const { router } = renderApp('/projects/demo/applications', {
      ...answers,
      'GET /projects/demo/sessions': { items: [failed], next: null },
      'GET /projects/demo/sessions/3': failed,
    });
    const row = await screen.findByRole('row', { name: problem });
    expect(within(row).getByRole('cell').getAttribute('colspan')).toBe('8');
    expect(screen.getAllByRole('columnheader')).toHaveLength(8);
    fireEvent.click(screen.getByRole('link', { name: 'Metrics of churn.ipynb' }));
    await waitFor(() => expect(router.state.location.pathname).toBe(`${page}/metrics`));
    const why = await screen.findByRole('alert');
    expect(why.textContent).toBe(`Why it failed${problem}`);
  });

  it('says what it waits for on its cluster, as its row in the list does', async () => {
    const waiting = 'The application waits in the queue default: the YARN cluster has 0 of 8 GB of memory free.';
    const starting = { ...busySession, state: 'starting' as const, metrics: null, waiting };
    renderApp('/projects/demo/applications', {
      ...answers,
      'GET /projects/demo/sessions': { items: [starting], next: null },
      'GET /projects/demo/sessions/3': starting,
    });
    expect(await screen.findByRole('row', { name: waiting })).toBeTruthy();
    fireEvent.click(screen.getByRole('link', { name: 'Metrics of churn.ipynb' }));
    await waitFor(() => expect(document.body.textContent).toContain(`Waiting for the cluster${waiting}`));
  });

  it('is led to from the list', async () => {
    renderApp('/projects/demo/applications', {
      'GET /projects/demo/sessions': { items: [busySession], next: null },
    });
    const link = await screen.findByRole('link', { name: 'Metrics of churn.ipynb' });
    expect(link.getAttribute('href')).toBe(`${page}/metrics`);
  });
});

describe('metrics', () => {
  it('are told in words and numbers as well, and go on by themselves', async () => {
    const now = { ...answers };
    const { calls } = renderApp(`${page}/metrics`, now);
    expect(
      await screen.findByRole('img', {
        name: 'Tasks running. Running: 2 at the end, 2 at most; Cores: 2 at the end, 2 at most.',
      }),
    ).toBeTruthy();
    fireEvent.click(screen.getByRole('button', { name: 'Show as a table' }));
    expect(screen.getAllByText('3 MB').length).toBeGreaterThan(1);
    const rows = () => within(screen.getByRole('table', { name: 'Metrics over time' })).getAllByRole('row').length;
    expect(rows()).toBe(3);
    const key = 'GET /projects/demo/sessions/3/metrics' as const;
    now[key] = { ...history, points: [{ ...measured, at: at(4), activeTasks: 9 }] };
    FakeEventSource.latest.open();
    FakeEventSource.latest.send({ type: 'session-measured', id: 3 });
    expect(await screen.findByRole('img', { name: /^Tasks running\. Running: 9 at the end, 9 at most/ })).toBeTruthy();
    expect(rows()).toBe(4);
    expect(calls.filter(({ route }) => route === key)).toHaveLength(2);
  });

  it('of an application that has ended are there still', async () => {
    const ended = { ...busySession, state: 'dead' as const, metrics: null, uiAvailable: false, endedAt: at(50) };
    renderApp(`${page}/metrics`, { ...answers, 'GET /projects/demo/sessions/3': ended });
    expect(await screen.findByRole('img', { name: /^Storage memory\. Used: 3 MB at the end/ })).toBeTruthy();
    expect(screen.queryByRole('button', { name: /^Stop/ })).toBeNull();
  });

  it('that are not there are explained', async () => {
    const none = { points: [], statements: [], note: null };
    const now: Record<string, unknown> = { ...answers, 'GET /projects/demo/sessions/3/metrics': none };
    renderApp(`${page}/metrics`, now);
    expect(await screen.findByText('Nothing measured yet')).toBeTruthy();
    now['GET /projects/demo/sessions/3/metrics'] = { ...none, note: 'It runs on a Livy.' };
    FakeEventSource.latest.open();
    FakeEventSource.latest.send({ type: 'session-measured', id: 3 });
    expect(await screen.findByText('It runs on a Livy.')).toBeTruthy();
  });
});

describe('executors', () => {
  it('are listed with what became of them, and lead to their logs', async () => {
    renderApp(`${page}/executors`, answers);
    expect(await screen.findByText('worker-1:7078')).toBeTruthy();
    expect(screen.getByText('1 MB of 4 MB')).toBeTruthy();
    expect(screen.getAllByText('1,200 done')).toHaveLength(2);
    expect(screen.getByText('3 failed')).toBeTruthy();
    expect(screen.getByText('Command exited with code 137')).toBeTruthy();
    expect(screen.queryByRole('link', { name: 'Log of executor 0' })).toBeNull();
    fireEvent.click(screen.getByRole('link', { name: 'Log of executor 1' }));
    expect(await screen.findByText('said by the executor')).toBeTruthy();
    const download = screen.getByRole<HTMLAnchorElement>('link', { name: 'Download' });
    expect(download.href).toContain('/executors/1/log?stream=stderr');
    fireEvent.click(screen.getByRole('radio', { name: 'stdout' }));
    await waitFor(() =>
      expect(screen.getByRole<HTMLAnchorElement>('link', { name: 'Download' }).href).toContain('stream=stdout'),
    );
  });

  it('that are not to be had are explained', async () => {
    const note = 'This application has ended, and its executors with it.';
    renderApp(`${page}/executors`, { ...answers, 'GET /projects/demo/sessions/3/executors': { items: [], note } });
    expect(await screen.findByText(note)).toBeTruthy();
  });

  it('whose log cannot be read say why', async () => {
    const message = 'The worker of executor 1 does not answer at worker-1: it may be gone, and the log with it.';
    const refusal = new Refusal(409, 'log_unavailable', message);
    renderApp(`${page}/executors/1/log`, { ...answers, 'GET /projects/demo/sessions/3/executors/1/log': refusal });
    expect(await screen.findByText(message)).toBeTruthy();
  });
});

describe('the list of applications', () => {
  const hers = { ...busySession, id: 4, notebook: 'hers.ipynb', mine: false };
  const owner = { email: 'grace@example.org', name: 'Grace' };
  const sessions = { 'GET /projects/demo/sessions': { items: [busySession, { ...hers, owner }], next: null } };

  it('says whose each is, to those who see others’', async () => {
    const { router } = renderApp('/projects/demo/applications', sessions);
    const row = await screen.findByRole('row', { name: /^hers\.ipynb/ });
    expect(within(row).getByText('Grace').title).toBe('grace@example.org');
    expect(within(screen.getByRole('row', { name: /^churn\.ipynb/ })).getByText('you')).toBeTruthy();
    fireEvent.click(screen.getByRole('button', { name: 'Sort by owner' }));
    await waitFor(() => expect(router.state.location.search).toEqual({ sort: 'owner' }));
  });

  it('has no such column for others', async () => {
    renderApp('/projects/demo/applications', {
      'GET /projects/demo': { ...project, role: 'editor' },
      'GET /projects/demo/sessions': { items: [busySession], next: null },
    });
    await screen.findByText('churn.ipynb');
    expect(screen.queryByRole('columnheader', { name: /owner/i })).toBeNull();
  });
});
