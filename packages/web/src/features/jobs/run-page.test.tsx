import type { MetricsOverTime } from '@emberlab/contract';
import { act, fireEvent, screen, waitFor, within } from '@testing-library/react';
import { describe, expect, it } from 'vitest';
import { measured, project, Refusal, renderApp, type Answers } from '../../test/app.tsx';
import { FakeEventSource } from '../../test/fake-event-source.ts';
import { report, run, running } from './jobs.fixture.ts';

const page = '/projects/demo/jobs/runs/13';
const api = '/projects/demo/executions/13';
const history: MetricsOverTime = {
  points: [0, 2].map((second) => ({ ...measured, at: `2026-01-31T09:30:2${second}.000Z`, activeTasks: second })),
  statements: [],
  note: null,
};
const answers: Answers = {
  [`GET ${api}`]: running,
  [`GET ${api}/log`]: 'said by the run\n',
  [`GET ${api}/metrics`]: history,
  [`GET ${api}/executors`]: { items: [], note: 'Its executors are in the driver.' },
  'GET /projects/demo/executions/12': run,
  'GET /projects/demo/executions/12/log': 'Traceback\n',
};
const output = { output_type: 'stream', name: 'stdout', text: '42\n' };
const tab = (name: string) =>
  fireEvent.click(within(screen.getByRole('navigation', { name: 'About this run' })).getByRole('link', { name }));

