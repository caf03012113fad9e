import { setMaxListeners } from 'node:events';
import { connect } from 'node:net';
import type { Clock } from '../lib/clock.ts';
import { endpointOf } from '../lib/endpoint.ts';

/** Whether an error says that nobody listens on a Unix socket or at an address, so that nothing of a request has been read (connect(2), unix(7)). */
export const isRefusal = (error: unknown): boolean =>
  /^(?:ECONNREFUSED|ENOENT|EAGAIN|EHOSTUNREACH|ENETUNREACH)$/.test(String((error as NodeJS.ErrnoException).code));

/** Lets many wait for one who isn't there yet. */
export type Gate = {
  /** Resolves true as soon as somebody listens on the socket; false after `ms` or when `signal` aborts. */
  wait(socketPath: string, ms: number, signal: AbortSignal): Promise<boolean>;
  /** Sends everybody away who waits or ever will. */
  close(): void;
};

/** However many wait for a socket, one of them knocks: every 25 ms at first, then every 100 ms. */
export function createGate(clock: Clock): Gate {
  const waiting = new Map<string, Set<() => void>>();
  const closing = new AbortController();
  // everybody who waits listens, so many are no leak
  setMaxListeners(0, closing.signal);

  const knock = (socketPath: string, pause: number): void => {
    const waiters = waiting.get(socketPath);
    if (waiters === undefined) return;
    const socket = connect(endpointOf(socketPath));
    socket.once('connect', () => {
      socket.destroy();
      waiting.delete(socketPath);
      for (const open of waiters) open();
    });
    socket.once('error', () => {
      clock.after(pause, () => knock(socketPath, Math.min(pause * 2, 100)));
    });
  };

  return {
    wait: (socketPath, ms, signal) =>
      new Promise((resolve) => {
        if (signal.aborted || closing.signal.aborted || ms <= 0) return resolve(false);
        const settle = (opened: boolean) => {
          cancel();
          signal.removeEventListener('abort', giveUp);
          closing.signal.removeEventListener('abort', giveUp);
          const waiters = waiting.get(socketPath);
          if (waiters?.delete(open) === true && waiters.size === 0) waiting.delete(socketPath);
          resolve(opened);
        };
        const open = () => settle(true);
        const giveUp = () => settle(false);
        const cancel = clock.after(ms, giveUp);
        signal.addEventListener('abort', giveUp, { once: true });
        closing.signal.addEventListener('abort', giveUp, { once: true });
        const waiters = waiting.get(socketPath);
        if (waiters !== undefined) {
          waiters.add(open);
        } else {
          waiting.set(socketPath, new Set([open]));
          knock(socketPath, 25);
        }
      }),
    close: () => closing.abort(),
  };
}
