import { fireEvent, screen, waitFor } from '@testing-library/react';
import { describe, expect, it } from 'vitest';
import { Refusal, renderApp } from '../../test/app.tsx';

const page = '/projects/demo/applications/7/ui';
const open = 'POST /projects/demo/sessions/7/ui';

describe('the page on the way to a Spark UI', () => {
  it('offers no second try for an application that has ended', async () => {
    renderApp(page, { [open]: new Refusal(409, 'session_ended', 'This Spark application has ended.') });
    expect(await screen.findByText('This Spark application has ended.')).toBeTruthy();
    expect(screen.queryByRole('button', { name: 'Retry' })).toBeNull();
  });

  it('can try again while the Spark UI is not up yet', async () => {
    const { calls } = renderApp(page, { [open]: new Refusal(409, 'ui_unavailable', 'It is not up yet.') });
    fireEvent.click(await screen.findByRole('button', { name: 'Retry' }));
    await waitFor(() => expect(calls.filter((call) => call.route === open)).toHaveLength(2));
  });
});
