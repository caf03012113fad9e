import type { LivyBatch, Session } from '@emberlab/contract';
import { fireEvent, screen, waitFor } from '@testing-library/react';
import { describe, expect, it } from 'vitest';
import { busySession, renderApp } from '../../test/app.tsx';

const at = '2026-01-31T09:30:00.000Z';
const external: Session = {
  ...busySession,
  uiAvailable: false,
  metrics: null,
  external: { livy: 'livy:8998', sparkUiUrl: 'http://yarn:8088/proxy/app-1', driverLogUrl: null },
};
const batch: LivyBatch = {
  id: 7,
  name: null,
  file: 'hdfs:///jobs/nightly.py',
  state: 'running',
  owner: { email: 'bea@example.org', name: 'Bea' },
  mine: false,
  applicationId: 'application_1',
  sparkUiUrl: null,
  problem: null,
  createdAt: at,
  endedAt: null,
};

describe('applications on a project’s Livy', () => {
  it('are listed with where they run and the link that Livy gives', async () => {
    renderApp('/projects/demo/jupyter', { 'GET /projects/demo/sessions': { items: [external], next: null } });
    const link = await screen.findByRole('link', { name: 'Spark UI of churn.ipynb' });
    expect(link.getAttribute('href')).toBe('http://yarn:8088/proxy/app-1');
    expect(link.getAttribute('rel')).toBe('noopener noreferrer');
    expect(screen.getByText(/on livy:8998/)).toBeTruthy();
    expect(screen.getByRole('button', { name: 'Stop churn.ipynb' })).toBeTruthy();
  });

  it('have no link where Livy gives none', async () => {
    const without = { ...external, external: { livy: 'livy:8998', sparkUiUrl: null, driverLogUrl: null } };
    renderApp('/projects/demo/jupyter', { 'GET /projects/demo/sessions': { items: [without], next: null } });
    await screen.findByText('churn.ipynb');
    expect(screen.queryByRole('link', { name: /^Spark UI/ })).toBeNull();
  });

  it('batches have a list of their own, from which they are stopped', async () => {
    const { calls } = renderApp('/projects/demo/applications', {
      'GET /projects/demo/livy/batches': { items: [batch], next: null },
      'DELETE /projects/demo/livy/batches/7': { ...batch, state: 'shutting_down' },
    });
    expect(await screen.findByText('nightly.py')).toBeTruthy();
    expect(screen.getByText('Bea · application_1')).toBeTruthy();
    fireEvent.click(screen.getByRole('button', { name: 'Stop nightly.py' }));
    await waitFor(() => expect(calls.some(({ route }) => route === 'DELETE /projects/demo/livy/batches/7')).toBe(true));
  });

  it('show nothing of batches where there are none', async () => {
    const { calls } = renderApp('/projects/demo/applications', {
      'GET /projects/demo/livy/batches': { items: [], next: null },
    });
    await screen.findByText('No Spark applications yet');
    await waitFor(() => expect(calls.some(({ route }) => route === 'GET /projects/demo/livy/batches')).toBe(true));
    expect(screen.queryByText('Batches on Livy')).toBeNull();
  });
});