describe('the page of a run', () => {
  it('says how it goes, where its time went, and begins with its log', async () => {
    renderApp(page, answers);
    expect(await screen.findByRole('heading', { name: 'Run 13 of nightly', level: 1 })).toBeTruthy();
    expect(screen.getByText('run by you')).toBeTruthy();
    expect(screen.getByText('revision 4')).toBeTruthy();
    expect(screen.getByRole('link', { name: 'nightly' }).getAttribute('href')).toBe('/projects/demo/jobs/7');
    expect(screen.getByText('40 % of the tasks of its Spark stages')).toBeTruthy();
    const timeline = within(screen.getByRole('region', { name: 'Timeline' }));
    expect(
      timeline.getAllByRole('listitem').map(({ textContent }) => textContent?.replace(/Running.*/, 'Running')),
    ).toEqual(['Queued10 s', 'Preparing2 s', 'Starting8 s', 'Running']);
    expect(await screen.findByText('said by the run')).toBeTruthy();
  });

  it('says in a sentence why it failed', async () => {
    renderApp('/projects/demo/jobs/runs/12', answers);
    const why = await screen.findByRole('alert');
    expect(within(why).getByText('Why it failed')).toBeTruthy();
    expect(within(why).getByText('The program ended with code 3. Please look at its log.')).toBeTruthy();
    expect(screen.queryByRole('button', { name: /^Stop/ })).toBeNull();
  });

  it('is deleted once that is asked, with what goes and what stays, and leads back to its job', async () => {
    const path = 'DELETE /projects/demo/executions/12';
    const { router, calls } = renderApp('/projects/demo/jobs/runs/12', { ...answers, [path]: {} });
    fireEvent.click(await screen.findByRole('button', { name: 'Delete' }));
    const dialog = within(await screen.findByRole('dialog', { name: 'Delete this run?' }));
    expect(dialog.getByText(/What it has written into the project stays/)).toBeTruthy();
    expect(calls.some(({ route }) => route === path)).toBe(false);
    fireEvent.click(dialog.getByRole('button', { name: 'Delete' }));
    await waitFor(() => expect(router.state.location.pathname).toBe('/projects/demo/jobs/7'));
    expect(calls.filter(({ route }) => route === path)).toHaveLength(1);
  });

  it('is not deleted while it runs', async () => {
    renderApp(page, answers);
    await screen.findByText('said by the run');
    expect(screen.queryByRole('button', { name: 'Delete' })).toBeNull();
  });

  it('is not deleted by those who may not stop it', async () => {
    const path = 'GET /projects/demo/executions/12';
    renderApp('/projects/demo/jobs/runs/12', { ...answers, [path]: { ...run, mayStop: false } });
    await screen.findByText('Why it failed');
    expect(screen.queryByRole('button', { name: 'Delete' })).toBeNull();
  });

  it('says of one that succeeded what could not be kept of it', async () => {
    const reason = 'The disk of the project is full, so its log could not be kept below Logs.';
    const path = 'GET /projects/demo/executions/12';
    renderApp('/projects/demo/jobs/runs/12', { ...answers, [path]: { ...run, state: 'succeeded', reason } });
    expect(await screen.findByText(reason)).toBeTruthy();
    expect(screen.queryByText('Why it failed')).toBeNull();
  });

  it('says what it waits for, and its place in the queue', async () => {
    const queued = {
      ...running,
      state: 'queued',
      startedAt: null,
      progress: null,
      queuePosition: 3,
      waitsFor: 'It waits for its turn.',
    };
    renderApp(page, { ...answers, [`GET ${api}`]: queued });
    expect(await screen.findByText('It waits for its turn. It is number 3 in the queue.')).toBeTruthy();
  });

  it('shows its application as the Jupyter page does, with the way to its Spark UI', async () => {
    renderApp(page, answers);
    await screen.findByText('said by the run');
    tab('Spark');
    const row = within(await screen.findByRole('row', { name: /Run 13 of nightly/ }));
    for (const text of ['PySpark', '40 %', '2', '1 GB', 'count at nightly.py:12'])
      expect(row.getByText(text)).toBeTruthy();
    expect(row.getByRole('link', { name: 'Spark UI of run 13' }).getAttribute('href')).toBe(`${page}/ui`);
    expect(await screen.findByText('Its executors are in the driver.')).toBeTruthy();
  });

  it('leads to the log of the driver, where that is another than what its notebook prints', async () => {
    const of = { ...running, program: 'Jupyter/a.ipynb', application: { ...running.application, session: 4 } };
    renderApp(`${page}/spark`, { ...answers, [`GET ${api}`]: of });
    const link = await screen.findByRole('link', { name: 'Driver log' });
    expect(link.getAttribute('href')).toBe(`${page}/spark/executors/driver/log`);
  });

  it('shows its executors with their logs, also once they are gone', async () => {
    const executor = {
      id: '0',
      host: 'worker:7078',
      active: false,
      cores: 2,
      memoryUsedBytes: 0,
      memoryTotalBytes: 1024,
      activeTasks: 0,
      completedTasks: 7,
      failedTasks: 0,
      addedAt: null,
      removedAt: run.endedAt,
      removeReason: null,
      logs: ['stdout', 'stderr'],
    };
    const of = { ...run, application: running.application };
    const ended = '/projects/demo/executions/12';
    const { router } = renderApp('/projects/demo/jobs/runs/12/spark', {
      ...answers,
      [`GET ${ended}`]: of,
      [`GET ${ended}/executors`]: { items: [executor], note: 'As they were seen last.' },
      [`GET ${ended}/executors/0/log?stream=stderr&follow=1`]: 'of the executor\n',
      [`GET ${ended}/executors/0/log?stream=stdout&follow=1`]: 'printed there\n',
    });
    expect(await screen.findByText('As they were seen last.')).toBeTruthy();
    fireEvent.click(screen.getByRole('link', { name: 'Log of executor 0' }));
    expect(await screen.findByText('of the executor')).toBeTruthy();
    fireEvent.click(screen.getByRole('radio', { name: 'stdout' }));
    expect(await screen.findByText('printed there')).toBeTruthy();
    expect(router.state.location.search).toEqual({ stream: 'stdout' });
  });

  it('shows the files that it left, to be looked at, downloaded and found among the files', async () => {
    const file = (name: string) => ({
      name: name.split('/').at(-1) ?? '',
      path: `Logs/nightly/12/${name}`,
      type: 'file',
      size: 1234,
      changedAt: run.createdAt,
    });
    const folder = { ...file('plots'), type: 'folder', size: null };
    const found = { items: [file('output.log'), file('out.ipynb'), folder, file('plots/a.png')], cut: false };
    renderApp('/projects/demo/jobs/runs/12/files', {
      ...answers,
      'GET /projects/demo/executions/12': { ...run, notebook: 'Logs/nightly/12/out.ipynb' },
      'GET /projects/demo/files/search?path=Logs%2Fnightly%2F12': found,
      'GET /projects/demo/files/entry': file('output.log'),
      'GET /projects/demo/files/content': 'said\n',
    });
    const table = within(await screen.findByRole('table', { name: 'Files of the run' }));
    const rows = table.getAllByRole('row').map(({ textContent }) => textContent);
    expect(rows.slice(1)).toMatchObject([
      expect.stringMatching(/^output\.loglog1\.2 KB/),
      expect.stringMatching(/^out\.ipynbexecuted notebook/),
      expect.stringMatching(/^plots\/a\.pngwritten by the program/),
    ]);
    expect(table.getByRole('link', { name: 'Download plots/a.png' }).getAttribute('href')).toBe(
      '/api/v1/projects/demo/files/content?path=Logs%2Fnightly%2F12%2Fplots%2Fa.png',
    );
    expect(screen.getByRole('link', { name: 'Open folder in Files' }).getAttribute('href')).toContain(
      '/projects/demo/files?path=Logs',
    );
    fireEvent.click(table.getByRole('button', { name: 'Show output.log' }));
    expect(await within(await screen.findByRole('dialog')).findByText(/said/)).toBeTruthy();
  });

  it('has no files while its folder is not there', async () => {
    renderApp(`${page}/files`, {
      ...answers,
      'GET /projects/demo/files/search?path=Logs%2Fnightly%2F13': new Refusal(
        404,
        'not_found',
        'There is no such folder.',
      ),
    });
    expect(await screen.findByText('No files yet')).toBeTruthy();
  });

  it('shows what was measured of it', async () => {
    renderApp(`${page}/metrics`, answers);
    expect(await screen.findByText('Tasks running')).toBeTruthy();
  });

  it('shows the executed notebook with its outputs', async () => {
    const path = 'Logs/report/13/report.ipynb';
    const of = { ...running, program: report.program, type: 'python', application: null, notebook: path };
    const cell = { cell_type: 'code', execution_count: 1, source: 'print(6 * 7)', outputs: [output] };
    renderApp(`${page}/notebook`, {
      ...answers,
      [`GET ${api}`]: of,
      'GET /projects/demo/files/entry': {
        name: 'report.ipynb',
        path,
        type: 'file',
        size: 300,
        changedAt: run.createdAt,
      },
      'GET /projects/demo/files/content': JSON.stringify({ nbformat: 4, metadata: {}, cells: [cell] }),
    });
    expect(await screen.findByText('42')).toBeTruthy();
    const link = screen.getByRole('link', { name: 'Open in Jupyter' });
    expect(link.getAttribute('href')).toBe(`/projects/demo/jupyter/open?path=${encodeURIComponent(path)}`);
    const tabs = within(screen.getByRole('navigation', { name: 'About this run' }));
    expect(tabs.getAllByRole('link').map(({ textContent }) => textContent)).toEqual([
      'Log',
      'Notebook',
      'Files',
      'Definition',
    ]);
  });

  it('shows what it was made of, and lives on when its job is deleted', async () => {
    renderApp(`${page}/definition`, { ...answers, [`GET ${api}`]: { ...running, jobId: null } });
    expect(await screen.findByText('its job has been deleted')).toBeTruthy();
    expect(screen.getByLabelText('Arguments').textContent).toBe('--day\n2026-01-31');
    expect(screen.getByRole('region', { name: 'Configuration' })).toBeTruthy();
  });

  it('is stopped once one has said so', async () => {
    const stop = `POST ${api}/stop`;
    const { calls } = renderApp(page, { ...answers, [stop]: { ...running, state: 'stopping', progress: null } });
    fireEvent.click(await screen.findByRole('button', { name: 'Stop run 13' }));
    expect(calls.some(({ route }) => route === stop)).toBe(false);
    fireEvent.click(await screen.findByRole('button', { name: 'Stop' }));
    expect(await screen.findByText('Stopping', { selector: 'p, span' })).toBeTruthy();
    expect(calls.some(({ route }) => route === stop)).toBe(true);
  });

  it('follows the live events', async () => {
    renderApp(page, answers);
    await screen.findByText('said by the run');
    act(() => FakeEventSource.latest.send({ type: 'execution', execution: { ...running, progress: 0.9 } }));
    expect(await screen.findByText('90 % of the tasks of its Spark stages')).toBeTruthy();
    act(() => FakeEventSource.latest.send({ type: 'execution', execution: { ...run, id: 13 } }));
    expect(await screen.findByText('Why it failed')).toBeTruthy();
  });

  it('has nothing to press for viewers', async () => {
    renderApp(page, {
      ...answers,
      [`GET ${api}`]: { ...running, mayStop: false },
      'GET /projects/demo': { ...project, role: 'viewer' },
    });
    await screen.findByText('said by the run');
    expect(screen.queryByRole('button', { name: 'Stop run 13' })).toBeNull();
  });

  it('of an id that there is not says so', async () => {
    renderApp('/projects/demo/jobs/runs/99', {
      'GET /projects/demo/executions/99': new Refusal(404, 'not_found', 'No.'),
    });
    expect(await screen.findByText('There is nothing here')).toBeTruthy();
    await waitFor(() => expect(document.title).toContain('Nothing here'));
  });
});

describe('the tab of a run’s Spark UI', () => {
  it('says why it can’t be opened, with the way back', async () => {
    const problem = new Refusal(409, 'session_ended', 'Its event log is gone.');
    renderApp(`${page}/ui`, { ...answers, [`POST ${api}/ui`]: problem });
    expect(await screen.findByText('Its event log is gone.')).toBeTruthy();
    expect(screen.getByRole('link', { name: 'Run 13' }).getAttribute('href')).toBe(page);
  });
});
