import { expect } from 'vitest';
import { until } from '../api.ts';
import type { Language } from '../languages.ts';
import type { Session } from '../session.ts';
import type { Case } from '../suite.ts';
import { differs, type Target } from '../target.ts';

/** A session, and the language that is tried in it. */
export type InLanguage = { readonly target: Target; readonly session: Session; readonly language: Language };

/** What statements of every language have in common. */
export const statementCases: readonly Case<InLanguage>[] = [
  {
    name: 'a statement goes from waiting to available, with its output, its progress and its times',
    async run({ session, language }) {
      const { kind, two, twoShown } = language;
      const answer = await session.ask('POST', '/statements', { code: two, kind });
      const { id } = answer.json;
      expect([answer.status, answer.headers.get('location')]).toEqual([
        201,
        `/sessions/${session.id}/statements/${id}`,
      ]);
      expect(answer.json).toEqual({
        id,
        code: two,
        state: expect.stringMatching(/^(waiting|running)$/),
        output: null,
        progress: expect.any(Number),
        started: expect.any(Number),
        completed: 0,
      });
      await until(
        'the end',
        () => session.peek(id),
        ({ state, completed, started }) => {
          const ended = state === 'available';
          expect(ended ? completed >= started && started > 0 : completed === 0).toBe(true);
          return ended;
        },
      );
      expect(await session.statement(id)).toMatchObject({
        id,
        code: two,
        state: 'available',
        progress: 1,
        output: { status: 'ok', execution_count: id, data: twoShown },
      });
    },
  },
  {
    name: 'ids grow by one',
    async run({ session, language }) {
      const ids = [];
      for (let i = 0; i < 3; i++) ids.push((await session.post(language.two, language.kind)).id);
      expect(ids).toEqual([ids[0], ids[0] + 1, ids[0] + 2]);
      await session.ends(ids[2]);
    },
  },
  {
    name: 'what a statement defines is there for the next',
    async run({ session, language }) {
      await session.run(language.keep('kept', 42), language.kind);
      const output = await session.run(language.get('kept'), language.kind);
      expect(language.shown(output).trim()).toBe('42');
    },
  },
  {
    name: 'an error has a name, words and a trace, and the session goes on',
    async run({ session, language }) {
      const output = await session.run(language.fails, language.kind);
      expect(output).toMatchObject({ status: 'error', ename: language.failure.ename });
      expect(output.evalue).toMatch(language.failure.evalue);
      for (const line of output.traceback) expect(line).toMatch(/\n$/);
      expect(output.data).toBeUndefined();
      expect((await session.run(language.two, language.kind)).data).toEqual(language.twoShown);
      await session.isIdle();
    },
  },
  {
    name: 'five at once run one after the other, in their order; the session is busy until the last has ended',
    async run({ session, language }) {
      await session.isIdle();
      const waiting = [language.wait(1), ...Array.from({ length: 4 }, () => language.two)];
      const first = (await session.post(waiting[0] ?? '', language.kind)).id;
      for (const code of waiting.slice(1)) await session.post(code, language.kind);
      const last = first + 4;
      await until(
        'all ended',
        async () => {
          const state = await session.state();
          const all = (await session.newest()).filter(({ id }) => id >= first);
          if (all.find(({ id }) => id === last)?.state !== 'available') expect(state).toBe('busy');
          return all;
        },
        (all) => {
          expect(all.filter(({ state }) => state === 'running').length).toBeLessThanOrEqual(1);
          return all.every(({ state }) => state === 'available');
        },
      );
      const all = (await session.newest()).filter(({ id }) => id >= first).toReversed();
      for (const [i, { started }] of all.entries())
        if (i > 0) expect(started).toBeGreaterThanOrEqual(all[i - 1].completed);
      await session.isIdle();
    },
  },
  {
    name: 'the progress of a Spark job grows, and never falls',
    async run({ session, language }) {
      const { id } = await session.post(language.tasks, language.kind);
      const seen: number[] = [];
      await until(
        'the end',
        () => session.peek(id),
        ({ state, progress }) => {
          seen.push(progress);
          return state === 'available';
        },
      );
      expect(seen).toEqual(seen.toSorted((a, b) => a - b));
      expect(seen.some((value) => value > 0 && value < 1)).toBe(true);
      expect(seen.at(-1)).toBe(1);
    },
  },
];

/** What is no statement, or asks for none that is there. */
export const badStatementCases: readonly Case<{ readonly target: Target; readonly session: Session }>[] = [
  {
    name: 'a statement that is not there is not found',
    async run({ session }) {
      const absent = await session.ask('GET', '/statements/9999');
      expect([absent.status, absent.message]).toEqual([404, 'Statement not found']);
      expect((await session.ask('GET', '/statements/x')).status).toBe(400);
    },
  },
  {
    name: 'a body without code, with another field, or of an unknown kind is refused, and nothing runs',
    async run({ target, session }) {
      const before = (await session.ask('GET', '/statements')).json.total_statements;
      const refused = differs(target, 'no-500-for-mistakes', { livy: 500, emberlab: 400 });
      const post = (body: unknown) => session.ask('POST', '/statements', body);
      expect((await post({ code: '1', foo: 2 })).status).toBe(400);
      expect((await post({})).status).toBe(refused);
      expect((await post({ code: '1', kind: 'zz' })).status).toBe(refused);
      expect((await session.ask('GET', '/statements')).json.total_statements).toBe(before);
    },
  },
];
