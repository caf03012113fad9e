import { expect } from 'vitest';
import { until } from '../api.ts';
import type { Session } from '../session.ts';
import type { Case } from '../suite.ts';

const statements = 50;

type On = {
  /** of any kind, with something in Python already run */
  readonly sessions: readonly Session[];
  /** takes a line with what was measured */
  note(line: string): void;
};

const quantile = (values: readonly number[], share: number): number =>
  values.toSorted((a, b) => a - b)[Math.min(Math.floor(values.length * share), values.length - 1)] ?? 0;

/** Many statements in several sessions at the same time. */
export const loadCases: readonly Case<On>[] = [
  {
    name: 'fifty statements in each of several sessions: in order, none lost, none twice, and reads stay quick',
    async run({ sessions, note }) {
      const reads: number[] = [];
      const read = async (session: Session) => {
        const began = performance.now();
        await session.state();
        reads.push(performance.now() - began);
      };
      const fill = async (session: Session) => {
        await session.isIdle();
        const ids: number[] = [];
        for (let i = 0; i < statements; i++) ids.push((await session.post(`print(${i})`, 'pyspark')).id);
        const first = ids[0] ?? 0;
        expect(ids).toEqual(Array.from(ids, (_, i) => first + i));
        await until(
          'the last',
          async () => {
            await read(session);
            return session.peek(first + statements - 1);
          },
          ({ state }) => state === 'available',
        );
        const all = (await session.newest(statements)).toReversed();
        expect(all.map(({ id, output }) => [id, output.data['text/plain']])).toEqual(
          ids.map((id, i) => [id, String(i)]),
        );
        for (const [i, { started }] of all.entries())
          if (i > 0) expect(started).toBeGreaterThanOrEqual(all[i - 1].completed);
      };
      const began = performance.now();
      await Promise.all(sessions.map(fill));
      const seconds = (performance.now() - began) / 1000;
      note(
        `${sessions.length} × ${statements} statements in ${seconds.toFixed(1)} s; GET p50 ${quantile(reads, 0.5).toFixed(0)} ms, p95 ${quantile(reads, 0.95).toFixed(0)} ms`,
      );
      // 50 ms is what a client should notice nothing of; a machine with other work gets more.
      expect(quantile(reads, 0.95)).toBeLessThan(500);
    },
  },
  {
    name: 'the time of one statement, there and back',
    async run({ sessions, note }) {
      const [session] = sessions;
      if (session === undefined) throw new Error('no session');
      const times: number[] = [];
      for (let i = 0; i < 20; i++) {
        const began = performance.now();
        const output = await session.run('1+1', 'pyspark');
        times.push(performance.now() - began);
        expect(output.data).toEqual({ 'text/plain': '2' });
      }
      note(`1+1: p50 ${quantile(times, 0.5).toFixed(0)} ms, p95 ${quantile(times, 0.95).toFixed(0)} ms`);
    },
  },
  {
    name: 'the last hundred statements are kept, and may be read from the newest on',
    async run({ sessions }) {
      const [session] = sessions;
      if (session === undefined) throw new Error('no session');
      let newest = (await session.post('0', 'pyspark')).id;
      while (newest < 100) newest = (await session.post('0', 'pyspark')).id;
      await session.ends(newest);
      const { total_statements: total } = (await session.ask('GET', '/statements')).json;
      expect([total, (await session.list()).length]).toEqual([100, 100]);
      expect((await session.ask('GET', '/statements/0')).status).toBe(404);
      expect((await session.list('?order=desc&size=1')).map(({ id }) => id)).toEqual([newest]);
      expect((await session.list('?order=desc&from=1&size=2')).map(({ id }) => id)).toEqual([newest - 1, newest - 2]);
      expect((await session.list('?from=0&size=1')).map(({ id }) => id)).toEqual([newest - 99]);
    },
  },
];
