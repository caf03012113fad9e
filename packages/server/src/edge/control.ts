import { request as httpRequest } from 'node:http';
import { delay, type Clock } from '../lib/clock.ts';
import { isRefusal, type Gate } from './gate.ts';

/** Calls control on the edge's socket. Resolves to the answer; null when control isn't back in time or `signal` aborts. */
export type CallControl = (
  path: string,
  body: unknown,
  options: { waitMs: number; signal: AbortSignal },
) => Promise<{ status: number; text: string } | null>;

type Answer = { status: number; text: string } | 'refused' | 'broken';

/**
 * Makes the caller. A call whose connection breaks is made again, although it may have been carried out. `/seen` says the same twice. A `/redeem` that
 * was carried out finds its ticket used up, and its user has to open the page from the dashboard again: without the answer, that first grant is lost
 * either way.
 */
export function createCallControl({
  socketPath,
  gate,
  clock,
}: {
  socketPath: string;
  gate: Gate;
  clock: Clock;
}): CallControl {
  return async (path, body, { waitMs, signal }) => {
    const deadline = clock.now() + waitMs;
    for (;;) {
      const answer = await post(socketPath, path, JSON.stringify(body), signal);
      if (typeof answer === 'object') return answer;
      if (answer === 'broken') await delay(clock, 50, signal).catch(() => undefined);
      if (!(await gate.wait(socketPath, deadline - clock.now(), signal))) return null;
    }
  };
}

function post(socketPath: string, path: string, body: string, signal: AbortSignal): Promise<Answer> {
  return new Promise((resolve) => {
    if (signal.aborted) return resolve('broken');
    const request = httpRequest({
      socketPath,
      path,
      method: 'POST',
      agent: false,
      signal,
      headers: { host: 'localhost', 'content-type': 'application/json', 'content-length': Buffer.byteLength(body) },
    });
    request.on('error', (error) => resolve(isRefusal(error) ? 'refused' : 'broken'));
    request.once('response', (answer) => {
      let text = '';
      answer.setEncoding('utf8');
      answer.on('data', (chunk: string) => {
        text += chunk;
      });
      answer.once('end', () => resolve({ status: answer.statusCode ?? 0, text }));
      answer.once('error', () => resolve('broken'));
      answer.once('close', () => resolve('broken'));
    });
    request.end(body);
  });
}
