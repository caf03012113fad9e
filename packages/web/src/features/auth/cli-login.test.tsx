import { fireEvent, screen, within } from '@testing-library/react';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { renderApp, user } from '../../test/app.tsx';
import { readCliSearch, returnUrl } from './cli-search.ts';

const challenge = 'c'.repeat(43);
const state = 's'.repeat(43);

describe('the page that logs in the command line', () => {
  afterEach(() => vi.restoreAllMocks());

  it('says what is granted, grants that, and brings the code to this machine', async () => {
    const assign = vi.spyOn(window.location, 'assign').mockImplementation(() => undefined);
    const { calls } = renderApp(`/cli-login?port=4567&state=${state}&challenge=${challenge}&host=laptop`, {
      'POST /me/cli': { code: 'the-code' },
    });
    expect(await screen.findByText(`emberlab on laptop asks for a token of ${user.email}.`)).toBeTruthy();
    fireEvent.click(screen.getByLabelText('Manage'));
    fireEvent.click(screen.getByRole('button', { name: 'Allow' }));
    await vi.waitFor(() => expect(assign).toHaveBeenCalledWith(`http://127.0.0.1:4567/?code=the-code&state=${state}`));
    expect(calls.find((call) => call.route === 'POST /me/cli')?.body).toEqual({
      name: 'emberlab on laptop',
      challenge,
      scopes: ['read', 'run'],
      projects: null,
      expiresInDays: 90,
    });
  });

  it('shows the code where it has to be typed', async () => {
    renderApp(`/cli-login?challenge=${challenge}`, { 'POST /me/cli': { code: 'the-code' } });
    fireEvent.click(await screen.findByRole('button', { name: 'Allow' }));
    expect(await screen.findByText('the-code')).toBeTruthy();
  });

  it('grants nothing before somebody says so', async () => {
    const { calls } = renderApp(`/cli-login?port=4567&state=${state}&challenge=${challenge}`);
    fireEvent.click(await screen.findByRole('button', { name: 'Cancel' }));
    expect(await screen.findByText('Nothing was granted')).toBeTruthy();
    expect(calls.some((call) => call.route === 'POST /me/cli')).toBe(false);
  });

  it.each([['80'], ['0'], ['65536'], ['4567@evil.example'], ['4567/../..'], ['1e9']])(
    'goes to no port that is none: %s',
    (port) => expect(returnUrl(readCliSearch({ port, state, challenge }), 'c')).toBeNull(),
  );
});

describe('the login page', () => {
  const loggedOut = { setUpNeeded: false, user: null, openId: { label: 'Example Login' } };

  it('leads through the provider, where there is one', async () => {
    const assign = vi.spyOn(window.location, 'assign').mockImplementation(() => undefined);
    const { calls } = renderApp('/login?next=/account', {
      'GET /auth/state': loggedOut,
      'POST /auth/openid': { url: 'https://provider.example/authorize' },
    });
    fireEvent.click(await screen.findByRole('button', { name: 'Log in with Example Login' }));
    await vi.waitFor(() => expect(assign).toHaveBeenCalledWith('https://provider.example/authorize'));
    expect(calls.find((call) => call.route === 'POST /auth/openid')?.body).toEqual({ next: '/account' });
  });

  it('says why that led back, in words of ours alone', async () => {
    renderApp('/login?problem=openid_email', { 'GET /auth/state': loggedOut });
    const notice = within(await screen.findByRole('alert'));
    expect(notice.getByText(/does not vouch for your e-mail address/)).toBeTruthy();
  });

  it.each(['constructor', 'call 555 now', 'internal'])('shows nothing for a code that is none: %s', async (problem) => {
    renderApp(`/login?problem=${encodeURIComponent(problem)}`, { 'GET /auth/state': loggedOut });
    await screen.findByLabelText('E-mail');
    expect(screen.queryByRole('alert')).toBeNull();
  });
});
