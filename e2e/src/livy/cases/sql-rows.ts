import { expect } from 'vitest';
import type { Session } from '../session.ts';
import type { Case } from '../suite.ts';

type On = { readonly session: Session };

const run = ({ session }: On, code: string) => session.run(code, 'sql');

/** The rows of a query, and its schema. */
async function rows(on: On, code: string) {
  const output = await run(on, code);
  expect([code, output.status, output.evalue]).toEqual([code, 'ok', undefined]);
  expect(Object.keys(output.data)).toEqual(['application/json']);
  return output.data['application/json'];
}

const one = async (on: On, expression: string) => (await rows(on, `SELECT ${expression} AS v`)).data[0][0];

/** What SQL answers, for whoever has no limit of rows of their own. */
export const sqlCases: readonly Case<On>[] = [
  {
    name: 'rows come with a schema that names and types each column',
    async run(on) {
      const { schema, data } = await rows(on, "SELECT 1 a, 'x' b, CAST(null AS INT) c");
      expect(schema.type).toBe('struct');
      expect(schema.fields).toEqual([
        { name: 'a', type: 'integer', nullable: false, metadata: {} },
        { name: 'b', type: 'string', nullable: false, metadata: {} },
        { name: 'c', type: 'integer', nullable: true, metadata: {} },
      ]);
      expect(data).toEqual([[1, 'x', null]]);
    },
  },
  {
    name: 'values of every type',
    async run(on) {
      for (const [expression, value] of [
        ['9007199254740991', 9007199254740991],
        ['CAST(1.25 AS DECIMAL(5, 2))', 1.25],
        ["DATE '2020-01-31'", '2020-01-31'],
        ["TIMESTAMP '2020-01-02 03:04:05 UTC'", '2020-01-02T03:04:05Z'],
        ['array(1, null)', [1, null]],
        ["map('k', 1)", { k: 1 }],
        ["X'007fff'", [0, 127, -1]],
        ['true', true],
        ["CAST('NaN' AS DOUBLE)", null],
      ] as const)
        expect([expression, await one(on, expression)]).toEqual([expression, value]);
    },
  },
  {
    name: 'a timestamp keeps its milliseconds, and a struct is an object',
    deviation: ['timestamps-keep-fractions', 'structs-are-objects'],
    async run(on) {
      expect(await one(on, "TIMESTAMP '2020-01-02 03:04:05.678 UTC'")).toBe('2020-01-02T03:04:05.678Z');
      expect(await one(on, "named_struct('n', 1, 's', 'x')")).toEqual({ n: 1, s: 'x' });
    },
  },
  {
    name: 'a command has no columns and no rows',
    async run(on) {
      expect(await rows(on, 'CREATE OR REPLACE TEMP VIEW made AS SELECT 7 n')).toEqual({
        schema: { type: 'struct', fields: [] },
        data: [],
      });
      expect((await rows(on, 'SELECT n FROM made')).data).toEqual([[7]]);
    },
  },
  {
    name: 'an error has words, which name its cause',
    async run(on) {
      const output = await run(on, 'SELECT nowhere FROM range(1)');
      expect(output).toMatchObject({ status: 'error', ename: 'Error', evalue: expect.stringContaining('nowhere') });
      for (const code of ['', 'SELECT 1; SELECT 2']) {
        const { status, evalue } = await run(on, code);
        expect([code, status, typeof evalue]).toEqual([code, 'error', 'string']);
      }
    },
  },
];

const many = 'SELECT id FROM range(2000) ORDER BY id DESC';

/** How many rows come at most. `limit`: what the configuration of the session says; null: nothing. */
export const rowLimitCases: readonly Case<On & { readonly limit: number | null }>[] = [
  {
    name: 'a thousand rows come of a query, or as many as the configuration says',
    async run({ session, limit }) {
      const { data } = await rows({ session }, many);
      const count = limit ?? 1000;
      expect([data.length, data[0], data.at(-1)]).toEqual([count, [1999], [2000 - count]]);
    },
  },
];
