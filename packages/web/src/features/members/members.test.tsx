import type { Invitation, Member, Project } from '@emberlab/contract';
import { act, fireEvent, screen, waitFor, within } from '@testing-library/react';
import { afterEach, describe, expect, it } from 'vitest';
import { owner, project, Refusal, renderApp, user } from '../../test/app.tsx';
import { FakeEventSource } from '../../test/fake-event-source.ts';
import { readAddresses } from './addresses.ts';

const page = '/projects/demo/settings/members';
const at = '2026-01-31T09:30:00.000Z';
const bob: Member = { userId: 'user00000002', email: 'bob@example.org', name: 'Bob <b>', role: 'editor', since: at };
const withBob = { 'GET /projects/demo/members': { items: [owner, bob], next: null } };
const invitation: Invitation = {
  id: 'invitation01',
  role: 'editor',
  email: null,
  createdBy: 'Ada',
  createdAt: at,
  expiresAt: '2999-01-31T09:30:00.000Z',
  uses: 1,
  maxUses: 3,
};
const called = (calls: { route: string }[], route: string) => calls.some((call) => call.route === route);

describe('members page', () => {
  it('gives a member another role at once, and says what the server refuses', async () => {
    const answers: Record<string, unknown> = { ...withBob, 'PUT /projects/demo/members/bob%40example.org': bob };
    const { calls } = renderApp(page, answers);
    const choose = async (name: string, role: string) => {
      fireEvent.click(await screen.findByRole('combobox', { name: `Role of ${name}` }));
      const options = await screen.findAllByRole('option', { name: role });
      fireEvent.click(options.at(-1) as HTMLElement);
    };
    await choose('Bob <b>', 'Viewer');
    await waitFor(() =>
      expect(calls.find(({ route }) => route.startsWith('PUT'))).toEqual({
        route: 'PUT /projects/demo/members/bob%40example.org',
        body: { role: 'viewer' },
      }),
    );
    answers['PUT /projects/demo/members/ada%40example.org'] = new Refusal(
      409,
      'last_owner',
      'There has to be an owner.',
    );
    await choose('Ada', 'Editor');
    expect(await screen.findByText('There has to be an owner.')).toBeTruthy();
  });

  it('removes a member after saying what that means', async () => {
    const { calls } = renderApp(page, { ...withBob, 'DELETE /projects/demo/members/bob%40example.org': {} });
    fireEvent.click(await screen.findByRole('button', { name: 'Remove Bob <b>' }));
    const dialog = within(await screen.findByRole('dialog', { name: 'Remove this member?' }));
    expect(dialog.getByText(/Jupyter server, Spark applications/)).toBeTruthy();
    fireEvent.click(dialog.getByRole('button', { name: 'Remove' }));
    await waitFor(() => expect(called(calls, 'DELETE /projects/demo/members/bob%40example.org')).toBe(true));
  });

  it('adds all addresses that were pasted, and names those that nobody has', async () => {
    const { calls } = renderApp(page, {
      'POST /projects/demo/members': { added: 1, changed: 0, unknown: ['who@example.org'] },
    });
    fireEvent.click(await screen.findByRole('button', { name: 'Add members' }));
    const field = await screen.findByLabelText('E-mail addresses');
    fireEvent.change(field, { target: { value: 'Bob <Bob@example.org>,\nwho@example.org; nonsense' } });
    fireEvent.click(screen.getByRole('button', { name: 'Add 2 members' }));
    expect(await screen.findByText('This is no e-mail address: nonsense')).toBeTruthy();
    expect(called(calls, 'POST /projects/demo/members')).toBe(false);
    fireEvent.change(field, { target: { value: 'bob@example.org, who@example.org' } });
    fireEvent.click(screen.getByRole('button', { name: 'Add 2 members' }));
    expect(await screen.findByText('who@example.org')).toBeTruthy();
    expect(calls.find(({ route }) => route === 'POST /projects/demo/members')?.body).toEqual({
      members: [
        { email: 'bob@example.org', role: 'editor' },
        { email: 'who@example.org', role: 'editor' },
      ],
    });
  });

  it('shows the link of an invitation once, and keeps it nowhere', async () => {
    const url = 'http://localhost:8080/invitation#secret=ember_invitation_x';
    const { calls, queryClient } = renderApp(page, {
      'GET /projects/demo/invitations': { items: [invitation], next: null },
      'POST /projects/demo/invitations': { ...invitation, url },
      'DELETE /projects/demo/invitations/invitation01': {},
    });
    expect(await screen.findByText('1 of 3')).toBeTruthy();
    fireEvent.click(screen.getByRole('button', { name: 'Invite by link' }));
    fireEvent.click(await screen.findByRole('button', { name: 'Make link' }));
    expect((await screen.findByTestId('invitation-link')).textContent).toBe(url);
    fireEvent.click(screen.getByRole('button', { name: 'Done' }));
    await waitFor(() => expect(screen.queryByTestId('invitation-link')).toBeNull());
    await waitFor(() => {
      const kept = [...queryClient.getQueryCache().getAll(), ...queryClient.getMutationCache().getAll()];
      expect(JSON.stringify(kept.map(({ state }) => state))).not.toContain('ember_invitation_x');
    });
    fireEvent.click(screen.getByRole('button', { name: /^Withdraw/ }));
    await waitFor(() => expect(called(calls, 'DELETE /projects/demo/invitations/invitation01')).toBe(true));
  });

  it('lets others than owners look, and leave', async () => {
    const viewer: Project = { ...project, role: 'viewer' };
    const { calls, router } = renderApp(page, {
      ...withBob,
      'GET /projects/demo': viewer,
      'DELETE /projects/demo/membership': {},
    });
    expect(await screen.findByText('bob@example.org')).toBeTruthy();
    for (const name of [/^Remove/, 'Add members', 'Invite by link']) {
      expect(screen.queryByRole('button', { name })).toBeNull();
    }
    expect(called(calls, 'GET /projects/demo/invitations')).toBe(false);
    fireEvent.click(screen.getByRole('button', { name: 'Leave' }));
    fireEvent.click(within(await screen.findByRole('dialog')).getByRole('button', { name: 'Leave' }));
    await waitFor(() => expect(router.state.location.pathname).toBe('/'));
    expect(called(calls, 'DELETE /projects/demo/membership')).toBe(true);
  });

  it('finds people by search and role, which stand in the address', async () => {
    const many = Array.from({ length: 120 }, (_, n) => ({
      ...bob,
      userId: `user1${n}`,
      name: `Member ${n}`,
      email: `m${n}@x.org`,
    }));
    const { router } = renderApp(page, { 'GET /projects/demo/members': { items: [owner, ...many], next: null } });
    expect(await screen.findByText('50 of 121')).toBeTruthy();
    fireEvent.change(screen.getByLabelText('Search members'), { target: { value: 'M119@' } });
    expect(await screen.findByText('Member 119')).toBeTruthy();
    expect(screen.queryByText('Member 1')).toBeNull();
    expect(router.state.location.search).toMatchObject({ q: 'M119@' });
    await act(() =>
      router.navigate({
        to: '/projects/$project/settings/members',
        params: { project: 'demo' },
        search: { role: 'owner' },
      }),
    );
    expect(await screen.findByText('ada@example.org')).toBeTruthy();
    expect(screen.queryByText('Member 119')).toBeNull();
  });

  it('is gone for who is no member any more', async () => {
    const answers: Record<string, unknown> = { ...withBob };
    renderApp(page, answers);
    await screen.findByText('bob@example.org');
    answers['GET /projects/demo'] = new Refusal(404, 'not_found', 'There is nothing here.');
    act(() => FakeEventSource.latest.break('finally'));
    expect(await screen.findByText('There is nothing here', { selector: 'h1' })).toBeTruthy();
  });
});

