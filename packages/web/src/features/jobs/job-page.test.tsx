import type { Backfill, Chain, ClusterCapacity } from '@emberlab/contract';
import { act, fireEvent, screen, waitFor, within } from '@testing-library/react';
import { describe, expect, it, vi } from 'vitest';
import { project, Refusal, renderApp, type Answers } from '../../test/app.tsx';
import { FakeEventSource } from '../../test/fake-event-source.ts';
import { fromZoned, ownZone } from '../../lib/zoned-time.ts';
import { inspectedNotebook, job, report, run, running, schedule } from './jobs.fixture.ts';

const page = '/projects/demo/jobs/7';
const base = '/projects/demo/jobs/7';
const backfill: Backfill = {
  id: 3,
  state: 'running',
  from: '2026-01-01T01:30:00.000Z',
  to: '2026-01-10T01:30:00.000Z',
  cron: schedule.cron,
  timezone: schedule.timezone,
  total: 8,
  made: 4,
  failed: 1,
  current: 12,
  waitsFor: null,
  createdBy: null,
  createdAt: job.createdAt,
  endedAt: null,
};
const noChain: Chain = { after: [], before: [] };
const answers: Answers = {
  [`GET ${base}`]: job,
  'GET /projects/demo/executions': { items: [running, run], next: null },
  'GET /projects/demo/executions/12': run,
  'GET /projects/demo/executions/13': running,
  'GET /projects/demo/executions/13/log': 'said by the run\n',
  [`GET ${base}/schedule`]: { schedule },
  [`GET ${base}/after`]: noChain,
  [`GET ${base}/backfills`]: { items: [], next: null },
  'POST /projects/demo/schedule/preview': { nextRuns: ['2026-02-02T01:30:00.000Z', '2026-02-03T01:30:00.000Z'] },
};
const bodyOf = (calls: readonly { route: string; body: unknown }[], route: string) =>
  calls.findLast((call) => call.route === route)?.body;
const press = (name: string) => fireEvent.click(screen.getByRole('button', { name }));
/** A field with a list, whose label is that of the list as well. */
const choose = (name: string) => fireEvent.click(screen.getAllByLabelText(name)[0] ?? document.body);
const set = (name: string, value: string) => fireEvent.change(screen.getByLabelText(name), { target: { value } });

