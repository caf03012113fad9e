/** What is kept of a running statement's output, in characters: enough for a page, and for a client that was away for a moment. */
const keptCharacters = 64 * 1024;

/** A piece of an output. `from`, `next`: where it begins and where it ends, in characters since the statement began. */
export type OutputPiece = { readonly from: number; readonly text: string; readonly next: number };

export type Outputs = ReturnType<typeof createOutputs>;

/**
 * What running statements have printed so far, in memory only: the whole output comes with the result. One statement runs in a session at a time, so
 * one output is kept for each. Offsets count characters and not UTF-16 units, as agents do.
 */
export function createOutputs() {
  const running = new Map<number, { readonly statementId: number; pieces: OutputPiece[] }>();

  const piecesOf = (sessionId: number, statementId: number): OutputPiece[] => {
    const output = running.get(sessionId);
    return output?.statementId === statementId ? output.pieces : [];
  };

  return {
    /** Adds a piece. What was known already comes again after a reconnect; where something was left out, `from` lies behind what is known. */
    add(sessionId: number, statementId: number, frame: { from: number; text: string }): void {
      const known = piecesOf(sessionId, statementId);
      const piece = after(pieceOf(frame.from, frame.text), known.at(-1)?.next ?? 0);
      if (piece === null && known.length > 0) return;
      const pieces = piece === null ? known : [...known, piece];
      const first = (pieces.at(-1)?.next ?? 0) - keptCharacters;
      running.set(sessionId, {
        statementId,
        pieces: pieces.map((one) => after(one, first)).filter((one) => one !== null),
      });
    },

    /** The output from a character on, as far as it is without a gap; null: there is none yet. It begins later where the beginning was left out. */
    read(sessionId: number, statementId: number, from: number): OutputPiece | null {
      let run: OutputPiece | null = null;
      for (const piece of piecesOf(sessionId, statementId)) {
        if (run === null) run = after(piece, from);
        else if (run.next === piece.from) run = { from: run.from, text: run.text + piece.text, next: piece.next };
        else break;
      }
      return run;
    },

    /** Forgets the output of an ended statement. */
    end(sessionId: number, statementId: number): void {
      if (running.get(sessionId)?.statementId === statementId) running.delete(sessionId);
    },

    /** Forgets a session. */
    forget: (sessionId: number): boolean => running.delete(sessionId),
  };
}

function pieceOf(from: number, text: string): OutputPiece {
  return { from, text, next: from + Array.from(text).length };
}

/** The part of a piece from a character on; null: there is none. */
function after(piece: OutputPiece, from: number): OutputPiece | null {
  if (from <= piece.from) return piece.next > piece.from ? piece : null;
  if (from >= piece.next) return null;
  const text = Array.from(piece.text)
    .slice(from - piece.from)
    .join('');
  return { from, text, next: piece.next };
}
