import { afterEach, describe, expect, it, vi } from 'vitest';
import { openLogStream, type LogState } from './log-stream.ts';

type Feed = { write: (text: string | Uint8Array) => void; end: () => void; break: () => void };

/** A server whose answers the test writes piece by piece. */
function stubLogServer(): Feed[] {
  const feeds: Feed[] = [];
  vi.stubGlobal('fetch', (_: string, { signal }: { signal: AbortSignal }) => {
    const body = new ReadableStream<Uint8Array>({
      start(controller) {
        const encoder = new TextEncoder();
        signal.addEventListener('abort', () => controller.error(new Error('aborted')));
        feeds.push({
          write: (text) => controller.enqueue(typeof text === 'string' ? encoder.encode(text) : text),
          end: () => controller.close(),
          break: () => controller.error(new Error('connection lost')),
        });
      },
    });
    return Promise.resolve(new Response(body));
  });
  return feeds;
}

const texts = (state: LogState | undefined): string[] => (state?.content.lines ?? []).map((line) => line.raw);

describe('openLogStream', () => {
  afterEach(() => vi.useRealTimers());

  function open(live = true) {
    vi.useFakeTimers();
    const feeds = stubLogServer();
    let state: LogState | undefined;
    const close = openLogStream({ url: '/log?follow=1', live: () => live, onChange: (next) => (state = next) });
    return { feeds, close, state: () => state };
  }

  it('shows what arrives, even a character in two pieces', async () => {
    const { feeds, state, close } = open();
    await vi.advanceTimersByTimeAsync(0);
    feeds[0]?.write('first\nse');
    feeds[0]?.write(new Uint8Array([0x63, 0xe2, 0x9c]));
    feeds[0]?.write(new Uint8Array([0x93]));
    await vi.advanceTimersByTimeAsync(200);
    expect(texts(state())).toEqual(['first', 'sec✓']);
    expect(state()?.status).toBe('following');
    close();
  });

  it('replaces the text after a break instead of repeating it', async () => {
    const { feeds, state, close } = open();
    await vi.advanceTimersByTimeAsync(0);
    feeds[0]?.write('one\ntwo\n');
    await vi.advanceTimersByTimeAsync(200);
    feeds[0]?.break();
    await vi.advanceTimersByTimeAsync(0);
    expect(state()?.status).toBe('reconnecting');
    expect(texts(state())).toEqual(['one', 'two']);
    await vi.advanceTimersByTimeAsync(1000);
    feeds[1]?.write('one\n');
    await vi.advanceTimersByTimeAsync(100);
    expect(texts(state())).toEqual(['one', 'two']);
    feeds[1]?.write('two\nthree\n');
    await vi.advanceTimersByTimeAsync(200);
    expect(texts(state())).toEqual(['one', 'two', 'three']);
    expect(state()?.status).toBe('following');
    close();
  });

  it('ends when the process has ended', async () => {
    const { feeds, state } = open(false);
    await vi.advanceTimersByTimeAsync(0);
    feeds[0]?.write('all\n');
    feeds[0]?.end();
    await vi.advanceTimersByTimeAsync(0);
    expect(state()?.status).toBe('ended');
    expect(texts(state())).toEqual(['all']);
    expect(vi.getTimerCount()).toBe(0);
  });

  it('says what the server says when it may not be read', async () => {
    vi.useFakeTimers();
    const body = { error: { code: 'forbidden', message: 'Your role does not allow this.', requestId: 'r' } };
    vi.stubGlobal('fetch', () => Promise.resolve(Response.json(body, { status: 403 })));
    let state: LogState | undefined;
    openLogStream({ url: '/log', live: () => true, onChange: (next) => (state = next) });
    await vi.advanceTimersByTimeAsync(0);
    expect(state).toMatchObject({ status: 'failed', problem: 'Your role does not allow this.' });
    expect(vi.getTimerCount()).toBe(0);
  });
});
