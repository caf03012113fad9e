import type { Duplex } from 'node:stream';
import { z } from 'zod';
import type { Clock } from '../../lib/clock.ts';
import type { Limits } from './limits.ts';
import type { Links } from './link/links.ts';
import { QuestionError, type Question } from './link/questions.ts';
import { openRows, type NoRows } from './rows.ts';

/** What may stand for the code from `start` to `end`, in characters: whole words. */
export type Completion = { readonly candidates: readonly string[]; readonly start: number; readonly end: number };

const maxCandidates = 500;

const completion = z.object({
  candidates: z.array(z.string()).transform((all) => all.slice(0, maxCandidates)),
  start: z.number().int().min(0),
  end: z.number().int().min(0),
});

export type Asks = ReturnType<typeof createAsks>;

/** What drivers are asked beside their statements. */
export function createAsks(parts: { links: Links; clock: Clock; limits: Limits }) {
  const { links, limits } = parts;
  return {
    /** The rows of a statement, as far as its driver has them. */
    rows: (id: number, statementId: number, signal: AbortSignal): Promise<Duplex | NoRows> =>
      openRows(parts, id, statementId, signal),

    /** How code may go on at a cursor. A driver that can't say has no candidates. */
    async complete(id: number, question: Omit<Question & { what: 'complete' }, 'what'>): Promise<Completion> {
      const none = { candidates: [], start: question.cursor, end: question.cursor };
      try {
        const answer = completion.safeParse(await links.ask(id, { what: 'complete', ...question }, limits.completeMs));
        return answer.success ? answer.data : none;
      } catch (error) {
        if (error instanceof QuestionError) return none;
        throw error;
      }
    },

    /** Adds a jar or a file to a session. Throws a `QuestionError` when the driver doesn't say that it is there. */
    async add(id: number, question: Omit<Question & { what: 'add' }, 'what'>): Promise<void> {
      await links.ask(id, { what: 'add', ...question }, limits.addMs);
    },
  };
}
