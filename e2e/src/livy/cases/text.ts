import { expect } from 'vitest';
import type { Case } from '../suite.ts';
import type { InLanguage } from './statements.ts';

/** What a platform under test takes of one statement, million bytes: so little that the drivers of tests have memory for more. */
export const outputLimitMb = 8;

const words = 'žđ 漢 🙂';

export const textCases: readonly Case<InLanguage>[] = [
  {
    name: 'text is UTF-8 in both directions, also where the server’s locale is C',
    deviation: 'always-utf8',
    async run({ session, language }) {
      const { id, code } = await session.post(language.show(words), language.kind);
      expect(code).toBe(language.show(words));
      const { output } = await session.ends(id);
      expect(language.shown(output)).toBe(words);
    },
  },
  {
    name: 'five million characters come whole',
    async run({ session, language }) {
      const output = await session.run(language.repeat('x', 5_000_000), language.kind);
      expect(language.shown(output) === 'x'.repeat(5_000_000)).toBe(true);
    },
  },
  {
    name: 'more than a server takes is cut with a mark, or refused in words, and the session goes on',
    deviation: 'large-output-is-cut',
    async run({ session, language }) {
      const count = outputLimitMb * 1.5e6;
      const output = await session.run(language.repeat('x', count), language.kind);
      if (language.kind === 'sql') {
        const shown = JSON.stringify(output.data ?? null).slice(0, 500);
        expect([output.status, shown, output.evalue]).toEqual(['error', 'null', expect.stringContaining('bytes')]);
      } else {
        expect(output.status).toBe('ok');
        const shown = language.shown(output);
        expect(shown.length).toBeLessThan(count);
        expect(/[^x]+/.exec(shown)?.[0]).toContain('bytes of output are cut');
      }
      expect((await session.run(language.two, language.kind)).data).toEqual(language.twoShown);
    },
  },
];
