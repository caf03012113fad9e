import type { Server, Session } from '@emberlab/contract';
import { act, fireEvent, screen, waitFor, within } from '@testing-library/react';
import { describe, expect, it, vi } from 'vitest';
import {
  busySession,
  project,
  readyEnvironment,
  Refusal,
  renderApp,
  sparkConfiguration,
  stoppedServer,
  type Answers,
} from '../../test/app.tsx';
import { FakeEventSource } from '../../test/fake-event-source.ts';

const page = '/projects/demo/jupyter';
const at = '2026-01-31T09:30:00.000Z';
const up: Server = { ...stoppedServer, startedAt: at, endedAt: null, revision: 1 };
const starting: Server = {
  ...up,
  state: 'starting',
  steps: [
    { step: 'queue', startedAt: at, endedAt: at, note: null },
    { step: 'environment', startedAt: at, endedAt: null, note: null },
  ],
};
const running: Server = { ...up, state: 'running', readyAt: at };
const withServer = (server: Server): Answers => ({ 'GET /projects/demo/jupyter/server': server });

type Open = (url: string) => { close: () => void } | null;
const fakeTab = () => ({ close: vi.fn<() => void>() });

describe('Jupyter page', () => {
  it('stopped: runs Jupyter with the configuration in a tab that opens at once', async () => {
    const { calls } = renderApp(page, {
      'PUT /projects/demo/jupyter/configuration': sparkConfiguration,
      'POST /projects/demo/jupyter/server': { ...up, state: 'queued' },
      'GET /projects/demo/jupyter/server/log': 'hello',
    });
    const open = vi.fn<Open>(fakeTab);
    vi.stubGlobal('open', open);
    const run = await screen.findByRole('button', { name: 'Run Jupyter' });
    expect(await screen.findByLabelText('Driver memory (GB)')).toBeTruthy();
    fireEvent.change(screen.getByLabelText('Properties'), { target: { value: 'spark.a=1' } });
    fireEvent.click(run);
    expect(open).toHaveBeenCalledOnce();
    expect(open.mock.calls.flat()[0]).toMatch(/^\/opening\?project=demo&after=/);
    expect(await screen.findByRole('button', { name: 'Cancel' })).toBeTruthy();
    const started = calls.find((call) => call.route === 'POST /projects/demo/jupyter/server');
    expect(started?.body).toEqual({ configuration: { ...sparkConfiguration, properties: 'spark.a=1' } });
  });

  it('stopped: closes the tab again and says why when the start is refused', async () => {
    renderApp(page, {
      'PUT /projects/demo/jupyter/configuration': sparkConfiguration,
      'POST /projects/demo/jupyter/server': new Refusal(
        409,
        'environment_not_ready',
        'The Python environment is not ready.',
      ),
    });
    const tab = fakeTab();
    vi.stubGlobal('open', () => tab);
    fireEvent.click(await screen.findByRole('button', { name: 'Run Jupyter' }));
    expect(await screen.findByText('The Python environment is not ready.')).toBeTruthy();
    expect(tab.close).toHaveBeenCalledOnce();
  });

  it('stopped: does not run what is wrong', async () => {
    renderApp(page);
    const run = await screen.findByRole<HTMLButtonElement>('button', { name: 'Run Jupyter' });
    fireEvent.change(await screen.findByLabelText('Properties'), { target: { value: 'spark.master=yarn' } });
    expect(run.disabled).toBe(true);
    expect(screen.getByText(/spark.master can't be set here/)).toBeTruthy();
  });

  it('starting: names the steps, shows the log, can be cancelled', async () => {
    const { calls } = renderApp(page, {
      ...withServer(starting),
      'GET /projects/demo/jupyter/server/log': 'extension loaded',
      'DELETE /projects/demo/jupyter/server': { ...up, state: 'stopping' },
    });
    const steps = await screen.findByRole('list', { name: 'Steps of the start' });
    expect(within(steps).getAllByRole('listitem')).toHaveLength(4);
    expect(steps.querySelector('[aria-current="step"]')?.textContent).toContain('Preparing the Python environment');
    expect(await screen.findByText('extension loaded')).toBeTruthy();
    fireEvent.click(screen.getByRole('button', { name: 'Cancel' }));
    expect(await screen.findByText('Stopping')).toBeTruthy();
    expect(calls.some((call) => call.route === 'DELETE /projects/demo/jupyter/server')).toBe(true);
  });

  it('running: opens in a new tab, says so when that is blocked, and stops after asking', async () => {
    const { calls } = renderApp(page, {
      ...withServer(running),
      'DELETE /projects/demo/jupyter/server': { ...up, state: 'stopping' },
    });
    const open = vi.fn<Open>(() => null);
    vi.stubGlobal('open', open);
    fireEvent.click(await screen.findByRole('button', { name: 'Open Jupyter' }));
    expect(open).toHaveBeenCalledOnce();
    expect(await screen.findByText('Your browser blocked the new tab')).toBeTruthy();
    expect(screen.getByText('Read-only while running: stop to change')).toBeTruthy();
    expect(await screen.findByText('of no effect: the driver does the work')).toBeTruthy();
    fireEvent.click(screen.getByRole('button', { name: 'Stop' }));
    const dialog = await screen.findByRole('dialog');
    expect(calls.some((call) => call.route.startsWith('DELETE'))).toBe(false);
    fireEvent.click(within(dialog).getByRole('button', { name: 'Stop' }));
    await waitFor(() => expect(calls.some((call) => call.route.startsWith('DELETE'))).toBe(true));
  });

  it('failed: has the reason as a heading, the remedy, the end of the log, and runs again', async () => {
    const problem = {
      message: 'Jupyter ended (exit code 1).',
      remedy: 'Please rebuild it.',
      logTail: ['no module tornado'],
    };
    renderApp(page, withServer({ ...stoppedServer, state: 'failed', problem }));
    expect(await screen.findByRole('heading', { name: problem.message })).toBeTruthy();
    expect(screen.getByText(problem.remedy)).toBeTruthy();
    expect(await screen.findByText('no module tornado')).toBeTruthy();
    expect(screen.getByRole('link', { name: 'Server Logs' }).getAttribute('target')).toBe('_blank');
    expect(screen.getByRole<HTMLButtonElement>('button', { name: 'Run Jupyter' }).disabled).toBe(false);
  });

  it('says how far a new environment is, and what became of one that failed', async () => {
    const made = readyEnvironment.current;
    if (made === null) throw new Error('fixture');
    renderApp(page, {
      'GET /projects/demo/environment': {
        ...readyEnvironment,
        current: null,
        latest: { ...made, state: 'building', step: 'Installing', progress: 0.4 },
      },
    });
    expect(await screen.findByText('The Python environment is being made')).toBeTruthy();
    expect(screen.getByText(/40 %/)).toBeTruthy();
    const failed = { ...made, state: 'failed', problem: 'numpy and pandas disagree.' };
    await screen.findByRole('button', { name: 'Run Jupyter' });
    act(() =>
      FakeEventSource.latest.send({
        type: 'environment',
        environment: { current: null, latest: failed, pending: 0, alert: null },
      }),
    );
    expect(await screen.findByText('numpy and pandas disagree.')).toBeTruthy();
    expect(screen.getByRole<HTMLButtonElement>('button', { name: 'Run Jupyter' }).disabled).toBe(true);
  });

  it('running: says that a newer revision of the environment is there, and how to use it', async () => {
    renderApp(page, withServer(running));
    await screen.findByRole('button', { name: 'Open Jupyter' });
    const made = readyEnvironment.current;
    if (made === null) throw new Error('fixture');
    expect(screen.queryByText(/newer revision/)).toBeNull();
    const hear = (number: number) => {
      const environment = { ...readyEnvironment, current: { ...made, id: `revision000${number}`, number } };
      act(() => FakeEventSource.latest.send({ type: 'environment', environment }));
    };
    hear(2);
    expect(await screen.findByText('A newer revision of the Python environment is there')).toBeTruthy();
    expect(screen.getByText(/keeps revision 1.*To use revision 2, stop Jupyter and run it again/)).toBeTruthy();
    hear(1);
    await waitFor(() => expect(screen.queryByText(/keeps revision 1/)).toBeNull());
  });

  it('follows the live events', async () => {
    renderApp(page);
    await screen.findByRole('button', { name: 'Run Jupyter' });
    act(() => {
      FakeEventSource.latest.open();
      FakeEventSource.latest.send({ type: 'server', server: running });
      FakeEventSource.latest.send({ type: 'sessions', sessions: [busySession] });
    });
    expect(await screen.findByRole('button', { name: 'Open Jupyter' })).toBeTruthy();
    expect(screen.getByText('churn.ipynb')).toBeTruthy();
    expect(screen.getByText('63 %')).toBeTruthy();
    expect(screen.getByText('count at <cell 4>')).toBeTruthy();
    expect(screen.getByRole('link', { name: 'Spark UI of churn.ipynb' }).getAttribute('target')).toBe('_blank');
  });

  it('shows the driver that was started ahead, and as no application until a notebook has it', async () => {
    renderApp(page, withServer(running));
    await screen.findByRole('button', { name: 'Open Jupyter' });
    const waiting: Session = {
      ...busySession,
      state: 'starting',
      notebook: null,
      startedAhead: { driverMemoryMb: 2048 },
    };
    act(() => {
      FakeEventSource.latest.open();
      FakeEventSource.latest.send({ type: 'sessions', sessions: [waiting] });
    });
    expect(await screen.findByText('Spark driver is starting')).toBeTruthy();
    act(() => FakeEventSource.latest.send({ type: 'session', session: { ...waiting, state: 'idle' } }));
    expect(await screen.findByText('Spark driver ready')).toBeTruthy();
    expect(screen.getByText(/2 GB of memory/)).toBeTruthy();
    expect(screen.queryByRole('link', { name: /Spark UI of/ })).toBeNull();
    act(() => FakeEventSource.latest.send({ type: 'session', session: busySession }));
    expect(await screen.findByRole('link', { name: 'Spark UI of churn.ipynb' })).toBeTruthy();
    expect(screen.queryByText('Spark driver ready')).toBeNull();
    const others: Session = { ...waiting, id: 9, mine: false };
    act(() => FakeEventSource.latest.send({ type: 'session', session: others }));
    expect(screen.queryByText('Spark driver is starting')).toBeNull();
  });

  const hoursAhead = (hours: number) => new Date(Date.now() + hours * 3_600_000 + 30_000).toISOString();

  it('running: says when it stops and what keeps it busy, and adds time', async () => {
    const busy = { at, kind: 'kernel', name: 'Jupyter/churn.ipynb', now: true } as const;
    const { calls } = renderApp(page, {
      ...withServer({ ...running, stopsAt: hoursAhead(5), activity: busy }),
      'POST /projects/demo/jupyter/server/extend': { ...running, stopsAt: hoursAhead(11), activity: busy },
    });
    expect(await screen.findByText('5 h')).toBeTruthy();
    expect(screen.getByText('Busy: the kernel of churn.ipynb.')).toBeTruthy();
    expect(screen.queryByText(/Jupyter stops in/)).toBeNull();
    fireEvent.click(screen.getByRole('button', { name: 'Run for 6 more hours' }));
    expect(await screen.findByText('11 h')).toBeTruthy();
    expect(calls.at(-1)).toEqual({ route: 'POST /projects/demo/jupyter/server/extend', body: { hours: 6 } });
  });

  it('running: says that there is no more time to add, and shows which of the buttons works', async () => {
    const time = { ...running.time, mayBeUnlimited: true };
    const most = { ...running, time, stopsAt: hoursAhead(167.5) };
    const answers: Answers = {
      ...withServer(most),
      'POST /projects/demo/jupyter/server/extend': new Promise(() => undefined),
    };
    renderApp(page, answers);
    const more = await screen.findByRole<HTMLButtonElement>('button', { name: 'Run for 6 more hours' });
    expect(more.disabled).toBe(true);
    const why = document.querySelector(`[id="${more.getAttribute('aria-describedby')}"]`);
    expect(why?.textContent).toBe('This is the most that there is: 7 d from now.');
    act(() => {
      FakeEventSource.latest.open();
      FakeEventSource.latest.send({ type: 'server', server: { ...most, stopsAt: hoursAhead(166) } });
    });
    await waitFor(() => expect(more.disabled).toBe(false));
    expect(screen.queryByText(/This is the most/)).toBeNull();
    fireEvent.click(more);
    await waitFor(() => expect(more.dataset['loading']).toBe('true'));
    const without = screen.getByRole<HTMLButtonElement>('button', { name: 'no limit' });
    expect([without.disabled, without.dataset['loading']]).toEqual([true, undefined]);
  });

  it('running: warns on every page and in the title when the time is nearly over', async () => {
    renderApp('/projects/demo/applications', {
      ...withServer({ ...running, stopsAt: hoursAhead(0.15) }),
      'POST /projects/demo/jupyter/server/extend': { ...running, stopsAt: hoursAhead(6) },
    });
    expect(await screen.findByText('Jupyter stops in 9 min')).toBeTruthy();
    await waitFor(() => expect(document.title).toMatch(/^9 min left · /));
    fireEvent.click(screen.getByRole('button', { name: 'Let Jupyter run for 6 more hours' }));
    await waitFor(() => expect(screen.queryByText(/Jupyter stops in/)).toBeNull());
    expect(document.title).not.toContain('left');
  });

  it('running: has no limit where that is allowed', async () => {
    const time = { ...running.time, mayBeUnlimited: true };
    const { calls } = renderApp(page, {
      ...withServer({ ...running, time, stopsAt: hoursAhead(5) }),
      'POST /projects/demo/jupyter/server/extend': { ...running, time, stopsAt: null },
    });
    fireEvent.click(await screen.findByRole('button', { name: 'no limit' }));
    expect(await screen.findByText('Runs without a limit')).toBeTruthy();
    expect(calls.at(-1)?.body).toEqual({ hours: null });
    expect(screen.getByRole('button', { name: 'Stop after 6 hours' })).toBeTruthy();
  });

  it('starting: tells the place in the queue, as it changes', async () => {
    const step = { step: 'queue', startedAt: at, endedAt: null, note: null } as const;
    const queued: Server = { ...up, state: 'queued', steps: [step], queuePosition: 2 };
    renderApp(page, { ...withServer(queued), 'GET /projects/demo/jupyter/server/log': '' });
    expect(await screen.findByText('Waiting for its turn: 2nd in the queue')).toBeTruthy();
    act(() => {
      FakeEventSource.latest.open();
      FakeEventSource.latest.send({ type: 'server', server: { ...queued, queuePosition: 1 } });
    });
    expect(await screen.findByText('Waiting for its turn: 1st in the queue')).toBeTruthy();
    act(() => FakeEventSource.latest.send({ type: 'server', server: { ...queued, queuePosition: null } }));
    expect(await screen.findByText('Waiting for its turn')).toBeTruthy();
  });

  it('starting: has the steps of a cluster where one carries it out, with what it waits for', async () => {
    const step = { step: 'scheduling', startedAt: at, endedAt: null, note: 'The cluster has no place.' } as const;
    const starting: Server = { ...up, state: 'starting', steps: [step] };
    renderApp(page, { ...withServer(starting), 'GET /projects/demo/jupyter/server/log': '' });
    expect(await screen.findByText('Finding a place in the cluster')).toBeTruthy();
    expect(screen.getByText('The cluster has no place.')).toBeTruthy();
    expect(screen.queryByText('Getting its image and volumes')).toBeNull();
  });

  it('running: shows what the server may take, who sees to that, and what it takes', async () => {
    const limits = { memoryMb: 4096, cores: 2, by: 'cgroup' } as const;
    renderApp(page, withServer({ ...running, limits, use: { memoryMb: 512, cores: 0.3 } }));
    expect(await screen.findByText('4 GB · 2 cores')).toBeTruthy();
    expect(screen.getByText(/Kept by the system \(cgroup\)/)).toBeTruthy();
    const bar = screen.getByRole('progressbar', { name: 'Memory: 512 MB of 4 GB' });
    expect(bar.getAttribute('aria-valuenow')).toBe('12.5');
    act(() => {
      FakeEventSource.latest.open();
      const use = { memoryMb: 1024, cores: 1.5 };
      FakeEventSource.latest.send({ type: 'server', server: { ...running, limits, use } });
    });
    expect(await screen.findByText('Memory 1 GB of 4 GB')).toBeTruthy();
    expect(screen.getByText('CPU 1.5 of 2 cores')).toBeTruthy();
  });

  it('running: says which kernel was ended for memory', async () => {
    const limits = { memoryMb: 4096, cores: 2, by: 'cgroup' } as const;
    renderApp(page, withServer({ ...running, limits, memoryEnd: { at, notebook: 'churn.ipynb', times: 1 } }));
    expect(await screen.findByText('The memory ran out')).toBeTruthy();
    expect(screen.getByText(/^The kernel of churn.ipynb.* ran out \(4 GB\)/)).toBeTruthy();
  });

  it('stopped: says why, when nobody had asked for that', async () => {
    renderApp(page, withServer({ ...stoppedServer, stopReason: 'time' }));
    expect(await screen.findByText(/Its time was over/)).toBeTruthy();
  });

  it('tells viewers what they can do instead', async () => {
    const { calls } = renderApp(page, { 'GET /projects/demo': { ...project, role: 'viewer' } });
    expect(await screen.findByText('You can only read this project')).toBeTruthy();
    expect(screen.queryByRole('button', { name: 'Run Jupyter' })).toBeNull();
    expect(calls.some((call) => call.route.includes('/jupyter/'))).toBe(false);
  });
});
