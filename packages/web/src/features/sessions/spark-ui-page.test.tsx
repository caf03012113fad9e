import { fireEvent, screen, waitFor } from '@testing-library/react';
import { describe, expect, it } from 'vitest';
import { busySession, Refusal, renderApp } from '../../test/app.tsx';

const page = '/projects/demo/applications/7/ui';
const open = 'POST /projects/demo/sessions/7/ui';

describe('the page on the way to a Spark UI', () => {
  it('offers no second try for an application that has ended', async () => {
    renderApp(page, { [open]: new Refusal(409, 'session_ended', 'This Spark application has ended.') });
    expect(await screen.findByText('This Spark application has ended.')).toBeTruthy();
    expect(screen.queryByRole('button', { name: 'Retry' })).toBeNull();
  });

  it('says that the pages of an application that has ended are made from its event log', async () => {
    const ended = { ...busySession, id: 7, state: 'dead', metrics: null, endedAt: busySession.createdAt };
    renderApp(page, { 'GET /projects/demo/sessions/7': ended, [open]: new Promise(() => undefined) });
    expect(await screen.findByText(/has ended: Spark makes its pages from its event log now/)).toBeTruthy();
    expect(screen.getByText('churn.ipynb')).toBeTruthy();
  });

  it('says nothing of an event log while the application runs', async () => {
    const { calls, queryClient } = renderApp(page, {
      'GET /projects/demo/sessions/7': { ...busySession, id: 7 },
      [open]: new Promise(() => undefined),
    });
    await waitFor(() => expect(calls.some(({ route }) => route === 'GET /projects/demo/sessions/7')).toBe(true));
    await waitFor(() => expect(queryClient.isFetching()).toBe(0));
    expect(screen.getByLabelText('Please wait')).toBeTruthy();
    expect(screen.queryByText(/event log/)).toBeNull();
  });

  it('can try again while the Spark UI is not up yet', async () => {
    const { calls } = renderApp(page, { [open]: new Refusal(409, 'ui_unavailable', 'It is not up yet.') });
    fireEvent.click(await screen.findByRole('button', { name: 'Retry' }));
    await waitFor(() => expect(calls.filter((call) => call.route === open)).toHaveLength(2));
  });
});
