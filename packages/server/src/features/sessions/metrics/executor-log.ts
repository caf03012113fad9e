import { Readable } from 'node:stream';
import { delay, type Clock } from '../../../lib/clock.ts';
import type { LogPiece } from './executor-answers.ts';

/** So much is asked for at a time, bytes. */
const pieceBytes = 256 * 1024;

export type LogWish = {
  /** the first byte; null: the last `size` bytes */
  readonly from: number | null;
  readonly size: number;
  /** whether to go on with what is written later */
  readonly follow: boolean;
};

/**
 * A stream of an executor's log, which is asked for piece by piece. Rejects as `ask` does when not even the first piece is to be had; a later failure
 * ends the stream, and whoever follows asks again.
 */
export async function openExecutorLog(options: {
  ask: (piece: { from: number | null; size: number }) => Promise<LogPiece>;
  wish: LogWish;
  ended: () => boolean;
  clock: Clock;
  pollMs: number;
  signal: AbortSignal;
}): Promise<{ from: number; total: number; text: Readable }> {
  const { ask, wish } = options;
  const first = await ask({ from: wish.from, size: Math.min(wish.size, pieceBytes) });
  const from = wish.from ?? Math.max(0, first.total - wish.size);
  // The end was asked for and more of it is wanted than came at once: it is read from its beginning.
  const begin = first.from <= from ? first : await ask({ from, size: pieceBytes });
  const text = Readable.from(pieces({ ...options, begin, until: from + wish.size }), { objectMode: false });
  return { from: begin.from, total: first.total, text };
}

async function* pieces({
  ask,
  wish: { follow },
  begin,
  until,
  ended,
  clock,
  pollMs,
  signal,
}: Parameters<typeof openExecutorLog>[0] & { begin: LogPiece; until: number }): AsyncGenerator<Buffer> {
  let piece = begin;
  for (;;) {
    if (piece.text !== '') yield Buffer.from(piece.text);
    if (signal.aborted) return;
    const left = follow ? pieceBytes : until - piece.to;
    const atEnd = piece.to >= piece.total || piece.to === piece.from;
    if (left <= 0 || (atEnd && (!follow || ended()))) return;
    if (atEnd) await delay(clock, pollMs, signal).catch(() => undefined);
    if (signal.aborted) return;
    // Spark begins a file anew when it rolls it.
    const next = await ask({ from: piece.to, size: Math.min(left, pieceBytes) }).catch(() => null);
    // An answer to another question, or one that goes on without end, is none.
    if (next === null || (next.from !== piece.to && next.total >= piece.to)) return;
    piece = next.total < piece.to ? { ...next, text: '', from: 0, to: 0, total: next.total } : next;
  }
}
