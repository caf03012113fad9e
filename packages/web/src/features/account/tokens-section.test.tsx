import { fireEvent, screen, waitFor, within } from '@testing-library/react';
import { describe, expect, it } from 'vitest';
import { renderApp } from '../../test/app.tsx';

const at = '2026-01-31T09:30:00.000Z';
const token = {
  id: 'token0000001',
  name: 'ci',
  scopes: null,
  projects: null,
  createdAt: at,
  expiresAt: null,
  lastUsedAt: null,
};

describe('API tokens', () => {
  it('shows the secret of a new token once', async () => {
    const { calls, queryClient } = renderApp('/account', {
      'GET /me/tokens': { items: [token], next: null },
      'POST /me/tokens': { ...token, secret: 'emb_very_secret' },
    });
    await screen.findByText('ci');
    fireEvent.click(screen.getByRole('button', { name: 'Create token' }));
    const dialog = within(await screen.findByRole('dialog'));
    fireEvent.change(dialog.getByLabelText('Name'), { target: { value: 'ci' } });
    fireEvent.click(dialog.getByRole('button', { name: 'Create token' }));
    expect(await screen.findByText('emb_very_secret')).toBeTruthy();
    expect(calls.find((call) => call.route === 'POST /me/tokens')?.body).toEqual({
      name: 'ci',
      expiresInDays: 90,
      scopes: ['read', 'run', 'manage'],
      projects: null,
    });

    fireEvent.click(screen.getByRole('button', { name: 'Done' }));
    await waitFor(() => expect(screen.queryByText('emb_very_secret')).toBeNull());
    // Opened anew, the dialog asks for the next token; nothing has kept the secret.
    fireEvent.click(screen.getByRole('button', { name: 'Create token' }));
    const again = within(await screen.findByRole('dialog'));
    expect(again.getByLabelText<HTMLInputElement>('Name').value).toBe('');
    const kept = [...queryClient.getQueryCache().getAll(), ...queryClient.getMutationCache().getAll()].map(
      (entry) => entry.state,
    );
    expect(JSON.stringify(kept)).not.toContain('emb_very_secret');
    expect(document.documentElement.outerHTML).not.toContain('emb_very_secret');
  });

  it('revokes after asking', async () => {
    const { calls } = renderApp('/account', {
      'GET /me/tokens': { items: [token], next: null },
      'DELETE /me/tokens/token0000001': {},
    });
    fireEvent.click(await screen.findByRole('button', { name: 'Revoke ci' }));
    const dialog = within(await screen.findByRole('dialog'));
    expect(calls.some((call) => call.route.startsWith('DELETE'))).toBe(false);
    fireEvent.click(dialog.getByRole('button', { name: 'Revoke' }));
    await waitFor(() => expect(calls.some((call) => call.route === 'DELETE /me/tokens/token0000001')).toBe(true));
  });
});
