import { expect } from 'vitest';
import { languages } from '../languages.ts';
import type { Session } from '../session.ts';
import type { Case } from '../suite.ts';
import { differs, type Target } from '../target.ts';

/** A session that was made without a kind. */
export const sharedCases: readonly Case<{ readonly target: Target; readonly session: Session }>[] = [
  {
    name: 'code has to say of which kind it is',
    async run({ target, session }) {
      const { status, message } = await session.ask('POST', '/statements', { code: '1' });
      expect(status).toBe(differs(target, 'no-500-for-mistakes', { livy: 500, emberlab: 400 }));
      expect(message).toContain('Code type should be specified if session kind is shared');
    },
  },
  {
    name: 'statements of all kinds run one after the other, in their order',
    async run({ target, session }) {
      const ids: number[] = [];
      for (const kind of target.kinds) ids.push((await session.post(languages[kind].wait(0.5), kind)).id);
      for (const kind of target.kinds) ids.push((await session.post(languages[kind].two, kind)).id);
      let before = 0;
      for (const id of ids) {
        const { state, started, completed } = await session.ends(id);
        expect([state, started >= before]).toEqual(['available', true]);
        before = completed;
      }
    },
  },
  {
    name: 'a view that is made in one language is there in all others',
    async run({ target, session }) {
      const make = { pyspark: 'createOrReplaceTempView("of_python")', spark: 'createOrReplaceTempView("of_scala")' };
      await session.run(`spark.range(5).${make.pyspark}`, 'pyspark');
      await session.run(`spark.range(6).${make.spark}`, 'spark');
      await session.run('CREATE OR REPLACE TEMP VIEW of_sql AS SELECT * FROM range(7)', 'sql');
      for (const [view, count] of [
        ['of_python', 5],
        ['of_scala', 6],
        ['of_sql', 7],
      ] as const) {
        const python = await session.run(`spark.table("${view}").count()`, 'pyspark');
        expect(python.data).toEqual({ 'text/plain': String(count) });
        const scala = await session.run(`spark.table("${view}").count`, 'spark');
        expect(scala.data['text/plain']).toMatch(new RegExp(`Long = ${count}\n$`));
        const sql = await session.run(`SELECT count(*) FROM ${view}`, 'sql');
        expect(sql.data['application/json'].data).toEqual([[count]]);
        if (!target.kinds.includes('sparkr')) continue;
        const r = await session.run(`collect(sql("SELECT count(*) AS n FROM ${view}"))$n`, 'sparkr');
        expect(r.data).toEqual({ 'text/plain': `[1] ${count}` });
      }
    },
  },
];
