import type { Session } from '@emberlab/contract';
import { screen } from '@testing-library/react';
import { describe, expect, it } from 'vitest';
import { busySession, renderApp } from '../../test/app.tsx';

const external: Session = {
  ...busySession,
  uiAvailable: false,
  metrics: null,
  external: { livy: 'livy:8998', sparkUiUrl: 'http://yarn:8088/proxy/app-1', driverLogUrl: null },
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
});
