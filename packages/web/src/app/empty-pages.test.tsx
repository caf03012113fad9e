import { screen, within } from '@testing-library/react';
import { describe, expect, it } from 'vitest';
import { project, renderApp, type Answers } from '../test/app.tsx';

const none = { items: [], next: null };

/** Pages with nothing in them: what they say, and what leads on from there. */
const pages: readonly {
  at: string;
  answers?: Answers;
  title: string;
  says: RegExp;
  leads: { role: 'button' | 'link'; name: string };
}[] = [
  {
    at: '/',
    answers: { 'GET /projects': none },
    title: 'You have no projects yet',
    says: /its own files, Python libraries and Jupyter servers/,
    leads: { role: 'button', name: 'Create your first project' },
  },
  {
    at: '/projects/demo/applications',
    answers: { 'GET /projects/demo/batches': none },
    title: 'No Spark applications yet',
    says: /first cell of a notebook with a Spark kernel/,
    leads: { role: 'link', name: 'Go to Jupyter' },
  },
  {
    at: '/projects/demo/jobs',
    answers: { 'GET /projects/demo/jobs': none },
    title: 'No jobs yet',
    says: /runs when you say so, by a schedule, or after other jobs/,
    leads: { role: 'link', name: 'New job' },
  },
  {
    at: '/projects/demo/jupyter',
    title: 'You have run no notebook yet',
    says: /kept here with its configuration/,
    leads: { role: 'link', name: 'Begin with an example' },
  },
  {
    at: '/account',
    answers: { 'GET /me/tokens': none, 'GET /me/logins': none, 'GET /me/sign-in': { password: true, openId: null } },
    title: 'No tokens',
    says: /log in with a token instead of your password/,
    leads: { role: 'button', name: 'Create the first token' },
  },
  {
    at: '/admin/service-accounts',
    answers: { 'GET /service-accounts': none },
    title: 'No service accounts',
    says: /what runs without a person/,
    leads: { role: 'button', name: 'Create the first account' },
  },
];

describe('a page with nothing in it', () => {
  it.each(pages)('$at says what it is for and has the way on', async ({ at, answers, title, says, leads }) => {
    renderApp(at, answers ?? {});
    const heading = await screen.findByRole('heading', { name: title });
    const place = heading.parentElement as HTMLElement;
    expect(place.textContent).toMatch(says);
    expect(within(place).getByRole(leads.role, { name: leads.name })).toBeTruthy();
  });

  it('of members tells the only one how others come in, and what for', async () => {
    renderApp('/projects/demo/settings/members');
    const heading = await screen.findByRole('heading', { name: 'Nobody else is here yet' });
    expect(heading.parentElement?.textContent).toMatch(/share the files.*Press Add members/);
    expect(screen.getByRole('button', { name: 'Add members' })).toBeTruthy();
  });

  it('offers viewers nothing that they may not do', async () => {
    renderApp('/projects/demo/applications', {
      'GET /projects/demo': { ...project, role: 'viewer' },
      'GET /projects/demo/batches': none,
    });
    const heading = await screen.findByRole('heading', { name: 'No Spark applications yet' });
    expect(within(heading.parentElement as HTMLElement).queryAllByRole('link')).toEqual([]);
  });
});
