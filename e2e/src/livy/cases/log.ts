import { expect } from 'vitest';
import { until } from '../api.ts';
import type { Session } from '../session.ts';
import type { Case } from '../suite.ts';

const log = async (session: Session, query: string) => {
  const { status, json } = await session.ask('GET', `/log${query}`);
  expect([status, Object.keys(json).toSorted()]).toEqual([200, ['from', 'id', 'log', 'total']]);
  return json;
};

/** The log of a session that runs Python. */
export const logCases: readonly Case<{ readonly session: Session }>[] = [
  {
    name: 'it has pages, which begin with the heading of its first part',
    async run({ session }) {
      const page = await log(session, '?from=0&size=5');
      expect(page).toMatchObject({ id: session.id, from: 0 });
      expect(page.log).toHaveLength(5);
      expect(page.log[0]).toBe('stdout: ');
      expect(page.total).toBeGreaterThanOrEqual(5);
      const all = await log(session, '?from=0&size=-1');
      expect(all.log.slice(0, 5)).toEqual(page.log);
      expect(all.log).toContain('\nstderr: ');
      expect((await log(session, '?from=2&size=3')).log).toEqual(page.log.slice(2));
    },
  },
  {
    name: 'every line of it is kept, and without a page one gets the last hundred',
    deviation: 'log-is-whole',
    async run({ session }) {
      const lines = Array.from({ length: 300 }, (_, i) => `a line ${i}`);
      await session.run('for i in range(300): sc._jvm.java.lang.System.err.println(f"a line {i}")', 'pyspark');
      const own = (all: string[]) => all.filter((line) => line.startsWith('a line'));
      const all = await until(
        'the log',
        () => log(session, '?size=-1'),
        (page) => own(page.log).length === lines.length,
      );
      expect(own(all.log)).toEqual(lines);
      expect(all.log).toHaveLength(all.total);
      const last = await log(session, '');
      expect([last.log.length, last.from]).toEqual([100, last.total - 100]);
      expect((await log(session, `?from=${last.from}&size=100`)).log).toEqual(last.log);
      expect((await log(session, '?from=0')).log).toEqual(all.log.slice(0, 100));
      expect((await session.ask('GET')).json.log).toHaveLength(10);
    },
  },
];
