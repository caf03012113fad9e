import type { ServerRun } from '@emberlab/contract';
import { fireEvent, screen, waitFor, within } from '@testing-library/react';
import { expect, it } from 'vitest';
import { renderApp, stoppedServer } from '../../test/app.tsx';

const run = (id: string, day: string): ServerRun => ({
  id,
  state: 'stopped',
  createdAt: `2026-01-${day}T09:30:00.000Z`,
  readyAt: null,
  endedAt: `2026-01-${day}T10:30:00.000Z`,
  stopReason: 'time',
  problem: null,
});

it('lists earlier runs, and shows the log of the one that is chosen', async () => {
  const { calls } = renderApp('/projects/demo/jupyter/log', {
    'GET /projects/demo/jupyter/server': stoppedServer,
    'GET /projects/demo/jupyter/server/runs': {
      items: [run('server000001', '31'), run('server000002', '30')],
      next: null,
    },
    'GET /projects/demo/jupyter/server/log': 'one line',
  });
  const runs = await screen.findByRole('combobox', { name: 'Run' });
  expect(within(runs).getAllByRole('option')).toHaveLength(3);
  expect(await screen.findByText('one line')).toBeTruthy();
  const asked = () => calls.filter((call) => call.route.endsWith('/server/log')).length;
  const before = asked();
  fireEvent.change(runs, { target: { value: 'server000002' } });
  await waitFor(() => expect(asked()).toBe(before + 1));
  expect(screen.getByRole<HTMLAnchorElement>('link', { name: 'Download' }).href).toContain('run=server000002');
});