describe('the page of a job', () => {
  it('lists its runs by days, with why each is there and why it failed', async () => {
    renderApp(page, answers);
    expect(await screen.findByRole('heading', { name: 'nightly', level: 1 })).toBeTruthy();
    const runs = within(await screen.findByRole('list', { name: 'Runs' }));
    expect(runs.getByRole('link', { name: 'Failed: run 12' }).getAttribute('href')).toBe('/projects/demo/jobs/runs/12');
    expect(runs.getAllByText(/run by you/).length).toBe(2);
    expect(runs.getByText('The program ended with code 3. Please look at its log.')).toBeTruthy();
    expect(runs.getByRole('button', { name: 'Stop run 13' })).toBeTruthy();
    expect(runs.queryByRole('button', { name: 'Stop run 12' })).toBeNull();
  });

  it('keeps the filters of its runs in the address; days are those of the reader', async () => {
    const { urls, router } = renderApp(`${page}?state=failed&from=2026-01-30`, {
      ...answers,
      'GET /projects/demo/executions': { items: [], next: null },
    });
    expect(await screen.findByText('No run matches')).toBeTruthy();
    const query = () => new URLSearchParams(urls.findLast((url) => url.includes('/executions?'))?.split('?')[1]);
    expect(Object.fromEntries(query())).toEqual({
      job: '7',
      state: 'failed',
      from: new Date(2026, 0, 30).toISOString(),
    });
    set('Until', '2026-01-31');
    await waitFor(() => expect(query().get('until')).toBe(new Date(2026, 0, 31, 23, 59, 59, 999).toISOString()));
    expect(router.state.location.search).toMatchObject({ until: '2026-01-31' });
  });

  it('runs it, and leads to the run', async () => {
    const start = `POST ${base}/executions`;
    const { router, calls } = renderApp(page, { ...answers, [start]: running });
    fireEvent.click(await screen.findByRole('button', { name: 'Run' }));
    await waitFor(() => expect(router.state.location.pathname).toBe('/projects/demo/jobs/runs/13'));
    expect(bodyOf(calls, start)).toEqual({ key: expect.any(String) });
  });

  it('runs it where the page has come over plain http, with another key each time', async () => {
    const start = `POST ${base}/executions`;
    // What browsers leave out of pages that are not secure.
    vi.spyOn(crypto, 'randomUUID').mockImplementation(() => {
      throw new TypeError('crypto.randomUUID is not a function');
    });
    const { calls } = renderApp(page, { ...answers, [start]: new Refusal(409, 'limit_reached', 'Not now.') });
    const keys = () => calls.filter(({ route }) => route === start).map(({ body }) => (body as { key: string }).key);
    for (const times of [1, 2]) {
      fireEvent.click(await screen.findByRole('button', { name: 'Run' }));
      await waitFor(() => expect(keys()).toHaveLength(times));
    }
    expect(new Set(keys()).size).toBe(2);
    vi.restoreAllMocks();
  });

  it('runs it once with other arguments', async () => {
    const start = `POST ${base}/executions`;
    const { router, calls } = renderApp(page, { ...answers, [start]: running });
    fireEvent.click(await screen.findByRole('button', { name: 'Run with arguments' }));
    const dialog = within(await screen.findByRole('dialog'));
    const lines = dialog.getByLabelText<HTMLTextAreaElement>('Arguments of this run');
    expect(lines.value).toBe('--day\n2026-01-31');
    fireEvent.change(lines, { target: { value: '--all' } });
    fireEvent.click(dialog.getByRole('button', { name: 'Run' }));
    await waitFor(() => expect(router.state.location.pathname).toBe('/projects/demo/jobs/runs/13'));
    expect(bodyOf(calls, start)).toMatchObject({ arguments: ['--all'] });
  });

  it('of a notebook: runs it once with other parameters, and sends those that differ', async () => {
    const start = 'POST /projects/demo/jobs/8/executions';
    const { calls } = renderApp('/projects/demo/jobs/8', {
      ...answers,
      'GET /projects/demo/jobs/8': report,
      'GET /projects/demo/jobs/inspection': inspectedNotebook,
      [start]: running,
    });
    fireEvent.click(await screen.findByRole('button', { name: 'Run with parameters' }));
    const dialog = within(await screen.findByRole('dialog'));
    const limit = await dialog.findByLabelText<HTMLInputElement>('limit');
    expect(limit.value).toBe('20');
    fireEvent.change(limit, { target: { value: '3' } });
    fireEvent.click(dialog.getByRole('button', { name: 'Run' }));
    await waitFor(() => expect(bodyOf(calls, start)).toMatchObject({ parameters: { limit: 3 } }));
  });

  it('copies and deletes it, and says first what is lost', async () => {
    const { router, calls } = renderApp(page, {
      ...answers,
      [`POST ${base}/copy`]: { ...job, id: 9, name: 'nightly (copy)' },
      [`DELETE ${base}`]: {},
      'GET /projects/demo/jobs/9': { ...job, id: 9, name: 'nightly (copy)' },
      'GET /projects/demo/jobs': { items: [], next: null },
      'DELETE /projects/demo/jobs/9': {},
    });
    fireEvent.click(await screen.findByRole('button', { name: 'More about this job' }));
    fireEvent.click(await screen.findByRole('menuitem', { name: 'Copy' }));
    fireEvent.click(await screen.findByRole('button', { name: 'Copy' }));
    expect(await screen.findByRole('heading', { name: 'nightly (copy)' })).toBeTruthy();
    expect(bodyOf(calls, `POST ${base}/copy`)).toEqual({ name: 'nightly (copy)' });
    press('More about this job');
    fireEvent.click(await screen.findByRole('menuitem', { name: 'Delete' }));
    expect(await screen.findByText(/is lost with its configuration, its schedule and its backfills/)).toBeTruthy();
    press('Delete');
    await waitFor(() => expect(router.state.location.pathname).toBe('/projects/demo/jobs'));
    expect(calls.some(({ route }) => route === 'DELETE /projects/demo/jobs/9')).toBe(true);
  });

  it('lets those look who may not change it', async () => {
    renderApp(`${page}/schedule`, {
      ...answers,
      [`GET ${base}`]: { ...job, mayChange: false, mine: false },
      'GET /projects/demo': { ...project, role: 'viewer' },
    });
    expect(await screen.findByText('Monday to Friday at 02:30, Europe/Berlin')).toBeTruthy();
    for (const name of ['Run', 'Save schedule', 'Backfill', 'Add a schedule']) {
      expect(screen.queryByRole('button', { name })).toBeNull();
    }
    expect(screen.queryByRole('link', { name: 'Edit' })).toBeNull();
  });

  it('says what the job is', async () => {
    renderApp(`${page}/definition`, {
      ...answers,
      [`GET ${base}`]: { ...job, policy: { ...job.policy, retries: 2, timeLimitMinutes: 90 } },
    });
    expect(await screen.findByText('2 times, after 1 min each')).toBeTruthy();
    expect(screen.getByText('1 h 30 min')).toBeTruthy();
    expect(screen.getByLabelText('Arguments').textContent).toBe('--day\n2026-01-31');
  });

  it('says what is free in the cluster that its next run asks', async () => {
    const cluster = { name: 'big', label: 'Team cluster', type: 'yarn', master: 'yarn', executors: true };
    const place = { engine: 'yarn', master: 'yarn', executors: true, choices: [cluster], profiles: [] };
    const capacity: ClusterCapacity = {
      problem: null,
      workers: 2,
      cores: { total: 8, used: 3 },
      memoryBytes: { total: 16 * 1024 ** 3, used: 4 * 1024 ** 3 },
      waiting: 1,
      checkedAt: job.createdAt,
    };
    renderApp(`${page}/definition`, {
      ...answers,
      'GET /projects/demo/configuration/place': place,
      'GET /projects/demo/engines/big/capacity': { capacity },
    });
    const said =
      'Team cluster: 5 of 8 cores and 12 GB of 16 GB are free on 2 machines. 1 application waits for executors.';
    expect(await screen.findByText(said)).toBeTruthy();
  });

  it('follows the live events', async () => {
    const changing = { ...answers };
    renderApp(page, changing);
    await screen.findByRole('link', { name: 'Running: run 13' });
    const ended = { ...running, state: 'succeeded', endedAt: run.endedAt, durationSeconds: 40 };
    changing['GET /projects/demo/executions'] = { items: [ended, run], next: null };
    act(() => FakeEventSource.latest.send({ type: 'execution', execution: ended }));
    expect(await screen.findByRole('link', { name: 'Succeeded: run 13' })).toBeTruthy();
  });
});

