import type { Batch } from '@emberlab/contract';
import { act, fireEvent, screen, waitFor } from '@testing-library/react';
import { beforeEach, describe, expect, it } from 'vitest';
import { busySession, readyEnvironment, renderApp } from '../../test/app.tsx';
import { FakeEventSource } from '../../test/fake-event-source.ts';

const at = '2026-01-31T09:30:00.000Z';
const batch: Batch = {
  id: 7,
  name: null,
  file: '/data/projects/demo/Resources/nightly.py',
  state: 'running',
  owner: { email: 'bea@example.org', name: 'Bea' },
  mine: false,
  applicationId: 'local-1',
  revision: 1,
  external: null,
  problem: null,
  createdAt: at,
  endedAt: null,
};
const there: Batch = {
  ...batch,
  id: 8,
  file: 'hdfs:///jobs/weekly.py',
  external: { livy: 'livy:8998', sparkUiUrl: 'http://yarn:8088/proxy/app-1' },
};
const listOf = (...items: Batch[]) => ({ 'GET /projects/demo/batches': { items, next: null } });

describe('batches', () => {
  beforeEach(() => {
    FakeEventSource.all = [];
  });

  it('have a list of their own, with their logs, and change as the stream of events says', async () => {
    renderApp('/projects/demo/applications', listOf(batch));
    expect(await screen.findByText('nightly.py')).toBeTruthy();
    expect(screen.getByText('Bea · local-1')).toBeTruthy();
    expect(screen.getByRole('link', { name: 'Log of nightly.py' }).getAttribute('href')).toBe(
      '/projects/demo/batches/7/log',
    );
    const failed: Batch = { ...batch, state: 'dead', problem: 'ValueError: no such month', endedAt: at };
    act(() => {
      FakeEventSource.latest.open();
      FakeEventSource.latest.send({ type: 'batch', batch: failed });
      FakeEventSource.latest.send({ type: 'batch', batch: { ...batch, id: 9, name: 'monthly' } });
    });
    expect(await screen.findByText('ValueError: no such month')).toBeTruthy();
    expect(screen.queryByRole('button', { name: 'Stop nightly.py' })).toBeNull();
    expect(screen.getByRole('button', { name: 'Stop monthly' })).toBeTruthy();
  });

  it('say that they keep libraries which are not in use any more, while they run', async () => {
    const current = readyEnvironment.current === null ? null : { ...readyEnvironment.current, number: 3 };
    renderApp('/projects/demo/applications', {
      ...listOf(
        batch,
        { ...batch, id: 8, revision: 5 },
        { ...batch, id: 9, revision: 3 },
        { ...batch, id: 10, endedAt: at },
      ),
      'GET /projects/demo/sessions': { items: [{ ...busySession, revision: 2 }], next: null },
      'GET /projects/demo/environment': { ...readyEnvironment, current },
    });
    const says = (text: string) => screen.findAllByText(`Keeps revision ${text}`);
    expect(await says('1 of the Python libraries; there is a newer one, 3')).toHaveLength(1);
    expect(await says('2 of the Python libraries; there is a newer one, 3')).toHaveLength(1);
    expect(await says('5 of the Python libraries; 3 is in use again')).toHaveLength(1);
    expect(screen.getAllByText(/^Keeps revision/)).toHaveLength(3);
  });

  it('are stopped there', async () => {
    const { calls } = renderApp('/projects/demo/applications', {
      ...listOf(batch),
      'DELETE /projects/demo/batches/7': { ...batch, state: 'shutting_down' },
    });
    fireEvent.click(await screen.findByRole('button', { name: 'Stop nightly.py' }));
    expect(await screen.findByText('Stopping')).toBeTruthy();
    expect(calls.some(({ route }) => route === 'DELETE /projects/demo/batches/7')).toBe(true);
  });

  it('of a project’s Livy say where they run, and have the link that Livy gives', async () => {
    renderApp('/projects/demo/applications', listOf(there));
    expect(await screen.findByText('Bea · local-1 · on livy:8998')).toBeTruthy();
    const link = screen.getByRole('link', { name: 'Spark UI of weekly.py' });
    expect(link.getAttribute('href')).toBe('http://yarn:8088/proxy/app-1');
  });

  it('are not spoken of where there are none', async () => {
    const { calls } = renderApp('/projects/demo/applications', listOf());
    await screen.findByText('No Spark applications yet');
    await waitFor(() => expect(calls.some(({ route }) => route === 'GET /projects/demo/batches')).toBe(true));
    expect(screen.queryByText('Batches')).toBeNull();
  });

  it('have a page with their log', async () => {
    renderApp('/projects/demo/batches/7/log', { 'GET /projects/demo/batches/7': { ...batch, name: 'nightly' } });
    expect(await screen.findByRole('heading', { name: 'Log of nightly' })).toBeTruthy();
    expect(screen.getByText('Log of batch 7')).toBeTruthy();
    expect(screen.getByRole('button', { name: 'Stop nightly' })).toBeTruthy();
  });
});
