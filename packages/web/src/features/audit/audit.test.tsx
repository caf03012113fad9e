import type { AuditEvent } from '@emberlab/contract';
import { screen, within } from '@testing-library/react';
import { describe, expect, it } from 'vitest';
import { project, Refusal, renderApp, user } from '../../test/app.tsx';
import { readAuditSearch } from './audit-search.ts';

const event: AuditEvent = {
  id: 7,
  at: '2026-01-31T09:30:00.000Z',
  actor: { id: user.id, email: user.email },
  via: 'token',
  token: 'laptop',
  action: 'session.stop',
  target: '12',
  project: { id: project.id, name: 'demo' },
  address: '192.0.2.7',
  requestId: 'request-1',
  outcome: 'done',
  code: null,
  repeats: 0,
};
const refused: AuditEvent = {
  ...event,
  id: 8,
  actor: null,
  via: 'nobody',
  token: null,
  action: 'user.log-in',
  target: 'eve\u202e@example.org',
  project: null,
  outcome: 'refused',
  code: 'wrong_credentials',
  repeats: 39,
};

describe('the audit page', () => {
  it('says who did what, by which token, from where, and what came of it', async () => {
    renderApp('/admin/audit', { 'GET /audit': { items: [refused, event], next: null } });
    const rows = (await screen.findAllByRole('row')).slice(1);
    expect(rows.map((row) => row.textContent)).toEqual([
      expect.stringContaining(String.raw`user.log-ineve\u202e@example.org`),
      expect.stringContaining('session.stop12'),
    ]);
    const [first, second] = rows as [HTMLElement, HTMLElement];
    expect(within(first).getByText('wrong_credentials, 39 more times')).toBeTruthy();
    expect(within(first).getByText('not logged in')).toBeTruthy();
    expect(within(second).getByText('ada@example.org')).toBeTruthy();
    expect(within(second).getByText('API token: laptop')).toBeTruthy();
    expect(within(second).getByText('192.0.2.7')).toBeTruthy();
  });

  it('asks for what the address says, and exports the same', async () => {
    renderApp('/admin/audit?q=ada&action=session&outcome=done&from=2026-01-01&until=2026-01-31', {
      'GET /audit?action=session&outcome=done&from=2026-01-01&until=2026-01-31&search=ada': {
        items: [event],
        next: null,
      },
      'GET /audit': new Refusal(400, 'bad_request', 'That was not asked for.'),
    });
    await screen.findByText('session.stop');
    expect(screen.getByRole('link', { name: 'Export as JSON lines' }).getAttribute('href')).toBe(
      '/api/v1/audit/export?action=session&outcome=done&from=2026-01-01&until=2026-01-31&search=ada',
    );
  });

  it("shows a project's own events to its owner", async () => {
    renderApp('/projects/demo/settings/audit', { 'GET /projects/demo/audit': { items: [event], next: null } });
    await screen.findByText('session.stop');
    expect(screen.queryByText('Project', { selector: 'th' })).toBeNull();
    expect(await screen.findAllByRole('link', { name: 'Audit' })).toHaveLength(1);
  });

  it.each(['/', '/projects/demo/settings/general'])('is not in the navigation of %s for others', async (path) => {
    renderApp(path, {
      'GET /auth/state': { setUpNeeded: false, user: { ...user, admin: false } },
      'GET /projects/demo': { ...project, role: 'editor' },
    });
    await screen.findByRole('heading', { level: 1 });
    expect(screen.queryByRole('link', { name: 'Audit' })).toBeNull();
  });

  it('says the sentence of the server where it may not be seen', async () => {
    renderApp('/admin/audit', { 'GET /audit': new Refusal(403, 'forbidden', 'This is for administrators.') });
    expect(await screen.findByText('This is for administrators.')).toBeTruthy();
  });
});

describe('the address of the audit page', () => {
  it('may be written by hand', () => {
    expect(
      readAuditSearch({ q: 12, action: '<b>', outcome: 'lost', from: '2026-13-45', until: '2026-01-31', other: 1 }),
    ).toEqual({ q: '12', action: undefined, outcome: undefined, from: undefined, until: '2026-01-31' });
  });
});
