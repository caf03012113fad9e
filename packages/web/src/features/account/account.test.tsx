import { fireEvent, screen, waitFor, within } from '@testing-library/react';
import { describe, expect, it } from 'vitest';
import { Refusal, renderApp } from '../../test/app.tsx';

const at = '2026-01-31T09:30:00.000Z';
const login = { current: false, address: '192.0.2.1', userAgent: null, createdAt: at, lastSeenAt: at, expiresAt: at };
const answers = {
  'GET /me/tokens': { items: [], next: null },
  'GET /me/sign-in': { password: true, openId: null },
  'GET /me/logins': {
    items: [
      { ...login, id: 'login0000001', current: true, userAgent: 'Mozilla/5.0 (X11; Linux x86_64) Firefox/140.0' },
      { ...login, id: 'login0000002', userAgent: 'Mozilla/5.0 (Windows NT 10.0) Chrome/142.0 Safari/537.36' },
    ],
    next: null,
  },
};

describe('the account page', () => {
  it('lists where one is logged in, marks this browser, and ends another', async () => {
    const { calls } = renderApp('/account', { ...answers, 'DELETE /me/logins/login0000002': {} });
    const here = (await screen.findByText('Firefox on Linux')).closest('tr');
    expect(within(here as HTMLElement).getByText('This one')).toBeTruthy();
    expect(within(here as HTMLElement).queryByRole('button')).toBeNull();
    fireEvent.click(screen.getByRole('button', { name: 'Log out Chromium on Windows at 192.0.2.1' }));
    await waitFor(() => expect(calls.some((call) => call.route === 'DELETE /me/logins/login0000002')).toBe(true));
  });

  it('ends all others at once', async () => {
    const { calls } = renderApp('/account', { ...answers, 'DELETE /me/logins': {} });
    fireEvent.click(await screen.findByRole('button', { name: 'Log out everywhere else' }));
    await waitFor(() => expect(calls.some((call) => call.route === 'DELETE /me/logins')).toBe(true));
  });

  it('changes the password, and puts what is wrong where it is', async () => {
    const message = 'This password is among those that are tried first.';
    const { calls } = renderApp('/account', {
      ...answers,
      'PUT /me/password': new Refusal(400, 'weak_password', message, 'password'),
    });
    fireEvent.change(await screen.findByLabelText('Present password', { selector: 'input' }), {
      target: { value: 'the present one' },
    });
    fireEvent.change(screen.getByLabelText('New password', { selector: 'input' }), {
      target: { value: 'Password2026!' },
    });
    fireEvent.click(screen.getByRole('button', { name: 'Change password' }));
    expect(await screen.findByText(message)).toBeTruthy();
    expect(calls.find((call) => call.route === 'PUT /me/password')?.body).toEqual({
      current: 'the present one',
      password: 'Password2026!',
    });
  });

  it('says that there is no password where one logs in through the provider', async () => {
    renderApp('/account', {
      ...answers,
      'GET /me/sign-in': { password: false, openId: { label: 'Example Login', linked: true } },
    });
    expect(await screen.findByText('You can log in with Example Login.')).toBeTruthy();
    expect(screen.queryByRole('button', { name: 'Unlink' })).toBeNull();
    expect(screen.queryByLabelText('New password')).toBeNull();
  });
});

describe('the page of service accounts', () => {
  const account = {
    id: 'robot0000001',
    email: 'nightly@service.invalid',
    name: 'Nightly',
    tokens: 0,
    createdAt: at,
    lastUsedAt: null,
  };

  it('makes tokens of an account', async () => {
    const { calls } = renderApp('/admin/service-accounts', {
      'GET /service-accounts': { items: [account], next: null },
      'GET /service-accounts/robot0000001/tokens': { items: [], next: null },
      'POST /service-accounts/robot0000001/tokens': {
        id: 'token0000001',
        name: 'cron',
        scopes: ['read'],
        projects: null,
        createdAt: at,
        expiresAt: null,
        lastUsedAt: null,
        secret: 'ember_token_x',
      },
    });
    fireEvent.click(await screen.findByRole('button', { name: 'Tokens of Nightly' }));
    expect(await screen.findByText('API tokens of Nightly')).toBeTruthy();
    fireEvent.click(screen.getByRole('button', { name: 'Create token' }));
    const dialog = within(await screen.findByRole('dialog'));
    fireEvent.change(dialog.getByLabelText('Name'), { target: { value: 'cron' } });
    fireEvent.click(dialog.getByLabelText('Run'));
    // It never administers, whoever makes it.
    expect(dialog.queryByLabelText('Administer')).toBeNull();
    fireEvent.click(dialog.getByRole('button', { name: 'Create token' }));
    expect(await screen.findByText('ember_token_x')).toBeTruthy();
    const made = calls.find((call) => call.route.startsWith('POST /service-accounts'));
    expect(made?.body).toEqual({ name: 'cron', scopes: ['read', 'manage'], projects: null, expiresInDays: 90 });
  });
});
