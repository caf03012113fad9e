import type { AlertDelivery, AlertReceiver, AlertRule } from '@emberlab/contract';
import { fireEvent, render, screen, waitFor, within } from '@testing-library/react';
import { QueryClientProvider } from '@tanstack/react-query';
import { describe, expect, it } from 'vitest';
import { createQueryClient } from '../../app/query-client.ts';
import { UiProvider } from '../../app/ui-provider.tsx';
import { project, Refusal, renderApp, type Answers } from '../../test/app.tsx';
import { applyEvent } from '../../lib/use-live.ts';
import { ProjectContext } from '../projects/project-context.ts';
import { readAlertsSearch } from './alerts-search.ts';
import { JobRules } from './job-rules-form.tsx';

const at = '2026-01-31T09:30:00.000Z';
const page = '/projects/demo/settings/alerts';
const base = '/projects/demo/alerts';

const chat: AlertReceiver = {
  id: 'receiver0001',
  name: 'Team chat',
  type: 'webhook',
  target: 'https://chat.example.org/hooks/1',
  last: { state: 'retrying', at },
  createdAt: at,
};
const onCall: AlertReceiver = {
  id: 'receiver0002',
  name: 'On call',
  type: 'email',
  target: 'ada@example.org, bob@example.org',
  last: null,
  createdAt: at,
};
const failed: AlertRule = { event: 'failed', receivers: [chat.id], afterMinutes: null };
const delivery: AlertDelivery = {
  id: 'delivery0001',
  event: 'failed',
  state: 'given-up',
  receiver: { id: chat.id, name: chat.name, type: 'webhook' },
  job: { id: 1, name: 'nightly' },
  execution: 12,
  attempts: 8,
  createdAt: at,
  nextAt: null,
  endedAt: at,
  code: 500,
  answer: '<b>out of order</b>\u202e',
  problem: 'It answered 500.',
};

const receivers = (...items: AlertReceiver[]) => ({ items, next: null, emailAvailable: false });
const filled: Answers = {
  [`GET ${base}/receivers`]: receivers(chat, onCall),
  [`GET ${base}/rules`]: { rules: [failed] },
  [`GET ${base}/deliveries`]: { items: [delivery], next: null },
};
const empty: Answers = {
  [`GET ${base}/receivers`]: receivers(),
  [`GET ${base}/rules`]: { rules: [] },
  [`GET ${base}/deliveries`]: { items: [], next: null },
};
const row = (name: RegExp) => screen.findByRole('row', { name });

