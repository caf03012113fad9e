import type { Project } from '@emberlab/contract';
import { act, fireEvent, screen, waitFor, within } from '@testing-library/react';
import { describe, expect, it } from 'vitest';
import { project, Refusal, renderApp } from '../../test/app.tsx';
import { FakeEventSource } from '../../test/fake-event-source.ts';

const general = '/projects/demo/settings/general';
const at = '2026-01-31T09:30:00.000Z';
const archived: Project = { ...project, state: 'archived', archivedAt: at };
const deleting = (step: NonNullable<Project['deletion']>['step'], problem: string | null = null): Project => ({
  ...project,
  state: 'deleting',
  deletion: { step, startedAt: at, problem },
});

describe('general settings', () => {
  it('give the project another label', async () => {
    const { calls } = renderApp(general, { 'PUT /projects/demo': { ...project, label: 'Churn' } });
    fireEvent.change(await screen.findByLabelText('Label'), { target: { value: '' } });
    fireEvent.click(screen.getByRole('button', { name: 'Save' }));
    expect(await screen.findByText('Please enter a text.')).toBeTruthy();
    fireEvent.change(screen.getByLabelText('Label'), { target: { value: 'Churn' } });
    fireEvent.click(screen.getByRole('button', { name: 'Save' }));
    await waitFor(() => expect(document.title).toContain('Churn'));
    expect(calls.find(({ route }) => route === 'PUT /projects/demo')?.body).toEqual({ label: 'Churn' });
  });

  it('archive the project, saying what ends; owners take it into use again', async () => {
    const busy = { ...project, running: { servers: 1, sessions: 2 } };
    renderApp(general, {
      'GET /projects/demo': busy,
      'POST /projects/demo/archive': archived,
      'POST /projects/demo/unarchive': project,
    });
    fireEvent.click(await screen.findByRole('button', { name: 'Archive project' }));
    const dialog = within(await screen.findByRole('dialog'));
    expect(dialog.getByText(/^1 Jupyter server and 2 Spark applications will be ended/)).toBeTruthy();
    fireEvent.click(dialog.getByRole('button', { name: 'Archive' }));
    expect(await screen.findByText('This project is archived')).toBeTruthy();
    expect(screen.queryByLabelText('Label')).toBeNull();
    fireEvent.click(screen.getByRole('button', { name: 'Unarchive' }));
    await waitFor(() => expect(screen.queryByText('This project is archived')).toBeNull());
  });

  it('delete the project once its name is entered, and show how far that is until it is gone', async () => {
    const answers: Record<string, unknown> = { 'DELETE /projects/demo': deleting('stopping') };
    const { calls, queryClient } = renderApp(general, answers);
    fireEvent.click(await screen.findByRole('button', { name: 'Delete project' }));
    const dialog = within(await screen.findByRole('dialog'));
    const button = dialog.getByRole<HTMLButtonElement>('button', { name: 'Delete project' });
    expect(button.disabled).toBe(true);
    fireEvent.change(dialog.getByLabelText('Name of the project'), { target: { value: 'Demo' } });
    expect(button.disabled).toBe(true);
    fireEvent.change(dialog.getByLabelText('Name of the project'), { target: { value: 'demo' } });
    answers['GET /projects/demo'] = deleting('files', 'The disk is slow.');
    fireEvent.click(button);
    expect(await screen.findByText('Deleting Demo')).toBeTruthy();
    expect(calls.find(({ route }) => route === 'DELETE /projects/demo')?.body).toEqual({ name: 'demo' });
    await act(() => queryClient.invalidateQueries());
    expect(await screen.findByText('The disk is slow.')).toBeTruthy();
    const now = screen.getAllByRole('listitem').find((item) => item.getAttribute('aria-current') === 'step');
    expect(now?.textContent).toBe('Removing its files');
    answers['GET /projects/demo'] = new Refusal(404, 'not_found', 'There is nothing here.');
    await act(() => queryClient.invalidateQueries());
    expect(await screen.findByText('The project is deleted')).toBeTruthy();
  });

  it('change nothing for those who may not, and tell them their role', async () => {
    renderApp(general, { 'GET /projects/demo': { ...project, role: 'editor' } });
    expect(await screen.findByText(/Editor: runs Jupyter/)).toBeTruthy();
    for (const name of ['Save', 'Archive project', 'Delete project']) {
      expect(screen.queryByRole('button', { name })).toBeNull();
    }
  });

  it('follow what others do to the project', async () => {
    const answers: Record<string, unknown> = {};
    renderApp(general, answers);
    await screen.findByRole('button', { name: 'Archive project' });
    answers['GET /projects/demo'] = archived;
    act(() => {
      FakeEventSource.latest.open();
      FakeEventSource.latest.send({ type: 'project' });
    });
    expect(await screen.findByText('This project is archived')).toBeTruthy();
  });
});

describe('an archived project', () => {
  it('offers nothing to run, and says so once', async () => {
    renderApp('/projects/demo/jupyter', { 'GET /projects/demo': { ...archived, role: 'editor' } });
    expect(await screen.findByText(/nothing runs in it. An owner/)).toBeTruthy();
    expect(screen.queryByRole('button', { name: 'Run Jupyter' })).toBeNull();
    expect(screen.queryByText('You can only read this project')).toBeNull();
  });
});

describe('the list of projects', () => {
  const of = (n: number, more: Partial<Project> = {}): Project => ({
    ...project,
    id: `project1000${n}`,
    name: `p${n}`,
    label: `Project ${n}`,
    ...more,
  });
  const items = [
    ...Array.from({ length: 8 }, (_, n) => of(n, n === 3 ? { role: 'viewer' } : {})),
    of(8, { state: 'archived', archivedAt: at, label: 'Old one' }),
    of(9, { state: 'deleting', label: 'Going one' }),
  ];
  const cards = () => within(screen.getByRole('main')).queryAllByRole('article').length;

  it('is searched and filtered, which stands in the address; archived ones are shown when asked for', async () => {
    const { router } = renderApp('/', { 'GET /projects': { items, next: null } });
    await screen.findAllByText('Project 1');
    expect(cards()).toBe(9);
    expect(screen.getByText('Being deleted')).toBeTruthy();
    fireEvent.click(screen.getByLabelText('Archived (1)'));
    expect(await screen.findByText('Old one')).toBeTruthy();
    expect(router.state.location.search).toEqual({ archived: true });
    fireEvent.change(screen.getByLabelText('Search projects'), { target: { value: 'p4' } });
    await waitFor(() => expect(cards()).toBe(1));
    fireEvent.change(screen.getByLabelText('Search projects'), { target: { value: 'nothing like it' } });
    expect(await screen.findByText('No project matches')).toBeTruthy();
    await act(() => router.navigate({ to: '/', search: { role: 'viewer' } }));
    await waitFor(() => expect(cards()).toBe(1));
  });

  it('says what to do when all are archived', async () => {
    renderApp('/', { 'GET /projects': { items: [archived], next: null } });
    expect(await screen.findByText(/All of your projects are archived/)).toBeTruthy();
  });
});
