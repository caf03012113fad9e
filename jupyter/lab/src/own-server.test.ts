import type { LabServer } from '@emberlab/contract';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { openOwnServer } from './own-server.ts';
import { now, running, stopping } from './test/server.ts';

/** Stands in for the browser's `EventSource`. */
class FakeStream extends EventTarget {
  static readonly CLOSED = 2;
  static open: FakeStream[] = [];
  readonly url: string;
  readyState = 1;
  constructor(url: string) {
    super();
    this.url = url;
    FakeStream.open.push(this);
  }
  /** The browser gives up, because it was answered with an error. */
  refuse(): void {
    this.readyState = FakeStream.CLOSED;
    this.dispatchEvent(new Event('error'));
  }
  send(data: unknown): void {
    this.dispatchEvent(new MessageEvent('message', { data: typeof data === 'string' ? data : JSON.stringify(data) }));
  }
  close(): void {
    FakeStream.open = FakeStream.open.filter((one) => one !== this);
  }
}

let visibility: DocumentVisibilityState = 'visible';
const setVisibility = (next: DocumentVisibilityState): void => {
  visibility = next;
  document.dispatchEvent(new Event('visibilitychange'));
};
const send = (data: unknown): void => FakeStream.open.at(-1)?.send(data);

beforeEach(() => {
  vi.useFakeTimers({ now });
  vi.stubGlobal('EventSource', FakeStream);
  vi.spyOn(document, 'visibilityState', 'get').mockImplementation(() => visibility);
  FakeStream.open = [];
});
afterEach(() => {
  setVisibility('visible');
  vi.useRealTimers();
  vi.unstubAllGlobals();
  vi.restoreAllMocks();
});

describe('the server that a page belongs to', () => {
  it('is known by a stream, and told with every change and every second', () => {
    const server = openOwnServer();
    const seen: [LabServer | null, number][] = [];
    server.watch((state, at) => void seen.push([state, at]));
    send('no JSON');
    send(running(60));
    vi.advanceTimersByTime(1000);
    expect(seen).toEqual([
      [null, now],
      [running(60), now],
      [running(60), now + 1000],
    ]);
    expect(FakeStream.open.map(({ url }) => url)).toEqual(['/-/server']);
    server.close();
    expect(FakeStream.open).toEqual([]);
    expect(vi.getTimerCount()).toBe(0);
  });

  it('is heard with each word, and is back with the first one after it did not answer', () => {
    const server = openOwnServer();
    const told: string[] = [];
    server.onHeard(() => void told.push('heard'));
    server.onBack(() => void told.push('back'));
    send(running(60));
    send(running(59));
    expect(told).toEqual(['heard', 'heard']);
    FakeStream.open.at(-1)?.refuse();
    vi.advanceTimersByTime(60_000);
    expect(told).toHaveLength(2);
    FakeStream.open.at(-1)?.dispatchEvent(new Event('open'));
    send(running(58));
    send(running(57));
    expect(told.slice(2)).toEqual(['heard', 'back', 'heard']);
    server.close();
  });

  it('is left alone by a page that nobody looks at, until its time is nearly over or somebody looks', () => {
    const server = openOwnServer();
    send(running(60));
    setVisibility('hidden');
    vi.advanceTimersByTime(49 * 60_000);
    expect(FakeStream.open).toHaveLength(0);
    vi.advanceTimersByTime(60_000);
    expect(FakeStream.open).toHaveLength(1);
    // It was extended elsewhere meanwhile.
    send(running(420));
    expect(FakeStream.open).toHaveLength(0);
    setVisibility('visible');
    expect(FakeStream.open).toHaveLength(1);
    server.close();
  });

  it('is not known when the platform refuses to tell, but has stopped when it was about to', () => {
    const server = openOwnServer();
    send(running(60));
    FakeStream.open.at(-1)?.refuse();
    expect(server.state).toBeNull();
    vi.advanceTimersByTime(1000);
    send(stopping);
    for (const round of [1, 2]) {
      FakeStream.open.at(-1)?.refuse();
      expect([round, server.state?.state]).toEqual([round, 'stopped']);
      vi.advanceTimersByTime(5000);
    }
    server.close();
  });

  const answering = (answer: () => Promise<Response>) => {
    const asked = vi.fn<typeof fetch>(answer);
    vi.stubGlobal('fetch', asked);
    return asked;
  };

  it('gets more time, which shows at once', async () => {
    const asked = answering(async () => Response.json(running(420)));
    const server = openOwnServer();
    send(running(60));
    await server.extend(6);
    expect(server.state).toEqual(running(420));
    const [url, request] = asked.mock.calls[0] ?? [];
    expect([url, request?.method, request?.body]).toEqual(['/-/server/extend', 'POST', '{"hours":6}']);
    server.close();
  });

  it("gets none with the platform's own sentence, or with ours when nobody answers", async () => {
    const server = openOwnServer();
    send(running(60));
    const message = 'The administrator lets Jupyter run for 24 more hours at most, and it has those.';
    answering(async () => Response.json({ error: { code: 'most_time', message } }, { status: 409 }));
    await expect(server.extend(6)).rejects.toThrow(message);
    answering(async () => new Response('<html>', { status: 502 }));
    await expect(server.extend(6)).rejects.toThrow('Emberlab could not be reached.');
    answering(async () => Promise.reject(new TypeError('Failed to fetch')));
    await expect(server.extend(6)).rejects.toThrow('Emberlab could not be reached.');
    expect(server.state).toEqual(running(60));
    server.close();
  });
});
