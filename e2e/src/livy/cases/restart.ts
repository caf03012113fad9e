import { expect } from 'vitest';
import { callAs } from '../api.ts';
import type { Session } from '../session.ts';
import type { Case } from '../suite.ts';
import type { Target } from '../target.ts';

/** A session goes on while its server is restarted. */
export const restartCases: readonly Case<{ readonly target: Target; readonly session: Session }>[] = [
  {
    name: 'sessions, their variables and their outputs are still there, and numbers go on',
    needs: ['restart'],
    deviation: 'sessions-survive',
    async run({ target, session }) {
      await session.run('x = 41', 'pyspark');
      const shown = await session.post('x', 'pyspark');
      const before = await session.ends(shown.id);
      const listed = (await callAs(target)('GET', '/sessions')).json.sessions.map(({ id }: { id: number }) => id);
      await target.restart();
      expect(await session.state()).toMatch(/^(idle|recovering)$/);
      expect(await session.statement(shown.id)).toEqual(before);
      await session.isIdle();
      const next = await session.post('x + 1', 'pyspark');
      expect(next.id).toBe(shown.id + 1);
      expect((await session.ends(next.id)).output.data).toEqual({ 'text/plain': '42' });
      const now = (await callAs(target)('GET', '/sessions')).json.sessions.map(({ id }: { id: number }) => id);
      expect(now).toEqual(listed);
    },
  },
];
