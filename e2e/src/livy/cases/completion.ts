import { expect } from 'vitest';
import { until, type Answer } from '../api.ts';
import type { Case } from '../suite.ts';
import { differs } from '../target.ts';
import type { InLanguage } from './statements.ts';

/** Completes code until its word is found: the first answers may be empty, while what completes is still warming up. */
function finds(on: InLanguage, code: string, cursor: number): Promise<Answer> {
  const { target, session, language } = on;
  const isOwnKind = session.kind === language.kind;
  const maySayNone = isOwnKind && differs(target, 'completes-all-languages', { livy: false, emberlab: true });
  const body = { code, cursor, ...(maySayNone ? {} : { kind: language.kind }) };
  return until(
    'a candidate',
    () => session.ask('POST', '/completion', body),
    ({ status, json }) => {
      expect([status, Object.keys(json)]).toEqual([200, ['candidates']]);
      return json.candidates.includes(unfinished(on).word);
    },
    { every: 500 },
  );
}

function unfinished({ language }: InLanguage): { code: string; word: string } {
  if (language.unfinished === null) throw new Error(`nothing is completed in ${language.kind}`);
  return language.unfinished;
}

/** For languages that are completed. */
export const completionCases: readonly Case<InLanguage>[] = [
  {
    name: 'code is completed at the cursor',
    async run(on) {
      const { code } = unfinished(on);
      const { kind } = on.language;
      if (kind === 'spark' || differs(on.target, 'completes-all-languages', { livy: false, emberlab: true })) {
        await finds(on, code, code.length);
      } else {
        const { json } = await on.session.ask('POST', '/completion', { code, kind, cursor: code.length });
        expect(json).toEqual({ candidates: [] });
      }
    },
  },
  {
    name: 'the cursor counts characters, of which an emoji is one',
    deviation: 'completes-all-languages',
    async run(on) {
      const before = `${on.language.comment} 🙂🙂🙂🙂\n${unfinished(on).code}`;
      const cursor = Array.from(before).length;
      const { headers } = await finds(on, `${before}\n1 + 1`, cursor);
      const start = Number(headers.get('emberlab-completion-start'));
      const replaced = Array.from(before).slice(start).join('');
      expect(unfinished(on).word.startsWith(replaced) && replaced !== '').toBe(true);
      expect(headers.get('emberlab-completion-end')).toBe(String(cursor));
    },
  },
];

/** For those that are not. */
export const noCompletionCases: readonly Case<InLanguage>[] = [
  {
    name: 'there are no candidates',
    async run({ session, language }) {
      const body = { code: 'SEL', kind: language.kind, cursor: 3 };
      const { status, json } = await session.ask('POST', '/completion', body);
      expect([status, json]).toEqual([200, { candidates: [] }]);
    },
  },
];
