import { expect } from 'vitest';
import { until } from '../api.ts';
import type { Case } from '../suite.ts';
import { differs } from '../target.ts';
import type { InLanguage } from './statements.ts';

/** Completes code until the word is found: the first answers may be empty, while what completes is still warming up. */
async function finds(
  { target, session, language }: InLanguage,
  code: string,
  cursor: number,
  word: string,
): Promise<void> {
  const isNeeded =
    session.kind === 'shared' || differs(target, 'completes-all-languages', { livy: true, emberlab: false });
  const kind = isNeeded ? { kind: language.kind } : {};
  await until(
    word,
    () => session.ask('POST', '/completion', { code, cursor, ...kind }),
    ({ status, json }) => {
      expect([status, Object.keys(json)]).toEqual([200, ['candidates']]);
      return json.candidates.includes(word);
    },
    { every: 500 },
  );
}

export const completionCases: readonly Case<InLanguage>[] = [
  {
    name: 'code is completed at the cursor',
    async run(on) {
      const { target, session, language } = on;
      const { kind, unfinished } = language;
      if (unfinished === null) return;
      const { code, word } = unfinished;
      if (kind === 'spark' || differs(target, 'completes-all-languages', { livy: false, emberlab: true }))
        return finds(on, code, code.length, word);
      const { status, json } = await session.ask('POST', '/completion', { code, kind, cursor: code.length });
      expect([status, json]).toEqual([200, { candidates: [] }]);
    },
  },
  {
    name: 'the cursor counts characters, of which an emoji is one',
    deviation: 'completes-all-languages',
    async run(on) {
      const { comment, unfinished } = on.language;
      if (unfinished === null) return;
      const before = `${comment} 🙂🙂🙂🙂\n${unfinished.code}`;
      await finds(on, `${before}\n1 + 1`, Array.from(before).length, unfinished.word);
    },
  },
];