describe('the alerts of a job', () => {
  it('are rules of its own, or those of the project', async () => {
    const rule = { event: 'failed', afterMinutes: null, receivers: ['r1'] };
    const saved = { rules: [rule], project: [] };
    const { calls } = renderApp(page, {
      ...answers,
      [`GET ${base}/alerts`]: { rules: [], project: [rule] },
      'GET /projects/demo/alerts/receivers': {
        items: [
          { id: 'r1', type: 'email', name: 'On call', addresses: ['call@example.org'], createdAt: job.createdAt },
        ],
        next: null,
      },
      [`PUT ${base}/alerts`]: saved,
    });
    const tabs = within(await screen.findByRole('navigation', { name: 'About this job' }));
    fireEvent.click(tabs.getByRole('link', { name: 'Alerts' }));
    expect(await screen.findByText('Told: On call')).toBeTruthy();
    const whose = screen.getByRole('radiogroup', { name: 'Failed: whose rule' });
    fireEvent.click(within(whose).getByLabelText('Own rule'));
    press('Save rules');
    await waitFor(() => expect(bodyOf(calls, `PUT ${base}/alerts`)).toEqual({ rules: [rule] }));
  });
});

describe('the schedule of a job', () => {
  it('is written in plain words, and shows the next runs in its zone before it is saved', async () => {
    const { calls } = renderApp(`${page}/schedule`, {
      ...answers,
      [`PUT ${base}/schedule`]: { schedule: { ...schedule, cron: '30 2 * * 3' } },
    });
    const next = within(await screen.findByRole('list', { name: 'Next runs' }));
    expect(next.getAllByRole('listitem')[0]?.textContent).toMatch(/^Mon,? 2 Feb 2026,? (at )?02:30 CET/);
    const cron = screen.getByLabelText<HTMLInputElement>('Cron expression');
    expect(cron.value).toBe('30 2 * * 1-5');
    expect(screen.getByRole<HTMLButtonElement>('button', { name: 'Save schedule' }).disabled).toBe(true);
    choose('How often');
    fireEvent.click(await screen.findByRole('option', { name: 'Every week' }));
    choose('On');
    fireEvent.click(await screen.findByRole('option', { name: 'Wednesday' }));
    expect(cron.value).toBe('30 2 * * 3');
    expect(screen.getByText('Every Wednesday at 02:30')).toBeTruthy();
    set('Not before', '2026-03-01T00:00');
    press('Save schedule');
    await waitFor(() =>
      expect(bodyOf(calls, `PUT ${base}/schedule`)).toEqual({
        cron: '30 2 * * 3',
        timezone: 'Europe/Berlin',
        start: '2026-02-28T23:00:00.000Z',
        end: null,
        enabled: true,
        missed: 'one',
        overlap: 'wait',
      }),
    );
  });

  it('says what the server finds wrong with it', async () => {
    const problem = 'The minute 61 is more than 59.';
    renderApp(`${page}/schedule`, {
      ...answers,
      'POST /projects/demo/schedule/preview': new Refusal(400, 'invalid', problem, 'cron'),
    });
    expect(await screen.findByText(problem)).toBeTruthy();
    set('Not before', '2026-03-02T00:00');
    set('Not after', '2026-03-01T00:00');
    expect(screen.getByText('The end has to come after the start.')).toBeTruthy();
    expect(screen.getByRole<HTMLButtonElement>('button', { name: 'Save schedule' }).disabled).toBe(true);
  });

  it('says what became of its last times, and why it does not run', async () => {
    renderApp(`${page}/schedule`, {
      ...answers,
      [`GET ${base}/schedule`]: { schedule: { ...schedule, paused: 'Its owner is a viewer now.', waiting: 2 } },
    });
    expect(await screen.findByText('Its owner is a viewer now.')).toBeTruthy();
    expect(screen.getByText('2 runs are due and wait for the one before.')).toBeTruthy();
    const times = within(screen.getByRole('region', { name: 'Last times of the schedule' }));
    expect(times.getByText('Left out')).toBeTruthy();
    expect(times.getByText('The run before had not ended.')).toBeTruthy();
  });

  it('is added where there is none, and removed', async () => {
    const { calls } = renderApp(`${page}/schedule`, {
      ...answers,
      [`GET ${base}/schedule`]: { schedule: null },
      [`PUT ${base}/schedule`]: { schedule },
      [`DELETE ${base}/schedule`]: {},
    });
    fireEvent.click(await screen.findByRole('button', { name: 'Add a schedule' }));
    press('Add schedule');
    await screen.findByRole('button', { name: 'Save schedule' });
    expect(bodyOf(calls, `PUT ${base}/schedule`)).toMatchObject({ cron: '0 6 * * *', timezone: ownZone() });
    press('Remove schedule');
    fireEvent.click(await screen.findByRole('button', { name: 'Remove' }));
    expect(await screen.findByText('It has no schedule')).toBeTruthy();
  });
});

