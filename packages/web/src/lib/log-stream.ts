import { emptyLog, LogLines, type LogContent } from './log-lines.ts';

/** `loading`: nothing came yet · `following`: new lines arrive · `reconnecting`: the connection broke · `ended`: that is all · `failed`: see `problem`. */
export type LogStatus = 'loading' | 'following' | 'reconnecting' | 'ended' | 'failed';

export type LogState = { content: LogContent; status: LogStatus; problem: string | null };

export const noLog: LogState = { content: emptyLog, status: 'loading', problem: null };

export type LogStreamOptions = {
  url: string;
  /** whether more is to be expected after the server has ended the answer, as when it restarts */
  live: () => boolean;
  /** what is on the page already, from a connection before */
  shown?: LogState;
  onChange: (state: LogState) => void;
};

const publishMs = 80;
const swapMs = 700;
const firstRetryMs = 1000;
const lastRetryMs = 15_000;

class Refused extends Error {}

/**
 * Streams a log (`?follow=1`) until the returned function is called. Each connection begins with the log so far, so after a break the new text
 * replaces the old; it does so once it is as long, lest the page shrink and jump.
 */
export function openLogStream(options: LogStreamOptions): () => void {
  const controller = new AbortController();
  const { signal } = controller;
  let state = options.shown ?? noLog;
  let publishTimer: ReturnType<typeof setTimeout> | undefined;
  let lines: LogLines | undefined;

  const publish = (change: Partial<LogState> = {}): void => {
    clearTimeout(publishTimer);
    publishTimer = undefined;
    state = { ...state, content: lines?.content() ?? state.content, ...change };
    options.onChange(state);
  };
  const publishSoon = (): void => {
    publishTimer ??= setTimeout(() => publish(), publishMs);
  };

  async function readOnce(): Promise<void> {
    const response = await fetch(options.url, { signal, headers: { accept: 'text/plain' } });
    if (!response.ok) {
      const message = await readProblem(response);
      if (response.status < 500) throw new Refused(message);
      throw new Error(message);
    }
    const fresh = new LogLines();
    const swap = (): void => {
      if (lines === fresh) return;
      lines = fresh;
      publish({ status: 'following', problem: null });
    };
    const shown = state.content.length;
    let swapTimer: ReturnType<typeof setTimeout> | undefined;
    if (shown === 0) swap();
    else swapTimer = setTimeout(swap, swapMs);
    try {
      // The decoder keeps a character whose bytes arrive in two pieces.
      const decoder = new TextDecoder();
      for await (const chunk of readChunks(response)) {
        fresh.append(decoder.decode(chunk, { stream: true }));
        if (fresh.length >= shown) swap();
        if (lines === fresh) publishSoon();
      }
      fresh.append(decoder.decode());
      swap();
    } finally {
      clearTimeout(swapTimer);
    }
  }

  async function run(): Promise<void> {
    let delay = firstRetryMs;
    for (;;) {
      const begun = Date.now();
      try {
        await readOnce();
        if (signal.aborted) return;
        if (!options.live()) {
          publish({ status: 'ended', problem: null });
          return;
        }
      } catch (error) {
        if (signal.aborted) return;
        if (error instanceof Refused) {
          publish({ status: 'failed', problem: error.message });
          return;
        }
      }
      publish({ status: 'reconnecting' });
      // Only a connection that held for a while says that things are well again.
      if (Date.now() - begun > lastRetryMs) delay = firstRetryMs;
      await pause(delay, signal);
      if (signal.aborted) return;
      delay = Math.min(delay * 2, lastRetryMs);
    }
  }

  void run();
  return () => {
    controller.abort();
    clearTimeout(publishTimer);
  };
}

async function* readChunks(response: Response): AsyncGenerator<Uint8Array> {
  if (response.body === null) return;
  const reader = response.body.getReader();
  try {
    for (;;) {
      const { done, value } = await reader.read();
      if (done) return;
      yield value;
    }
  } finally {
    reader.cancel().catch(() => undefined);
  }
}

async function readProblem(response: Response): Promise<string> {
  try {
    const body = (await response.json()) as { error?: { message?: unknown } };
    if (typeof body.error?.message === 'string') return body.error.message;
  } catch {
    // Not an answer of ours; the status has to do.
  }
  return `The server answered ${response.status} instead of the log.`;
}

function pause(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const done = (): void => {
      clearTimeout(timer);
      signal.removeEventListener('abort', done);
      resolve();
    };
    const timer = setTimeout(done, ms);
    signal.addEventListener('abort', done, { once: true });
  });
}
