import { fireEvent, screen, waitFor } from '@testing-library/react';
import { describe, expect, it } from 'vitest';
import { project, renderApp, type Answers } from '../../test/app.tsx';

const page = '/projects/demo/jupyter';
const newcomer: Answers = { 'GET /me/tour': { ended: false }, 'PUT /me/tour': { ended: true } };
const offer = () => screen.queryByRole('button', { name: 'Take the tour' });
const press = async (name: string) => fireEvent.click(await screen.findByRole('button', { name }));

describe('the tour of the Jupyter page', () => {
  it('goes from the server to help, and never comes again once it has ended', async () => {
    const { calls, router } = renderApp(page, newcomer);
    await press('Take the tour');
    const titles: (string | null)[] = [];
    for (const [title, next] of [
      ['Your Jupyter server', 'Next'],
      ['Running applications', 'Next'],
      ['Recent notebooks', 'Next'],
      ['Help', 'Close'],
    ] as const) {
      titles.push((await screen.findByRole('dialog', { name: title })).textContent);
      expect(calls.some(({ route }) => route === 'PUT /me/tour')).toBe(false);
      for (const button of screen.getAllByRole('button', { name: next }).slice(-1)) fireEvent.click(button);
    }
    expect(new Set(titles).size).toBe(4);
    await waitFor(() => expect(calls).toContainEqual({ route: 'PUT /me/tour', body: { ended: true } }));
    await router.navigate({ to: '/projects/$project/files', params: { project: 'demo' } });
    await router.navigate({ to: '/projects/$project/jupyter', params: { project: 'demo' } });
    await screen.findByRole('button', { name: 'Run Jupyter' });
    expect(offer()).toBe(null);
  });

  it('can be refused, and left by Escape', async () => {
    const { calls } = renderApp(page, newcomer);
    await press('No, thanks');
    await waitFor(() => expect(offer()).toBe(null));
    expect(calls.filter(({ route }) => route === 'PUT /me/tour')).toEqual([
      { route: 'PUT /me/tour', body: { ended: true } },
    ]);
  });

  it('is offered again from the list of keys', async () => {
    const { calls } = renderApp(page, { ...newcomer, 'GET /me/tour': { ended: true } });
    await screen.findByRole('button', { name: 'Run Jupyter' });
    expect(offer()).toBe(null);
    await press('Keyboard shortcuts');
    await press('Offer the tour again');
    await screen.findByRole('button', { name: 'Take the tour' });
    await waitFor(() => expect(calls).toContainEqual({ route: 'PUT /me/tour', body: { ended: false } }));
  });

  it('is not offered to those who may only look', async () => {
    renderApp(page, { ...newcomer, 'GET /projects/demo': { ...project, role: 'viewer' } });
    await screen.findByRole('heading', { name: 'Recent notebooks' });
    expect(offer()).toBe(null);
  });
});