describe('the page of an invitation', () => {
  afterEach(() => sessionStorage.clear());
  const shown = {
    project: { name: 'demo', label: 'Demo' },
    role: 'editor',
    invitedBy: 'Grace',
    expiresAt: '2999-01-31T09:30:00.000Z',
    member: false,
  };

  it('lets one join, with the secret that stood behind # in the address', async () => {
    const { calls, router } = renderApp('/invitation#secret=s1', {
      'POST /invitations/show': shown,
      'POST /invitations/accept': project,
    });
    expect(await screen.findByText('Join Demo')).toBeTruthy();
    expect(screen.getByText(/Grace invites you/).textContent).toContain('You become an editor.');
    expect(router.state.location.href).toBe('/invitation');
    fireEvent.click(screen.getByRole('button', { name: 'Join' }));
    await waitFor(() => expect(router.state.location.pathname).toBe('/projects/demo/jupyter'));
    const bodies = calls.filter(({ route }) => route.includes('/invitations/')).map(({ body }) => body);
    expect(bodies).toEqual([{ secret: 's1' }, { secret: 's1' }]);
    expect(sessionStorage.length).toBe(0);
  });

  it('comes back after a login, in whose address the secret never is', async () => {
    const answers: Record<string, unknown> = {
      'GET /auth/state': { setUpNeeded: false, user: null },
      'POST /auth/login': user,
      'POST /invitations/show': shown,
    };
    const { router } = renderApp('/invitation#secret=s2', answers);
    await screen.findByRole('button', { name: 'Log in' });
    expect(router.state.location.href).toBe('/login?next=%2Finvitation');
    fireEvent.change(screen.getByLabelText('E-mail'), { target: { value: 'ada@example.org' } });
    fireEvent.change(screen.getByLabelText('Password'), { target: { value: 'correct horse' } });
    answers['GET /auth/state'] = { setUpNeeded: false, user };
    fireEvent.click(screen.getByRole('button', { name: 'Log in' }));
    expect(await screen.findByText('Join Demo')).toBeTruthy();
  });

  it('says why an invitation is of no use, as whom, and what to do', async () => {
    renderApp('/invitation#secret=s3', {
      'POST /invitations/show': new Refusal(410, 'invitation_over', 'This invitation has been used.'),
    });
    expect(await screen.findByText('This invitation has been used.')).toBeTruthy();
    expect(screen.getByText(/logged in as ada@example.org/)).toBeTruthy();
    expect(screen.getByRole('link', { name: 'Go to your projects' })).toBeTruthy();
  });

  it('leads members to the project', async () => {
    renderApp('/invitation#secret=s4', { 'POST /invitations/show': { ...shown, member: true } });
    expect((await screen.findByRole('link', { name: 'Open Demo' })).getAttribute('href')).toBe(
      '/projects/demo/jupyter',
    );
  });

  it('asks for the whole link when there is no secret', async () => {
    renderApp('/invitation');
    expect(await screen.findByText(/open the link of your invitation again/)).toBeTruthy();
  });
});

describe('pasted addresses', () => {
  it('are read with names, commas and line ends, each once, in lower case', () => {
    expect(readAddresses(' Ada <ADA@example.org>; bob@example.org,\n\nada@example.org\nnope\n<script>')).toEqual({
      emails: ['ada@example.org', 'bob@example.org'],
      wrong: ['nope', '<script>'],
    });
  });
});
