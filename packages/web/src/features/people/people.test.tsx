import type { Person } from '@emberlab/contract';
import { fireEvent, screen, waitFor, within } from '@testing-library/react';
import { describe, expect, it } from 'vitest';
import { Refusal, renderApp, user } from '../../test/app.tsx';
import { readPeopleSearch } from './people-search.ts';

const at = '2026-01-31T09:30:00.000Z';
const own: Person = { ...user, disabledAt: null, locked: false, lastSeenAt: at, projects: 2 };
const bob: Person = {
  ...own,
  id: 'user00000002',
  email: 'bob@example.org',
  name: 'Bob',
  admin: false,
  lastSeenAt: null,
};
const listOf = (...items: Person[]) => ({ items, next: null });
const menuOf = async (email: string) => {
  fireEvent.click(await screen.findByRole('button', { name: `Actions for ${email}` }));
  return screen.findByRole('menu');
};

describe('the page of users', () => {
  it('says who is an administrator, disabled or locked out', async () => {
    const people = listOf(own, { ...bob, locked: true }, { ...bob, id: 'user00000003', name: 'Cat', disabledAt: at });
    renderApp('/admin/users', { 'GET /admin/users': people });
    const rows = (await screen.findAllByRole('row')).slice(1).map((row) => row.textContent);
    expect(rows[0]).toMatch(/Ada.*administrator.*you.*Active/);
    expect(rows[1]).toMatch(/Bob.*Locked out.*not logged in/);
    expect(rows[2]).toMatch(/Cat.*Disabled/);
  });

  it('disables an account once it is clear what that means, and says why it was not', async () => {
    const answers: Record<string, unknown> = {
      'GET /admin/users': listOf(own, bob),
      'POST /admin/users/bob%40example.org/disable': new Refusal(409, 'last_administrator', 'There has to be one.'),
    };
    const { calls } = renderApp('/admin/users', answers);
    fireEvent.click(within(await menuOf(bob.email)).getByRole('menuitem', { name: 'Disable' }));
    const dialog = await screen.findByRole('dialog');
    expect(within(dialog).getByText(/end within seconds/)).toBeTruthy();
    const press = () => fireEvent.click(within(dialog).getByRole('button', { name: 'Disable' }));
    press();
    expect(await within(dialog).findByText('There has to be one.')).toBeTruthy();
    answers['POST /admin/users/bob%40example.org/disable'] = { ...bob, disabledAt: at };
    answers['GET /admin/users'] = listOf(own, { ...bob, disabledAt: at });
    press();
    expect(await screen.findByText('Disabled', { selector: 'td *' })).toBeTruthy();
    expect(calls.filter(({ route }) => route.endsWith('/disable'))).toHaveLength(2);
  });

  it('enables, unlocks, and makes administrators', async () => {
    const base = '/admin/users/bob%40example.org';
    const answers: Record<string, unknown> = {
      'GET /admin/users': listOf({ ...bob, locked: true }),
      [`POST ${base}/unlock`]: bob,
      [`PUT ${base}/administrator`]: bob,
      [`POST ${base}/enable`]: bob,
    };
    const { calls } = renderApp('/admin/users', answers);
    const choose = async (item: string, button: string) => {
      fireEvent.click(within(await menuOf(bob.email)).getByRole('menuitem', { name: item }));
      fireEvent.click(within(await screen.findByRole('dialog')).getByRole('button', { name: button }));
      await waitFor(() => expect(screen.queryByRole('dialog')).toBeNull());
    };
    await choose('Make administrator', 'Make administrator');
    answers['GET /admin/users'] = listOf({ ...bob, disabledAt: at });
    await choose('Unlock', 'Unlock');
    await screen.findByText('Disabled', { selector: 'td *' });
    await choose('Enable', 'Enable');
    expect(calls.filter(({ route }) => !route.startsWith('GET')).map(({ route, body }) => [route, body])).toEqual([
      [`PUT ${base}/administrator`, { admin: true }],
      [`POST ${base}/unlock`, undefined],
      [`POST ${base}/enable`, undefined],
    ]);
  });

  it('lets nobody lock themselves out', async () => {
    renderApp('/admin/users', { 'GET /admin/users': listOf(own, bob) });
    const menu = await menuOf(own.email);
    for (const name of ['Disable', 'Make no administrator']) {
      expect(within(menu).getByRole<HTMLButtonElement>('menuitem', { name }).disabled).toBe(true);
    }
  });

  it('reads addresses that were written by hand', () => {
    expect(readPeopleSearch({ q: 5, show: 'disabled' })).toEqual({ q: '5', show: 'disabled' });
    expect(readPeopleSearch({ q: '', show: 'x' })).toEqual({ q: undefined, show: undefined });
  });
});
