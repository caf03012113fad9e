import { expect } from 'vitest';
import type { Session } from '../session.ts';
import type { Case } from '../suite.ts';

type On = { readonly session: Session };

const run = ({ session }: On, code: string) => session.run(code, 'pyspark');

/** The bundle of code that succeeds. */
async function data(on: On, code: string) {
  const output = await run(on, code);
  expect([code, output.status, output.evalue]).toEqual([code, 'ok', undefined]);
  return output.data;
}

const pngSignature = 'iVBORw0KGgo';
const table = 'application/vnd.livy.table.v1+json';

/** What Python code shows. */
export const pythonCases: readonly Case<On>[] = [
  {
    name: 'the names that clients rely on are there',
    async run(on) {
      expect(await data(on, 'spark')).toEqual({ 'text/plain': expect.stringContaining('SparkSession') });
      expect(await data(on, 'sc')).toEqual({ 'text/plain': expect.stringContaining('SparkContext') });
      expect(await data(on, 'sqlContext')).toEqual({ 'text/plain': expect.stringContaining('SQLContext') });
    },
  },
  {
    name: 'prints and the last value are shown, stripped at the right side only',
    async run(on) {
      for (const [code, text] of [
        ['print("a")\n1\n2', 'a\n2'],
        ['x = 1', ''],
        ['', ''],
        ['print("  a  ")', '  a'],
        ['None', ''],
        ['print("a")\r\nprint("b")', 'a\nb'],
        ['import sys; print("e", file=sys.stderr); print("o")', 'o\ne'],
        ['print(repr(__name__))', expect.stringMatching(/./)],
      ])
        expect([code, await data(on, code)]).toEqual([code, { 'text/plain': text }]);
    },
  },
  {
    name: 'an error has its trace in lines',
    async run(on) {
      const output = await run(on, 'missing');
      expect(output).toMatchObject({ ename: 'NameError', evalue: "name 'missing' is not defined" });
      expect(output.traceback[0]).toBe('Traceback (most recent call last):\n');
      expect(output.traceback.at(-1)).toBe("NameError: name 'missing' is not defined\n");
      const inner = await run(on, 'def inner():\n  raise KeyError("k")\ninner()');
      expect(inner.traceback.join('')).toMatch(/in inner\n/);
    },
  },
  {
    name: 'what was printed before an error is shown with it',
    deviation: 'output-before-error',
    async run(on) {
      const output = await run(on, 'print("a")\n1/0');
      expect(output).toMatchObject({ ename: 'ZeroDivisionError', evalue: 'division by zero' });
      expect(output.traceback.slice(0, 2)).toEqual(['a\n', 'Traceback (most recent call last):\n']);
    },
  },
  {
    name: 'nothing runs of code that is not Python',
    async run(on) {
      const output = await run(on, 'ran = 1\nx = = 2');
      expect(output.ename).toBe('SyntaxError');
      expect(output.traceback.join('')).toMatch(/x = = 2\n +\^/);
      expect((await run(on, 'ran')).ename).toBe('NameError');
    },
  },
  {
    name: 'leaving, interrupting and reading end the statement, not the session',
    async run(on) {
      for (const [code, ename] of [
        ['raise SystemExit', 'SystemExit'],
        ['import sys; sys.exit(3)', 'SystemExit'],
        ['raise KeyboardInterrupt', 'KeyboardInterrupt'],
        ['input()', 'EOFError'],
      ] as const) {
        const output = await run(on, code);
        expect([code, output.ename, typeof output.evalue]).toEqual([code, ename, 'string']);
      }
      expect(await data(on, '1')).toEqual({ 'text/plain': '1' });
    },
  },
  {
    name: 'what a child process prints is shown, and the next statement has its own answer',
    deviation: 'children-may-print',
    async run(on) {
      expect(await data(on, 'import os; _ = os.system("echo child")')).toEqual({ 'text/plain': 'child' });
      expect(await data(on, '40 + 2')).toEqual({ 'text/plain': '42' });
    },
  },
];

/** Magics of Python. */
export const pythonMagicCases: readonly Case<On>[] = [
  {
    name: '%json answers a value as it is',
    async run(on) {
      expect(await data(on, 'v = {"a": [1, None]}\n%json v')).toEqual({ 'application/json': { a: [1, null] } });
    },
  },
  {
    name: '%json of what is not defined, of what is no number, and of what has no JSON',
    deviation: ['magics-fail-in-words', 'nan-is-null'],
    async run(on) {
      expect((await run(on, '%json nowhere')).ename).toBe('NameError');
      expect(await data(on, 'v = [float("nan"), float("inf"), 1.5]\n%json v')).toEqual({
        'application/json': [null, null, 1.5],
      });
      expect(await run(on, 'v = object()\n%json v')).toMatchObject({ status: 'error', ename: 'TypeError' });
      expect(await data(on, '1')).toEqual({ 'text/plain': '1' });
    },
  },
  {
    name: '%table answers rows with a type for each column',
    async run(on) {
      const rows = await data(on, 'v = [{"b": 1, "a": "x"}, {"a": None, "b": 2}]\n%table v');
      expect(rows[table]).toEqual({
        headers: [
          { name: 'a', type: 'STRING_TYPE' },
          { name: 'b', type: 'INT_TYPE' },
        ],
        data: [
          ['x', 1],
          [null, 2],
        ],
      });
      expect((await data(on, 'v = [[1, True], [2, False]]\n%table v'))[table]).toEqual({
        headers: [
          { name: '0', type: 'INT_TYPE' },
          { name: '1', type: 'BOOLEAN_TYPE' },
        ],
        data: [
          [1, true],
          [2, false],
        ],
      });
    },
  },
  {
    name: '%table has a text for those who show no tables, and columns of two types are an error',
    deviation: ['tables-have-text', 'magics-fail-in-words'],
    async run(on) {
      expect((await data(on, 'v = [{"a": "x"}]\n%table v'))['text/plain']).toMatch(/^a\nx/);
      expect(await run(on, 'v = [{"a": 1}, {"a": "x"}]\n%table v')).toMatchObject({
        status: 'error',
        ename: 'TypeError',
      });
      expect(await data(on, '1')).toEqual({ 'text/plain': '1' });
    },
  },
  {
    name: '%matplot answers a picture, alone',
    async run(on) {
      const picture = await data(on, 'import matplotlib.pyplot as plt\n_ = plt.plot([1, 2])\n%matplot plt');
      expect(Object.keys(picture)).toEqual(['image/png']);
      expect(picture['image/png']).toMatch(new RegExp(`^${pngSignature}`));
    },
  },
  {
    name: 'a magic that is none',
    async run(on) {
      expect(await run(on, '%foo')).toMatchObject({ ename: 'UnknownMagic', evalue: "unknown magic command 'foo'" });
      expect(await run(on, '%')).toMatchObject({ ename: 'UnknownMagic', evalue: 'magic command not specified' });
    },
  },
];
