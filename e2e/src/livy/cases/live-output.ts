import { expect } from 'vitest';
import type { Case } from '../suite.ts';
import type { InLanguage } from './statements.ts';

/** For languages that print. What Emberlab has beside Livy's routes: the text of a statement that still runs. */
export const liveOutputCases: readonly Case<InLanguage>[] = [
  {
    name: 'what a statement prints is read on from where its reader is, in characters',
    needs: ['live output'],
    async run({ session, language }) {
      if (language.slowly === null) throw new Error(`nothing is printed in ${language.kind}`);
      const { code, text } = language.slowly;
      const { id } = await session.post(code, language.kind);
      let read = '';
      let whileRunning = 0;
      for (let from = 0; ;) {
        const { status, json } = await session.ask('GET', `/statements/${id}/output?from=${from}`);
        expect([status, json.id, json.from]).toEqual([200, id, from]);
        expect(json.next).toBe(from + Array.from(json.text as string).length);
        if (json.state === 'available') break;
        read += json.text;
        whileRunning += json.text === '' ? 0 : 1;
        from = json.next;
      }
      expect(text.startsWith(read)).toBe(true);
      expect(whileRunning).toBeGreaterThan(0);
      expect(language.shown((await session.ends(id)).output).trim()).toBe(text.trim());
    },
  },
];
