import { act, fireEvent, screen, waitFor, within } from '@testing-library/react';
import { describe, expect, it } from 'vitest';
import { project, Refusal, renderApp, type Answers } from '../../test/app.tsx';
import { FakeEventSource } from '../../test/fake-event-source.ts';
import { job, report, running } from './jobs.fixture.ts';

const page = '/projects/demo/jobs';
const list = 'GET /projects/demo/jobs';
const listed = (...items: unknown[]): Answers => ({ [list]: { items, next: null } });
/** The queries with which the list was asked for. */
const asked = (urls: readonly string[]) => urls.filter((url) => url.startsWith('/api/v1/projects/demo/jobs?'));

describe('the list of jobs', () => {
  it('says of each its name, type, last runs, next run and owner, and leads to its page', async () => {
    const nextRunAt = new Date(Date.now() + 3 * 3_600_000).toISOString();
    renderApp(
      page,
      listed({ ...job, nextRunAt }, { ...report, mine: false, owner: { email: 'b@x.org', name: 'Bob' } }),
    );
    const row = within(await screen.findByRole('row', { name: /nightly/ }));
    expect(row.getByText('PySpark')).toBeTruthy();
    expect(row.getByText('Resources/nightly.py')).toBeTruthy();
    expect(row.getByText('in 3 h')).toBeTruthy();
    expect(row.getByText('you')).toBeTruthy();
    expect(row.getByRole('img').getAttribute('aria-label')).toBe(
      'Last runs, the newest first: failed, 30 s; succeeded, 2 min.',
    );
    expect(row.getByRole('link', { name: 'nightly' }).getAttribute('href')).toBe(`${page}/7`);
    expect(row.getByRole('link', { name: /^Failed/ }).getAttribute('href')).toBe(`${page}/runs/12`);
    const other = within(screen.getByRole('row', { name: /report/ }));
    expect(other.getByText('Bob')).toBeTruthy();
    expect(other.getByText('never')).toBeTruthy();
  });

  it('says what to do where there are none, and to viewers what there will be', async () => {
    renderApp(page, listed());
    expect(await screen.findByText('No jobs yet')).toBeTruthy();
    expect(screen.getByRole('link', { name: 'New job' }).getAttribute('href')).toBe(`${page}/new`);
  });

  it('has nothing to press for viewers', async () => {
    renderApp(page, { ...listed(job), 'GET /projects/demo': { ...project, role: 'viewer' } });
    await screen.findByRole('row', { name: /nightly/ });
    expect(screen.queryByRole('button', { name: 'Run nightly' })).toBeNull();
    expect(screen.queryByRole('link', { name: 'New job' })).toBeNull();
  });

  it('keeps its filters and its order in the address, and asks the server with them', async () => {
    const { router, urls } = renderApp(`${page}?type=python&owner=me&running=true&state=failed&q=night`, listed());
    expect(await screen.findByText('No job matches')).toBeTruthy();
    const query = new URLSearchParams(asked(urls).at(-1)?.split('?')[1]);
    expect(Object.fromEntries(query)).toEqual({
      search: 'night',
      type: 'python',
      state: 'failed',
      owner: 'me',
      running: '1',
      sort: 'name',
      order: 'asc',
    });
    fireEvent.click(screen.getByRole('switch', { name: 'Running now' }));
    await waitFor(() => expect(router.state.location.search).not.toHaveProperty('running'));
    fireEvent.change(screen.getByLabelText('Search jobs'), { target: { value: 'day' } });
    await waitFor(() => expect(router.state.location.search).toMatchObject({ q: 'day' }));
    await waitFor(() => expect(asked(urls).at(-1)).toContain('search=day'));
  });

  it('is sorted by the heading that one presses, times with the newest first', async () => {
    const { urls, router } = renderApp(page, listed(job));
    fireEvent.click(await screen.findByRole('button', { name: 'Sort by last run' }));
    await waitFor(() => expect(router.state.location.search).toEqual({ sort: 'lastRun' }));
    await waitFor(() => expect(asked(urls).at(-1)).toContain('sort=lastRun&order=desc'));
    fireEvent.click(screen.getByRole('button', { name: 'Sort by last run' }));
    await waitFor(() => expect(asked(urls).at(-1)).toContain('sort=lastRun&order=asc'));
  });

  it('says why it could not be loaded, and tries again', async () => {
    const answers: Answers = { [list]: new Refusal(500, 'internal', 'The database is away.') };
    renderApp(page, answers);
    expect(await screen.findByText('The database is away.')).toBeTruthy();
    Object.assign(answers, listed(job));
    fireEvent.click(screen.getByRole('button', { name: 'Retry' }));
    expect(await screen.findByRole('row', { name: /nightly/ })).toBeTruthy();
  });

  it('runs a job, whose bars show the run at once', async () => {
    const start = 'POST /projects/demo/jobs/7/executions';
    const queued = { ...running, state: 'queued', durationSeconds: null };
    const answers: Answers = { ...listed(job), [start]: queued };
    const { calls } = renderApp(page, answers);
    const button = await screen.findByRole('button', { name: 'Run nightly' });
    const { id, state, createdAt, durationSeconds } = queued;
    const lastRuns = [{ id, state, createdAt, durationSeconds }, ...job.lastRuns];
    Object.assign(answers, listed({ ...job, lastRuns }));
    fireEvent.click(button);
    const row = await screen.findByRole('row', { name: /Queued/ });
    expect(within(row).getByRole('img').getAttribute('aria-label')).toContain('first: queued; failed, 30 s;');
    expect(calls.find(({ route }) => route === start)?.body).toEqual({ key: expect.stringMatching(/^[\w-]{20,}$/) });
  });

  it('says why a job was not run', async () => {
    const refusal = new Refusal(409, 'program_missing', 'Resources/nightly.py is no longer there.');
    renderApp(page, { ...listed(job), 'POST /projects/demo/jobs/7/executions': refusal });
    fireEvent.click(await screen.findByRole('button', { name: 'Run nightly' }));
    expect(await screen.findByText('Resources/nightly.py is no longer there.')).toBeTruthy();
  });

  it('follows the live events', async () => {
    const answers = listed(job);
    const { urls } = renderApp(page, answers);
    await screen.findByRole('row', { name: /Failed/ });
    const bar = { ...job.lastRuns[0], id: 13, state: 'running' };
    const began = { ...job, lastRuns: [bar, ...job.lastRuns] };
    answers[list] = { items: [began], next: null };
    act(() => FakeEventSource.latest.send({ type: 'execution', execution: running }));
    expect(await screen.findByRole('row', { name: /Running/ })).toBeTruthy();
    await waitFor(() => expect(asked(urls).length).toBe(2));
    // Its progress is no reason to ask for the list again, and neither is a change of a job that is on it.
    act(() => FakeEventSource.latest.send({ type: 'execution', execution: { ...running, progress: 0.5 } }));
    act(() => FakeEventSource.latest.send({ type: 'job', job: { ...began, name: 'hourly' } }));
    expect(await screen.findByRole('row', { name: /hourly/ })).toBeTruthy();
    expect(asked(urls).length).toBe(2);
    answers[list] = { items: [report], next: null };
    act(() => FakeEventSource.latest.send({ type: 'job-removed', id: 7 }));
    await waitFor(() => expect(screen.queryByRole('row', { name: /hourly/ })).toBeNull());
  });

  it('is reached by its key', async () => {
    const { router } = renderApp('/projects/demo/jupyter', listed(job));
    expect((await screen.findByRole('link', { name: 'Jobs' })).getAttribute('href')).toBe(page);
    fireEvent.keyDown(document.body, { key: 'g' });
    fireEvent.keyDown(document.body, { key: 'b' });
    await waitFor(() => expect(router.state.location.pathname).toBe(page));
  });
});
