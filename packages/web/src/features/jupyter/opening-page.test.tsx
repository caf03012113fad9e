import type { Server } from '@emberlab/contract';
import { act, fireEvent, screen, waitFor } from '@testing-library/react';
import { afterEach, beforeEach, describe, expect, it, vi, type MockInstance } from 'vitest';
import { leaveFor } from '../../lib/open-tab.ts';
import { Refusal, renderApp, stoppedServer } from '../../test/app.tsx';
import { FakeEventSource } from '../../test/fake-event-source.ts';

const url = 'http://server000001.localhost:8080/?ticket=t';
const running: Server = { ...stoppedServer, state: 'running', endedAt: null };
const failed: Server = {
  ...stoppedServer,
  state: 'failed',
  problem: { message: 'It broke.', remedy: 'Mend it.', logTail: [] },
};
const endedAt = '2026-01-31T10:00:00.000Z';
const server = 'GET /projects/demo/jupyter/server';
const open = 'POST /projects/demo/jupyter/server/open';

let replace: MockInstance<Location['replace']>;

beforeEach(() => {
  replace = vi.spyOn(window.location, 'replace').mockReturnValue();
  vi.stubGlobal('opener', {});
});
afterEach(() => replace.mockRestore());

describe('opening page', () => {
  it('goes straight to a server that runs, with one ticket', async () => {
    const { calls } = renderApp('/opening?project=demo', { [server]: running, [open]: { url } });
    await waitFor(() => expect(replace).toHaveBeenCalledExactlyOnceWith(url));
    expect(calls.filter((call) => call.route === open)).toHaveLength(1);
    // What runs there must not reach the dashboard's tab.
    expect(window.opener).toBeNull();
  });

  it('waits through the end of the former server, shows the steps, and goes', async () => {
    renderApp(`/opening?project=demo&after=${encodeURIComponent(failed.endedAt ?? '')}`, {
      [server]: failed,
      [open]: { url },
    });
    expect(await screen.findByText('Starting Jupyter')).toBeTruthy();
    act(() => FakeEventSource.latest.send({ type: 'server', server: { ...running, state: 'starting' } }));
    expect(await screen.findByRole('list', { name: 'Steps of the start' })).toBeTruthy();
    act(() => FakeEventSource.latest.send({ type: 'server', server: running }));
    await waitFor(() => expect(replace).toHaveBeenCalledExactlyOnceWith(url));
  });

  it('waits for another server than the one that still runs, and opens the notebook there', async () => {
    const { calls } = renderApp('/opening?project=demo&previous=server000001&path=Jupyter%2Fa%20b.ipynb', {
      [server]: running,
      [open]: { url },
    });
    expect(await screen.findByText('Starting Jupyter')).toBeTruthy();
    act(() => FakeEventSource.latest.send({ type: 'server', server: { ...running, state: 'stopping' } }));
    act(() =>
      FakeEventSource.latest.send({
        type: 'server',
        server: { ...stoppedServer, endedAt: '2026-01-31T10:00:00.000Z' },
      }),
    );
    expect(screen.queryByText('Jupyter is not running')).toBeNull();
    expect(calls.some((call) => call.route === open)).toBe(false);
    act(() => FakeEventSource.latest.send({ type: 'server', server: { ...running, id: 'server000002' } }));
    await waitFor(() => expect(replace).toHaveBeenCalledExactlyOnceWith(url));
    expect(calls.find((call) => call.route === open)?.body).toEqual({ path: 'Jupyter/a b.ipynb' });
  });

  it('says that the start was cancelled, from that moment on', async () => {
    const before = '2026-01-31T09:00:00.000Z';
    const starting: Server = { ...running, id: 'server000002', state: 'starting' };
    renderApp(`/opening?project=demo&after=${encodeURIComponent(before)}`, { [server]: starting });
    await screen.findByText('Jupyter is starting');
    act(() => FakeEventSource.latest.send({ type: 'server', server: { ...starting, state: 'stopping' } }));
    expect(await screen.findByText('The start was cancelled')).toBeTruthy();
    act(() => FakeEventSource.latest.send({ type: 'server', server: { ...starting, state: 'stopped', endedAt } }));
    expect(screen.getByText(/Somebody pressed Cancel/)).toBeTruthy();
    expect(screen.queryByText('Jupyter is not running')).toBeNull();
  });

  it('says so too when it was over before the tab could see it', async () => {
    renderApp('/opening?project=demo&after=2026-01-31T09%3A00%3A00.000Z', {
      [server]: { ...stoppedServer, id: 'server000002', endedAt },
    });
    expect(await screen.findByText('The start was cancelled')).toBeTruthy();
  });

  it('shows why a start failed', async () => {
    renderApp('/opening?project=demo', { [server]: failed });
    expect(await screen.findByText('It broke.')).toBeTruthy();
    expect(screen.getByText('Mend it.')).toBeTruthy();
  });

  it('can try again when there was no way in', async () => {
    const answers = { [server]: running, [open]: new Refusal(502, 'unreachable', 'It does not answer.') };
    const { calls } = renderApp('/opening?project=demo', answers);
    fireEvent.click(await screen.findByRole('button', { name: 'Retry' }));
    await waitFor(() => expect(calls.filter((call) => call.route === open)).toHaveLength(2));
  });
});

describe('leaveFor', () => {
  it('goes to pages only', () => {
    expect(() => leaveFor('javascript:alert(1)')).toThrow('not an address');
    expect(replace).not.toHaveBeenCalled();
  });
});
