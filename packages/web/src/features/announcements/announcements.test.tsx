import type { Announcement, ShownAnnouncement } from '@emberlab/contract';
import { act, fireEvent, screen, waitFor, within } from '@testing-library/react';
import { describe, expect, it } from 'vitest';
import { Refusal, renderApp, user } from '../../test/app.tsx';
import { FakeEventSource } from '../../test/fake-event-source.ts';
import { fromLocal, toLocal } from './local-time.ts';

const at = '2026-01-31T09:30:00.000Z';
const info: ShownAnnouncement = { id: 'announce0001', text: 'Two\nlines <b>', level: 'info', from: at, until: null };
const warning: ShownAnnouncement = { ...info, id: 'announce0002', text: 'Save your work.', level: 'warning' };
const listOf = <T,>(...items: T[]) => ({ items, next: null });
const stored: Announcement = { ...info, atLogin: true, state: 'shown', author: user.email, changedAt: at };

describe('announcements', () => {
  it('stand on every page as plain text; one that is no warning is put away', async () => {
    const answers = { 'GET /announcements': listOf(warning, info), 'POST /announcements/announce0001/dismiss': {} };
    const { calls } = renderApp('/projects/demo/settings/general', answers);
    const bars = await screen.findByRole('region', { name: 'Announcements' });
    expect(within(bars).getByText(/Two\s+lines <b>/)).toBeTruthy();
    // Warnings have no such button.
    const [button, ...others] = within(bars).getAllByRole('button', { name: 'Dismiss' });
    expect(others).toEqual([]);
    answers['GET /announcements'] = listOf(warning);
    fireEvent.click(button as HTMLElement);
    await waitFor(() => expect(screen.queryByText(/Two/)).toBeNull());
    expect(screen.getByText('Save your work.')).toBeTruthy();
    expect(calls.some(({ route }) => route === 'POST /announcements/announce0001/dismiss')).toBe(true);
  });

  it.each([
    ['/', 'announcements/events'],
    ['/projects/demo/jupyter', 'projects/demo/events'],
  ])('come live to the page %s', async (path, stream) => {
    const answers: Record<string, unknown> = {};
    FakeEventSource.all = [];
    renderApp(path, answers);
    await waitFor(() => expect(FakeEventSource.all.some(({ url }) => url.endsWith(stream))).toBe(true));
    expect(FakeEventSource.all).toHaveLength(1);
    answers['GET /announcements'] = listOf(warning);
    act(() => {
      FakeEventSource.latest.open();
      FakeEventSource.latest.send({ type: 'announcements' });
    });
    expect(await screen.findByText('Save your work.')).toBeTruthy();
  });

  it('stand on the login page where that was chosen', async () => {
    renderApp('/login', {
      'GET /auth/state': { setUpNeeded: false, user: null, openId: null },
      'GET /announcements/login': listOf(warning),
    });
    expect(await screen.findByText('Save your work.')).toBeTruthy();
  });

  it('are written by administrators, with a text and an end that is not in front of the beginning', async () => {
    const { calls } = renderApp('/admin/announcements', {
      'GET /admin/announcements': listOf<Announcement>(),
      'POST /admin/announcements': stored,
    });
    expect(await screen.findByText('Nothing has been announced')).toBeTruthy();
    fireEvent.click(screen.getByRole('button', { name: 'Write one' }));
    const dialog = await screen.findByRole('dialog');
    fireEvent.click(within(dialog).getByRole('button', { name: 'Announce' }));
    expect(await within(dialog).findByText('Please enter a text.')).toBeTruthy();
    fireEvent.change(within(dialog).getByLabelText('Text'), { target: { value: 'Maintenance at noon.' } });
    fireEvent.click(within(dialog).getByLabelText('Warning: it stays on every page until it is over'));
    fireEvent.change(within(dialog).getByLabelText('From'), { target: { value: '2030-02-01T12:00' } });
    fireEvent.change(within(dialog).getByLabelText('Until'), { target: { value: '2030-02-01T11:00' } });
    fireEvent.click(within(dialog).getByRole('button', { name: 'Announce' }));
    expect(await within(dialog).findByText(/It ends before it begins/)).toBeTruthy();
    fireEvent.change(within(dialog).getByLabelText('Until'), { target: { value: '2030-02-01T13:00' } });
    fireEvent.click(within(dialog).getByRole('button', { name: 'Announce' }));
    await waitFor(() => expect(screen.queryByRole('dialog')).toBeNull());
    expect(calls.find(({ route }) => route === 'POST /admin/announcements')?.body).toEqual({
      text: 'Maintenance at noon.',
      level: 'warning',
      from: fromLocal('2030-02-01T12:00'),
      until: fromLocal('2030-02-01T13:00'),
      atLogin: false,
    });
  });

  it('are changed without touching a beginning that stays, and ended', async () => {
    const path = '/admin/announcements';
    const { calls } = renderApp(path, {
      [`GET ${path}`]: listOf(stored),
      [`PUT ${path}/announce0001`]: stored,
      [`POST ${path}/announce0001/end`]: new Refusal(404, 'not_found', 'It is gone.'),
    });
    fireEvent.click(await screen.findByRole('button', { name: /^Change: Two/ }));
    const dialog = await screen.findByRole('dialog');
    fireEvent.change(within(dialog).getByLabelText('Text'), { target: { value: 'Other words' } });
    fireEvent.click(within(dialog).getByRole('button', { name: 'Save' }));
    await waitFor(() => expect(screen.queryByRole('dialog')).toBeNull());
    expect(calls.find(({ route }) => route === `PUT ${path}/announce0001`)?.body).toEqual({
      text: 'Other words',
      level: 'info',
      from: null,
      until: null,
      atLogin: true,
    });
    fireEvent.click(screen.getByRole('button', { name: /^End: Two/ }));
    expect(await screen.findByText('It is gone.')).toBeTruthy();
  });
});

describe('times in fields', () => {
  it('are those of the reader’s zone, and come back as they went in', () => {
    expect(fromLocal(toLocal('2026-07-01T09:30:00.000Z'))).toBe('2026-07-01T09:30:00.000Z');
    expect([toLocal(null), fromLocal(''), fromLocal('nonsense')]).toEqual(['', null, null]);
  });
});
