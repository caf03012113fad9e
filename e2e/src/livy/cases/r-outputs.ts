import { expect } from 'vitest';
import type { Session } from '../session.ts';
import type { Case } from '../suite.ts';
import { differs, type Target } from '../target.ts';

type On = { readonly target: Target; readonly session: Session };

const run = ({ session }: On, code: string) => session.run(code, 'sparkr');

async function data(on: On, code: string) {
  const output = await run(on, code);
  expect([code, output.status, output.evalue]).toEqual([code, 'ok', undefined]);
  return output.data;
}

/** What R code shows. */
export const rCases: readonly Case<On>[] = [
  {
    name: 'the names that clients rely on are there',
    async run(on) {
      for (const name of ['spark', 'sc', 'sqlContext'])
        expect((await data(on, name))['text/plain']).toMatch(/^Java ref type org\.apache\.spark\./);
      expect((await data(on, 'collect(sql("SELECT 7 AS n"))$n'))['text/plain']).toBe('[1] 7');
    },
  },
  {
    name: 'values are shown as R prints them, and invisible ones are not',
    async run(on) {
      for (const [code, text] of [
        ['1+1', '[1] 2'],
        ['x <- 3', ''],
        ['invisible(3)', ''],
        ['cat("a\\n")', 'a'],
        ['"ž"', '[1] "ž"'],
      ] as const)
        expect([code, await data(on, code)]).toEqual([code, { 'text/plain': text }]);
    },
  },
  {
    name: 'an error is named Error, and has R’s words',
    async run(on) {
      const output = await run(on, 'print("before"); stop("bad")');
      expect(output).toMatchObject({ status: 'error', ename: 'Error' });
      const before = { livy: output.evalue, emberlab: output.traceback[0] };
      expect(differs(on.target, 'r-words-are-the-error', before)).toContain('[1] "before"');
      expect(output.evalue).toMatch(/bad/);
    },
  },
  {
    name: 'code that is not R',
    async run(on) {
      expect((await run(on, 'f(')).ename).toBe('Error');
      expect((await data(on, '1'))['text/plain']).toBe('[1] 1');
    },
  },
  {
    name: 'what is plotted is answered as a picture',
    async run(on) {
      const picture = await data(on, 'plot(1:3)');
      expect(picture['image/png']).toMatch(/^iVBORw0KGgo/);
      expect(picture['text/plain']).toBe(
        differs(on.target, 'r-plots-without-device', { livy: 'null device \n          1 ', emberlab: '' }),
      );
    },
  },
  {
    name: 'the R package with which clients fetch frames is there',
    async run(on) {
      const fetched = await data(on, 'cat(jsonlite:::toJSON(take(sql("SELECT id FROM range(2)"), 5)))');
      expect(fetched['text/plain']).toBe('[{"id":0},{"id":1}]');
    },
  },
];
