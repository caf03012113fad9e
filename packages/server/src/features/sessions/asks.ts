import type { Duplex } from 'node:stream';
import { z } from 'zod';
import type { Clock } from '../../lib/clock.ts';
import type { CodeKind } from './model.ts';
import type { Limits } from './limits.ts';
import type { Links } from './link/links.ts';
import { QuestionError, type Question } from './link/questions.ts';
import { openRows, type NoRows } from './rows.ts';

/** What may stand for the code from `start` to `end`, in characters: whole words. */
export type Completion = { readonly candidates: readonly string[]; readonly start: number; readonly end: number };

/** A variable that code has defined in a session. The value is a line; empty where it is no plain data. */
export type Variable = { readonly name: string; readonly type: string; readonly value: string };

const maxCandidates = 500;
const maxVariables = 500;
const maxInspected = 50_000;
const maxLine = 500;

const completion = z.object({
  candidates: z.array(z.string()).transform((all) => all.slice(0, maxCandidates)),
  start: z.number().int().min(0),
  end: z.number().int().min(0),
});

const inspection = z.object({
  text: z
    .string()
    .transform((text) => text.slice(0, maxInspected))
    .nullable(),
});

const line = z.string().transform((text) => text.slice(0, maxLine));
const variables = z.object({
  variables: z
    .array(z.object({ name: line, type: line, value: line }))
    .transform((all) => all.slice(0, maxVariables))
    .nullable(),
});

export type Asks = ReturnType<typeof createAsks>;

/** What drivers are asked beside their statements. */
export function createAsks(parts: { links: Links; clock: Clock; limits: Limits }) {
  const { links, limits } = parts;

  /** What a driver answers, as a schema has it; null when it can't say. */
  async function ask<T extends z.ZodType>(id: number, question: Question, schema: T): Promise<z.output<T> | null> {
    try {
      return schema.safeParse(await links.ask(id, question, limits.completeMs)).data ?? null;
    } catch (error) {
      if (error instanceof QuestionError) return null;
      throw error;
    }
  }

  return {
    /** The rows of a statement, as far as its driver has them. */
    rows: (id: number, statementId: number, signal: AbortSignal): Promise<Duplex | NoRows> =>
      openRows(parts, id, statementId, signal),

    /** How code may go on at a cursor. A driver that can't say has no candidates. */
    async complete(id: number, question: Omit<Question & { what: 'complete' }, 'what'>): Promise<Completion> {
      const none = { candidates: [], start: question.cursor, end: question.cursor };
      return (await ask(id, { what: 'complete', ...question }, completion)) ?? none;
    },

    /** What is known of the code at a cursor; null: nothing, or the driver can't say. */
    inspect: async (id: number, question: Omit<Question & { what: 'inspect' }, 'what'>): Promise<string | null> =>
      (await ask(id, { what: 'inspect', ...question }, inspection))?.text ?? null,

    /** The variables of a session; null while its interpreter can't say, since it runs a statement or has not started. */
    variables: async (id: number, kind: CodeKind): Promise<readonly Variable[] | null> =>
      (await ask(id, { what: 'variables', kind }, variables))?.variables ?? null,

    /** Adds a jar or a file to a session. Throws a `QuestionError` when the driver doesn't say that it is there. */
    async add(id: number, question: Omit<Question & { what: 'add' }, 'what'>): Promise<void> {
      await links.ask(id, { what: 'add', ...question }, limits.addMs);
    },
  };
}