describe('the page of alerts', () => {
  it('says what to do where there is nothing yet, and what went wrong where it could not be loaded', async () => {
    renderApp(page, empty);
    expect(await screen.findByText('Nobody can be told yet')).toBeTruthy();
    expect(await screen.findByText('Nothing has been sent yet')).toBeTruthy();
  });

  it('leads from a delivery to the run that it is of', async () => {
    renderApp(page, filled);
    const link = within(await row(/nightly/)).getByRole('link', { name: 'nightly, run 12' });
    expect(link.getAttribute('href')).toBe('/projects/demo/jobs/runs/12');
  });

  it('offers to try again what could not be loaded', async () => {
    const answers: Answers = { ...filled, [`GET ${base}/deliveries`]: new Refusal(503, 'unavailable', 'Not now.') };
    renderApp(page, answers);
    const failure = await screen.findByText('Not now.');
    answers[`GET ${base}/deliveries`] = filled[`GET ${base}/deliveries`];
    fireEvent.click(within(failure.closest('[role=alert]') as HTMLElement).getByRole('button', { name: 'Retry' }));
    expect(await row(/nightly/)).toBeTruthy();
  });

  it('adds a webhook and shows its secret once', async () => {
    const secret = 'whsec_abc';
    const { calls } = renderApp(page, { ...empty, [`POST ${base}/receivers`]: { receiver: chat, secret } });
    fireEvent.click(await screen.findByRole('button', { name: 'Add receiver' }));
    const dialog = await screen.findByRole('dialog');
    fireEvent.click(within(dialog).getByRole('button', { name: 'Add' }));
    expect(await within(dialog).findByText('Please enter a name.')).toBeTruthy();
    fireEvent.change(within(dialog).getByLabelText('Name'), { target: { value: 'Team chat' } });
    fireEvent.change(within(dialog).getByLabelText('Address'), { target: { value: 'http://chat.example.org' } });
    expect(within(dialog).getByText(/can be read on its way/)).toBeTruthy();
    fireEvent.change(within(dialog).getByLabelText('Address'), { target: { value: chat.target } });
    fireEvent.click(within(dialog).getByRole('button', { name: 'Add' }));
    expect(await within(dialog).findByText(secret)).toBeTruthy();
    expect(calls.find(({ route }) => route === `POST ${base}/receivers`)?.body).toEqual({
      type: 'webhook',
      name: 'Team chat',
      url: chat.target,
    });
    fireEvent.click(within(dialog).getByRole('button', { name: 'Done' }));
    await waitFor(() => expect(screen.queryByText(secret)).toBeNull());
  });

  it('adds e-mail addresses, and says that an administrator has to set how they are reached', async () => {
    const { calls } = renderApp(page, { ...empty, [`POST ${base}/receivers`]: { receiver: onCall, secret: null } });
    fireEvent.click(await screen.findByRole('button', { name: 'Add receiver' }));
    const dialog = await screen.findByRole('dialog');
    fireEvent.click(within(dialog).getByLabelText('E-mail'));
    expect(await within(dialog).findByText(/EMBERLAB_SMTP_URL/)).toBeTruthy();
    fireEvent.change(within(dialog).getByLabelText('Name'), { target: { value: 'On call' } });
    const addresses = within(dialog).getByLabelText('E-mail addresses');
    fireEvent.change(addresses, { target: { value: 'ada@example.org\nbob' } });
    fireEvent.click(within(dialog).getByRole('button', { name: 'Add' }));
    expect(await within(dialog).findByText(/^bob: Please enter an e-mail address/)).toBeTruthy();
    fireEvent.change(addresses, { target: { value: 'ada@example.org, bob@example.org' } });
    fireEvent.click(within(dialog).getByRole('button', { name: 'Add' }));
    await waitFor(() => expect(screen.queryByRole('dialog')).toBeNull());
    expect(calls.find(({ route }) => route === `POST ${base}/receivers`)?.body).toMatchObject({
      addresses: ['ada@example.org', 'bob@example.org'],
    });
  });

  it('shows what the server says of a field at the field', async () => {
    const message = '10.0.0.1 is in a private network.';
    renderApp(page, {
      ...filled,
      [`PUT ${base}/receivers/${chat.id}`]: new Refusal(400, 'bad_request', message, 'url'),
    });
    fireEvent.click(await screen.findByRole('button', { name: 'More about Team chat' }));
    fireEvent.click(await screen.findByRole('menuitem', { name: 'Change' }));
    const dialog = await screen.findByRole('dialog');
    const address = within(dialog).getByLabelText<HTMLInputElement>('Address');
    expect(address.value).toBe(chat.target);
    fireEvent.click(within(dialog).getByRole('button', { name: 'Save' }));
    expect(await within(dialog).findByText(message)).toBeTruthy();
  });

  it('sends a test and says what came of it, with the receiver’s answer as text', async () => {
    const tried: AlertDelivery = { ...delivery, event: 'test', job: null, execution: null };
    renderApp(page, { ...filled, [`POST ${base}/receivers/${chat.id}/test`]: tried });
    fireEvent.click(await screen.findByRole('button', { name: 'Send a test to Team chat' }));
    expect(await screen.findByText('Team chat did not get the test')).toBeTruthy();
    expect(screen.getByText(/^<b>out of order<\/b>/)).toBeTruthy();
  });

  it('removes a receiver after it has said what is lost', async () => {
    const { calls } = renderApp(page, { ...filled, [`DELETE ${base}/receivers/${chat.id}`]: {} });
    fireEvent.click(await screen.findByRole('button', { name: 'More about Team chat' }));
    fireEvent.click(await screen.findByRole('menuitem', { name: 'Remove' }));
    const dialog = await screen.findByRole('dialog');
    expect(within(dialog).getByText(/taken out of all rules/)).toBeTruthy();
    fireEvent.click(within(dialog).getByRole('button', { name: 'Remove' }));
    await waitFor(() => expect(screen.queryByRole('dialog')).toBeNull());
    expect(calls.some(({ route }) => route === `DELETE ${base}/receivers/${chat.id}`)).toBe(true);
  });

  it('gives a webhook a new secret', async () => {
    renderApp(page, {
      ...filled,
      [`POST ${base}/receivers/${chat.id}/secret`]: { receiver: chat, secret: 'whsec_new' },
    });
    fireEvent.click(await screen.findByRole('button', { name: 'More about Team chat' }));
    fireEvent.click(await screen.findByRole('menuitem', { name: 'New secret' }));
    const dialog = await screen.findByRole('dialog');
    fireEvent.click(within(dialog).getByRole('button', { name: 'Make a new secret' }));
    expect(await within(dialog).findByText('whsec_new')).toBeTruthy();
  });

  it('sets who is told of an event, and after how long a run is slow', async () => {
    const { calls } = renderApp(page, { ...filled, [`PUT ${base}/rules`]: { rules: [failed] } });
    const save = await screen.findByRole<HTMLButtonElement>('button', { name: 'Save rules' });
    expect(save.disabled).toBe(true);
    fireEvent.click(screen.getByLabelText('Slow: who is told', { selector: 'input' }));
    fireEvent.click(await screen.findByRole('option', { name: 'On call' }));
    const minutes = screen.getByLabelText('Slow: after how many minutes');
    fireEvent.change(minutes, { target: { value: '' } });
    expect(save.disabled).toBe(true);
    fireEvent.change(minutes, { target: { value: '30 min' } });
    fireEvent.click(save);
    await waitFor(() =>
      expect(calls.find(({ route }) => route === `PUT ${base}/rules`)?.body).toEqual({
        rules: [failed, { event: 'slow', receivers: [onCall.id], afterMinutes: 30 }],
      }),
    );
  });

  it('lists what was sent with why it did not arrive, and sends it again', async () => {
    const { calls } = renderApp(page, {
      ...filled,
      [`POST ${base}/deliveries/${delivery.id}/resend`]: { ...delivery, state: 'queued' },
    });
    const found = await row(/nightly/);
    expect(within(found).getByText('Given up')).toBeTruthy();
    expect(screen.getByText(/It answered 500\. Its answer: <b>out of order<\/b>/).textContent).not.toContain('\u202e');
    fireEvent.click(screen.getByRole('button', { name: /^Send again: nightly, run 12/ }));
    await waitFor(() => expect(calls.some(({ route }) => route.endsWith('/resend'))).toBe(true));
  });

  it('keeps its filters in the address, and shows what has changed when it is told so', async () => {
    const answers: Answers = { ...filled, [`GET ${base}/deliveries?state=open`]: { items: [], next: null } };
    const { router, queryClient } = renderApp(page, answers);
    await row(/nightly/);
    fireEvent.click(screen.getByLabelText('Open'));
    expect(await screen.findByText('No delivery matches')).toBeTruthy();
    expect(router.state.location.search).toEqual({ show: 'open' });
    answers[`GET ${base}/deliveries?state=open`] = { items: [{ ...delivery, state: 'sending' }], next: null };
    applyEvent(queryClient, 'demo', { type: 'alerts' });
    expect(within(await row(/nightly/)).getByText('Being sent')).toBeTruthy();
  });

  it('reads addresses that were written by hand', () => {
    expect(readAlertsSearch({ show: 'delivered', receiver: 'receiver0001' })).toEqual({
      show: 'delivered',
      receiver: 'receiver0001',
    });
    expect(readAlertsSearch({ show: 'x', receiver: '../' })).toEqual({ show: undefined, receiver: undefined });
  });

  it('lets viewers see receivers and rules, and change nothing', async () => {
    renderApp(page, { ...filled, 'GET /projects/demo': { ...project, role: 'viewer' } });
    expect(await row(/Team chat/)).toBeTruthy();
    expect(await screen.findByText('A run ended without success, or was lost')).toBeTruthy();
    for (const name of [/Add receiver/, /Send a test/, /More about/, /Save rules/]) {
      expect(screen.queryByRole('button', { name })).toBeNull();
    }
    expect(screen.queryByText('Deliveries')).toBeNull();
  });
});

describe('the rules of a job', () => {
  const path = 'PUT /projects/demo/jobs/1/alerts';

  it('are the project’s, until it has one of its own', async () => {
    const { calls } = renderApp('/', {
      ...filled,
      'GET /projects/demo/jobs/1/alerts': { rules: [], project: [failed] },
      [path]: { rules: [{ ...failed, receivers: [] }], project: [failed] },
    });
    render(
      <QueryClientProvider client={createQueryClient()}>
        <UiProvider env="test">
          <ProjectContext value={project}>
            <JobRules job={1} />
          </ProjectContext>
        </UiProvider>
      </QueryClientProvider>,
    );
    expect(await screen.findByText('Told: Team chat')).toBeTruthy();
    expect(screen.getAllByText('Told: nobody')).toHaveLength(3);
    const whose = screen.getByRole('radiogroup', { name: 'Failed: whose rule' });
    fireEvent.click(within(whose).getByLabelText('Own rule'));
    fireEvent.click(screen.getByRole('button', { name: 'Save rules' }));
    await waitFor(() => expect(calls.find(({ route }) => route === path)?.body).toEqual({ rules: [failed] }));
  });
});