describe('the jobs before a job', () => {
  it('are chosen among those of the project', async () => {
    const set1: Chain = { after: [{ id: 8, name: 'report', succeeded: false }], before: [{ id: 9, name: 'mail' }] };
    const { calls } = renderApp(`${page}/schedule`, {
      ...answers,
      'GET /projects/demo/jobs': { items: [job, report], next: null },
      [`PUT ${base}/after`]: set1,
    });
    await screen.findAllByLabelText('Start it after');
    choose('Start it after');
    fireEvent.click(await screen.findByRole('option', { name: 'report' }));
    // A job does not start after itself.
    expect(screen.queryByRole('option', { name: 'nightly' })).toBeNull();
    press('Save');
    expect(await screen.findByText(/\(has not yet\)/)).toBeTruthy();
    expect(screen.getByRole('link', { name: 'mail' }).getAttribute('href')).toBe('/projects/demo/jobs/9');
    expect(bodyOf(calls, `PUT ${base}/after`)).toEqual({ after: [8] });
  });
});

describe('backfills', () => {
  it('say how far they are, and can be cancelled', async () => {
    const items = { items: [backfill], next: null };
    const { calls } = renderApp(`${page}/schedule`, {
      ...answers,
      [`GET ${base}/backfills`]: items,
      [`POST ${base}/backfills/3/cancel`]: { ...backfill, state: 'cancelled' },
    });
    expect(await screen.findByText('4 of 8 runs, 1 failed')).toBeTruthy();
    expect(screen.getByRole('link', { name: 'Run 12 goes' })).toBeTruthy();
    press('Cancel backfill 3');
    await waitFor(() => expect(calls.some(({ route }) => route === `POST ${base}/backfills/3/cancel`)).toBe(true));
  });

  it('are asked for by a range in the zone of the schedule', async () => {
    const create = `POST ${base}/backfills`;
    const { calls } = renderApp(`${page}/schedule`, { ...answers, [create]: backfill });
    await screen.findByRole('button', { name: 'Save schedule' });
    press('Backfill');
    const dialog = within(await screen.findByRole('dialog'));
    expect(dialog.getByText(/Monday to Friday at 02:30, Europe\/Berlin/)).toBeTruthy();
    const begin = dialog.getByRole<HTMLButtonElement>('button', { name: 'Begin' });
    expect(begin.disabled).toBe(true);
    fireEvent.change(dialog.getByLabelText('From'), { target: { value: '2026-01-02T00:00' } });
    fireEvent.change(dialog.getByLabelText('To'), { target: { value: '2026-01-01T00:00' } });
    expect(dialog.getByText('It has to come after the beginning.')).toBeTruthy();
    fireEvent.change(dialog.getByLabelText('To'), { target: { value: '2026-01-09T00:00' } });
    fireEvent.click(begin);
    await waitFor(() =>
      expect(bodyOf(calls, create)).toEqual({ from: '2026-01-01T23:00:00.000Z', to: '2026-01-08T23:00:00.000Z' }),
    );
  });

  it('of a job without a schedule ask for the times too', async () => {
    const create = `POST ${base}/backfills`;
    const { calls } = renderApp(`${page}/schedule`, {
      ...answers,
      [`GET ${base}/schedule`]: { schedule: null },
      [create]: new Refusal(422, 'too_many', 'That would be 20,000 runs: please ask for at most 1,000.', 'to'),
    });
    await screen.findByText('It has no schedule');
    press('Backfill');
    const dialog = within(await screen.findByRole('dialog'));
    fireEvent.change(dialog.getByLabelText('From'), { target: { value: '2026-01-02T00:00' } });
    fireEvent.change(dialog.getByLabelText('To'), { target: { value: '2026-01-03T00:00' } });
    fireEvent.click(dialog.getByRole('button', { name: 'Begin' }));
    expect((await dialog.findAllByText(/That would be 20,000 runs/)).length).toBeGreaterThan(0);
    const from = fromZoned('2026-01-02T00:00', ownZone());
    expect(bodyOf(calls, create)).toMatchObject({ cron: '0 6 * * *', timezone: ownZone(), from });
  });
});
