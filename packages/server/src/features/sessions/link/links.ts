import type { Duplex } from 'node:stream';
import type { Clock } from '../../../lib/clock.ts';
import type { ControlFrame } from './frames.ts';
import { connectionLost, type Question } from './questions.ts';

/** The Spark UI, or the rows of a statement. */
export type StreamTarget = 'ui' | `arrow/${number}`;

/** The connection of one agent, as the rest of the feature sees it. */
export type Link = {
  send(frame: ControlFrame): void;
  /** Resolves with the value of the agent's answer. Throws a `QuestionError` when there is none within `ms`. */
  ask(question: Question, ms: number): Promise<unknown>;
  /** A stream to something behind the agent. */
  openStream(target: StreamTarget): Duplex;
  close(code: number, reason: string): void;
};

export type Links = ReturnType<typeof createLinks>;

/** After how long a connection is made anew on which something was heard that could not be dealt with, ms: whatever stands in the way may be gone by then. */
const renewMs = 5000;

/** Which agents are connected, and since when the others are not. */
export function createLinks(clock: Clock) {
  const links = new Map<number, Link>();
  const renewing = new WeakSet<Link>();
  const lostAt = new Map<number, number>();
  const since = clock.now();

  return {
    get: (sessionId: number): Link | null => links.get(sessionId) ?? null,

    /** Takes a new connection; one that was there is closed: the agent has given it up. */
    add(sessionId: number, link: Link): void {
      const former = links.get(sessionId);
      links.set(sessionId, link);
      lostAt.delete(sessionId);
      former?.close(4001, 'replaced');
    },

    /** Forgets a connection, if it is still the session's. */
    remove(sessionId: number, link: Link): void {
      if (links.get(sessionId) !== link) return;
      links.delete(sessionId);
      lostAt.set(sessionId, clock.now());
    },

    /** Sends a frame if the agent is there. If it isn't, what it missed is made up for when it says hello. */
    send(sessionId: number, frame: ControlFrame): boolean {
      const link = links.get(sessionId);
      link?.send(frame);
      return link !== undefined;
    },

    /** Asks an agent; see `Link`. */
    ask(sessionId: number, question: Question, ms: number): Promise<unknown> {
      return links.get(sessionId)?.ask(question, ms) ?? Promise.reject(connectionLost());
    },

    /**
     * Something that an agent said could not be dealt with: the disk may be full. It says all that has not been acknowledged once more when it connects anew, so
     * its connection is closed after a moment.
     */
    renewLater(sessionId: number): void {
      const link = links.get(sessionId);
      if (link === undefined || renewing.has(link)) return;
      renewing.add(link);
      clock.after(renewMs, () => {
        if (links.get(sessionId) === link) link.close(4003, 'say it again');
      });
    },

    /** For how long the agent has been away, ms; 0 while it is connected. */
    absentMs: (sessionId: number): number =>
      links.has(sessionId) ? 0 : clock.now() - (lostAt.get(sessionId) ?? since),

    /** Ends what is left of an ended session's connection. */
    forget(sessionId: number): void {
      const link = links.get(sessionId);
      links.delete(sessionId);
      lostAt.delete(sessionId);
      link?.close(4002, 'ended');
    },
  };
}
