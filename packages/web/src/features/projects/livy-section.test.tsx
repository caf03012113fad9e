import type { LivySettings } from '@emberlab/contract';
import { fireEvent, screen, waitFor, within } from '@testing-library/react';
import { describe, expect, it } from 'vitest';
import { project, Refusal, renderApp, type Answers } from '../../test/app.tsx';

const page = '/projects/demo/settings/compute';
const at = '2026-01-31T09:30:00.000Z';
const none: LivySettings = { server: null, allowed: [], mayChooseAny: true };
const set: LivySettings = {
  server: { url: 'http://livy:8998', login: 'basic', user: 'ember', runAs: 'livy', changedAt: at },
  allowed: [],
  mayChooseAny: true,
};

const render = (answers: Answers) =>
  renderApp(page, { 'GET /projects/demo/members': { items: [], next: null }, ...answers });
const section = async () => {
  const shown = within(await screen.findByRole('region', { name: 'Where Spark runs' }));
  await shown.findByText(/sessions run on/i);
  return shown;
};
const type = (label: string, value: string) => fireEvent.change(screen.getByLabelText(label), { target: { value } });
const chooseLogin = async (label: string) => {
  fireEvent.click(screen.getByRole('combobox', { name: 'Login' }));
  fireEvent.click(await screen.findByRole('option', { name: label }));
};

describe('where Spark runs', () => {
  it('owners try a Livy, then save it; its password is kept nowhere in the page', async () => {
    const { calls, queryClient } = render({
      'GET /projects/demo/livy': none,
      'POST /projects/demo/livy/test': { works: true, message: 'Livy 0.8.0 answers.', version: '0.8.0' },
      'PUT /projects/demo/livy': set,
    });
    const shown = await section();
    expect(shown.queryByRole('button', { name: 'Save' })).toBeNull();
    fireEvent.click(shown.getByLabelText('Apache Livy'));
    type('Address', 'http://livy:8998/');
    await chooseLogin('User and password');
    type('User', 'ember');
    type('Password', 'very_secret');
    expect(shown.getByText(/goes over the network unencrypted/)).toBeTruthy();
    fireEvent.click(shown.getByRole('button', { name: 'Test connection' }));
    expect(await shown.findByText('Livy 0.8.0 answers.')).toBeTruthy();
    const body = {
      url: 'http://livy:8998',
      login: { type: 'basic', user: 'ember', password: 'very_secret' },
      runAs: 'livy',
    };
    expect(calls.find(({ route }) => route === 'POST /projects/demo/livy/test')?.body).toMatchObject({
      ...body,
      url: 'http://livy:8998/',
    });
    expect(calls.some(({ route }) => route === 'PUT /projects/demo/livy')).toBe(false);
    fireEvent.click(shown.getByRole('button', { name: 'Save' }));
    await waitFor(() => expect(calls.some(({ route }) => route === 'PUT /projects/demo/livy')).toBe(true));
    await waitFor(() => expect(screen.getByLabelText<HTMLInputElement>('Password').value).toBe(''));
    expect(screen.getByLabelText('Password').getAttribute('placeholder')).toMatch(/^stored/);
    await waitFor(() => {
      const kept = [...queryClient.getQueryCache().getAll(), ...queryClient.getMutationCache().getAll()];
      expect(JSON.stringify(kept.map(({ state }) => state))).not.toContain('very_secret');
    });
  });

  it('says what is wrong at the field that it is about, and else in a sentence', async () => {
    render({
      'GET /projects/demo/livy': none,
      'POST /projects/demo/livy/test': {
        works: false,
        message: 'That did not work: nothing listens at livy:8998.',
        version: null,
      },
      'PUT /projects/demo/livy': new Refusal(400, 'bad_request', 'This address is not allowed here.', 'url'),
    });
    const shown = await section();
    fireEvent.click(shown.getByLabelText('Apache Livy'));
    fireEvent.click(shown.getByRole('button', { name: 'Test connection' }));
    expect(await shown.findByText(/begins with http/)).toBeTruthy();
    type('Address', 'http://livy:8998');
    fireEvent.click(shown.getByRole('button', { name: 'Test connection' }));
    expect((await shown.findByRole('alert')).textContent).toContain('nothing listens at livy:8998');
    // What is changed has not been tried.
    type('Address', 'http://livy:8999');
    expect(shown.queryByRole('alert')).toBeNull();
    fireEvent.click(shown.getByRole('button', { name: 'Save' }));
    expect(await shown.findByText('This address is not allowed here.')).toBeTruthy();
    expect(screen.getByLabelText('Address').getAttribute('aria-invalid')).toBe('true');
  });

  it('goes back to Emberlab', async () => {
    const { calls } = render({ 'GET /projects/demo/livy': set, 'DELETE /projects/demo/livy': none });
    const shown = await section();
    expect(screen.getByLabelText<HTMLInputElement>('Address').value).toBe('http://livy:8998');
    expect(shown.getByRole<HTMLButtonElement>('button', { name: 'Save' }).disabled).toBe(true);
    fireEvent.click(shown.getByLabelText('Emberlab'));
    expect(shown.getByText(/go on there until they end/)).toBeTruthy();
    fireEvent.click(shown.getByRole('button', { name: 'Save' }));
    await waitFor(() => expect(calls.some(({ route }) => route === 'DELETE /projects/demo/livy')).toBe(true));
    await waitFor(() => expect(shown.queryByRole('button', { name: 'Save' })).toBeNull());
  });

  it('tells owners which addresses they may set', async () => {
    render({ 'GET /projects/demo/livy': { ...none, mayChooseAny: false, allowed: ['*.example.org'] } });
    const shown = await section();
    fireEvent.click(shown.getByLabelText('Apache Livy'));
    expect(shown.getByText(/^Allowed are: \*\.example\.org\./)).toBeTruthy();
  });

  it('shows others where it is', async () => {
    render({ 'GET /projects/demo': { ...project, role: 'viewer' }, 'GET /projects/demo/livy': set });
    const shown = await section();
    expect(shown.getByText('http://livy:8998')).toBeTruthy();
    expect(shown.queryByRole('button')).toBeNull();
  });
});
