import type { IncomingMessage, ServerResponse } from 'node:http';
import { delay, type Clock } from '../lib/clock.ts';
import type { Front } from './front.ts';

export type Drain = {
  /** Comes before anything else that is done for a request. */
  enter(request: IncomingMessage, response: ServerResponse): void;
  /**
   * Sends everybody elsewhere, without breaking off what is under way: accepts no connection any more, ends the streams of events, whose readers connect again by themselves, and answers each
   * connection's next request as its last. One that nothing comes on for `idleMs` is closed then. Resolves when no request is under way after that, or after `graceMs`.
   */
  leave(): Promise<void>;
};

/**
 * Lets an edge go beside another one at the same port. A client may send its next request on an open connection at any moment, and one that is closed just then has a change that it
 * can't know the fate of; so connections are told to end with an answer (RFC 9112, 9.6), and none is closed that has been in use a moment ago.
 */
export function createDrain({
  front,
  clock,
  idleMs,
  graceMs,
}: {
  front: Front;
  clock: Clock;
  idleMs: number;
  graceMs: number;
}): Drain {
  const underWay = new Map<ServerResponse, IncomingMessage>();
  let leaving = false;
  let lastWent: () => void = () => undefined;

  return {
    enter(request, response) {
      if (leaving) response.setHeader('connection', 'close');
      underWay.set(response, request);
      response.once('close', () => {
        underWay.delete(response);
        if (underWay.size === 0) lastWent();
      });
    },
    async leave() {
      leaving = true;
      const ended = front.stopAccepting();
      for (const [response, request] of underWay) {
        if (request.headers.accept?.includes('text/event-stream') === true) response.destroy();
        else if (!response.headersSent) response.setHeader('connection', 'close');
      }
      const over = new AbortController();
      const inTime = async () => {
        // An answer that had begun before did not say that its connection ends: what was used last gets its time after that.
        do {
          if (underWay.size > 0) await new Promise<void>((resolve) => (lastWent = resolve));
          await delay(clock, idleMs, over.signal);
        } while (underWay.size > 0);
        front.closeIdleConnections();
      };
      await Promise.race([ended, inTime(), delay(clock, graceMs, over.signal)]);
      over.abort();
    },
  };
}
