import type { ProjectEvent } from '@emberlab/contract';
import { QueryClient } from '@tanstack/react-query';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { busySession, readyEnvironment, stoppedServer } from '../test/app.tsx';
import { FakeEventSource } from '../test/fake-event-source.ts';
import { silentGapMs } from './event-stream.ts';
import { openLive, type LiveStatus } from './live.ts';
import { keys, putAnswer } from './queries.ts';
import { applyEvent } from './use-live.ts';

function open() {
  const onEvent = vi.fn<(event: ProjectEvent) => void>();
  const onStatus = vi.fn<(status: LiveStatus) => void>();
  const close = openLive({
    url: '/api/v1/projects/demo/events',
    onEvent,
    onStatus,
    EventSource: FakeEventSource as unknown as typeof EventSource,
  });
  return { onEvent, onStatus, close };
}

describe('openLive', () => {
  beforeEach(() => {
    vi.useFakeTimers();
    FakeEventSource.all = [];
  });
  afterEach(() => vi.useRealTimers());

  it('hands over events and leaves out what it does not know', () => {
    const { onEvent, onStatus } = open();
    FakeEventSource.latest.open();
    FakeEventSource.latest.send({ type: 'server', server: stoppedServer });
    FakeEventSource.latest.send({ type: 'of tomorrow' });
    FakeEventSource.latest.send('no JSON');
    expect(onStatus.mock.calls).toEqual([['live']]);
    expect(onEvent.mock.calls).toEqual([[{ type: 'server', server: stoppedServer }]]);
  });

  it('says nothing of a break that the browser mends within three seconds', () => {
    const { onStatus } = open();
    FakeEventSource.latest.open();
    FakeEventSource.latest.break('for a moment');
    vi.advanceTimersByTime(silentGapMs - 1);
    FakeEventSource.latest.open();
    vi.advanceTimersByTime(silentGapMs);
    expect(onStatus.mock.calls.flat()).toEqual(['live', 'connecting', 'live']);
    expect(FakeEventSource.all).toHaveLength(1);
  });

  it('opens a new stream when the browser gave up, and tells after three seconds', () => {
    const { onStatus, onEvent } = open();
    FakeEventSource.latest.open();
    FakeEventSource.latest.break('finally');
    vi.advanceTimersByTime(1000);
    expect(FakeEventSource.all).toHaveLength(2);
    FakeEventSource.latest.break('finally');
    vi.advanceTimersByTime(silentGapMs);
    expect(onStatus).toHaveBeenLastCalledWith('reconnecting');
    expect(FakeEventSource.all).toHaveLength(3);
    FakeEventSource.latest.open();
    FakeEventSource.latest.send({ type: 'environment', environment: readyEnvironment });
    expect(onStatus).toHaveBeenLastCalledWith('live');
    expect(onEvent).toHaveBeenCalledOnce();
  });

  it('waits longer from try to try, but not longer than 18 seconds', () => {
    open();
    for (let round = 0; round < 12; round += 1) {
      const before = FakeEventSource.all.length;
      FakeEventSource.latest.break('finally');
      vi.advanceTimersByTime(18_000);
      expect(FakeEventSource.all).toHaveLength(before + 1);
    }
  });

  it('leaves nothing behind when closed', () => {
    const { onStatus, close } = open();
    FakeEventSource.latest.break('finally');
    onStatus.mockClear();
    close();
    expect(vi.getTimerCount()).toBe(0);
    expect(onStatus).not.toHaveBeenCalled();
  });
});

describe('applyEvent', () => {
  it('writes to where the pages read', () => {
    const client = new QueryClient();
    applyEvent(client, 'demo', { type: 'server', server: stoppedServer });
    applyEvent(client, 'demo', { type: 'sessions', sessions: [busySession] });
    applyEvent(client, 'demo', { type: 'session', session: { ...busySession, state: 'idle' } });
    applyEvent(client, 'demo', { type: 'session', session: { ...busySession, id: 4 } });
    expect(client.getQueryData(keys.server('demo'))).toEqual(stoppedServer);
    expect(client.getQueryData(keys.session('demo', 3))).toMatchObject({ state: 'idle' });
    expect(client.getQueryData(keys.sessions('demo'))).toMatchObject({ items: [{ id: 4 }, { id: 3, state: 'idle' }] });
  });

  it('is not undone by an answer that is older', () => {
    const client = new QueryClient();
    applyEvent(client, 'demo', { type: 'server', server: { ...stoppedServer, state: 'running' } });
    putAnswer(client, keys.server('demo'), { ...stoppedServer, state: 'queued' }, Date.now() - 10);
    expect(client.getQueryData(keys.server('demo'))).toMatchObject({ state: 'running' });
    putAnswer(client, keys.server('demo'), { ...stoppedServer, state: 'stopping' }, Date.now() + 10);
    expect(client.getQueryData(keys.server('demo'))).toMatchObject({ state: 'stopping' });
  });
});
