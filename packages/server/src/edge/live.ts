import type { Clock } from '../lib/clock.ts';
import type { Grant, Target } from './protocol.ts';
import type { TableView } from './table.ts';

/** What is open to a target at the moment, with the right that it rests on. */
export type Live = {
  /** Remembers something open; the returned function forgets it when it has ended by itself. */
  add(entry: { target: Target; grant: Grant; end: () => void }): () => void;
  /** Ends everything whose right or target has gone. */
  sweep(): void;
  size(): number;
  close(): void;
};

/** Grants also end by their time, so it looks every two seconds besides being told. */
export function createLive(table: TableView, clock: Clock): Live {
  type Entry = { target: Target; grant: Grant; end: () => void };
  const entries = new Set<Entry>();
  const holds = ({ target, grant }: Entry, now: number): boolean => {
    const present = table.grant(grant.digest);
    return (
      present !== undefined &&
      present.targetId === target.id &&
      present.expiresAt > now &&
      table.target(target.id)?.socketPath === target.socketPath
    );
  };
  const sweep = () => {
    const now = clock.now();
    for (const entry of entries) {
      if (holds(entry, now)) continue;
      entries.delete(entry);
      entry.end();
    }
  };
  let cancel: () => void;
  const again = () => {
    sweep();
    cancel = clock.after(2000, again);
  };
  cancel = clock.after(2000, again);
  return {
    add(entry) {
      entries.add(entry);
      return () => void entries.delete(entry);
    },
    sweep,
    size: () => entries.size,
    close: () => cancel(),
  };
}
