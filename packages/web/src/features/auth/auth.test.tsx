import { fireEvent, screen, waitFor } from '@testing-library/react';
import { describe, expect, it } from 'vitest';
import { Refusal, renderApp, user } from '../../test/app.tsx';
import { setUpToken } from './setup-page.tsx';

const loggedOut = { 'GET /auth/state': { setUpNeeded: false, user: null } };

const logIn = async () => {
  fireEvent.change(await screen.findByLabelText('E-mail'), { target: { value: user.email } });
  fireEvent.change(screen.getByLabelText('Password', { selector: 'input' }), { target: { value: 'correct horse' } });
  fireEvent.click(screen.getByRole('button', { name: 'Log in' }));
};

describe('login', () => {
  it('is asked for first and leads to where one wanted to go', async () => {
    const { router } = renderApp('/projects/demo/jupyter', { ...loggedOut, 'POST /auth/login': user });
    await logIn();
    expect(await screen.findByRole('button', { name: 'Run Jupyter' })).toBeTruthy();
    expect(router.state.location.pathname).toBe('/projects/demo/jupyter');
  });

  it('never leads elsewhere', async () => {
    const { router } = renderApp('/login?next=//evil.example/', { ...loggedOut, 'POST /auth/login': user });
    await logIn();
    await waitFor(() => expect(router.state.location.href).toBe('/'));
  });

  it('says what the server says', async () => {
    renderApp('/login', {
      ...loggedOut,
      'POST /auth/login': new Refusal(401, 'wrong_credentials', 'The password is wrong.'),
    });
    await logIn();
    expect(await screen.findByText('The password is wrong.')).toBeTruthy();
  });

  it('is asked for again when it has ended', async () => {
    const { router } = renderApp('/projects/demo/jupyter', {
      'GET /projects/demo/sessions': new Refusal(401, 'not_logged_in', 'Please log in.'),
    });
    await screen.findByLabelText('E-mail');
    expect(router.state.location.search).toEqual({ next: '/projects/demo/jupyter' });
  });
});

describe('set-up', () => {
  it('reads the token behind the #', () => {
    expect(setUpToken('#token=abc-_1')).toBe('abc-_1');
    expect(setUpToken('')).toBe('');
  });

  it('says that it is done', async () => {
    renderApp('/setup', loggedOut);
    expect(await screen.findByText('Emberlab is set up')).toBeTruthy();
    expect(screen.getByRole('link', { name: 'Log in' }).getAttribute('href')).toBe('/login');
  });
});
