import { expect } from 'vitest';
import type { Session } from '../session.ts';
import type { Case } from '../suite.ts';

type On = { readonly session: Session };

const run = ({ session }: On, code: string) => session.run(code, 'spark');

async function data(on: On, code: string) {
  const output = await run(on, code);
  expect([code, output.status, output.evalue]).toEqual([code, 'ok', undefined]);
  return output.data;
}

/** What Scala code shows. */
export const scalaCases: readonly Case<On>[] = [
  {
    name: 'the names that clients rely on are there',
    async run(on) {
      expect((await data(on, 'spark'))['text/plain']).toMatch(/^res\d+: org\.apache\.spark\.sql\.\S*SparkSession = /);
      expect((await data(on, 'sc'))['text/plain']).toMatch(/^res\d+: org\.apache\.spark\.SparkContext = /);
      expect((await data(on, 'Seq(1, 2).toDF("n").agg(sum($"n")).as[Long].head'))['text/plain']).toMatch(/Long = 3\n$/);
    },
  },
  {
    name: 'values, definitions and prints are shown in their order, each with its line end',
    async run(on) {
      for (const [code, text] of [
        ['val x = 1', 'x: Int = 1\n'],
        ['println("a")', 'a\n'],
        ['val y = 1\nprintln("between")\nval z = y + 1', 'y: Int = 1\nbetween\nz: Int = 2\n'],
      ] as const)
        expect([code, await data(on, code)]).toEqual([code, { 'text/plain': text }]);
    },
  },
  {
    name: 'an error is named Error, and says which exception in its words',
    async run(on) {
      expect(await run(on, '1/0')).toMatchObject({
        status: 'error',
        ename: 'Error',
        evalue: expect.stringMatching(/^java\.lang\.ArithmeticException: \/ by zero/),
      });
      const typed = await run(on, 'val n: Int = "text"');
      expect([typed.ename, typed.evalue]).toEqual(['Error', expect.stringContaining('error: type mismatch')]);
    },
  },
  {
    name: 'code that is not finished',
    async run(on) {
      expect(await run(on, 'val x = (')).toEqual(
        expect.objectContaining({ status: 'error', ename: 'Error', evalue: 'incomplete statement', traceback: [] }),
      );
    },
  },
  {
    name: 'what was printed before an error is shown with it',
    deviation: 'output-before-error',
    async run(on) {
      const output = await run(on, 'val first = 5\nprintln("before")\n1/0\nprintln("after")');
      expect(output.traceback.slice(0, 2)).toEqual(['first: Int = 5\n', 'before\n']);
      expect(output.traceback).not.toContain('after\n');
    },
  },
  {
    name: 'a class and what is made of it may be in one statement',
    deviation: 'scala-by-statement',
    async run(on) {
      const code = 'case class Point(a: Int)\nSeq(Point(1), Point(2)).toDS.map(_.a * 2).collect.sum';
      expect((await data(on, code))['text/plain']).toMatch(/Int = 6\n$/);
    },
  },
];

/** Magics of Scala. */
export const scalaMagicCases: readonly Case<On>[] = [
  {
    name: '%json answers a value as it is',
    async run(on) {
      expect(await data(on, 'val v = Map("a" -> Seq(1, 2))\n%json v')).toMatchObject({
        'application/json': { a: [1, 2] },
      });
    },
  },
  {
    name: '%table answers rows with a type for each column',
    async run(on) {
      const rows = await data(on, 'val v = Seq(Map("b" -> 1, "a" -> 2))\n%table v');
      expect(rows['application/vnd.livy.table.v1+json']).toEqual({
        headers: [
          { name: 'a', type: 'INT_TYPE' },
          { name: 'b', type: 'INT_TYPE' },
        ],
        data: [[2, 1]],
      });
    },
  },
  {
    name: 'a value or a magic that is none',
    async run(on) {
      expect(await run(on, '%json nowhere')).toMatchObject({
        ename: 'NameError',
        evalue: 'Value nowhere does not exist',
      });
      expect(await run(on, '%foo')).toMatchObject({ ename: 'UnknownMagic', evalue: 'Unknown magic command foo' });
    },
  },
];
