import { expect } from 'vitest';
import type { Json } from './api.ts';
import type { Kind } from './target.ts';

/** What the cases that all languages have in common are written in. All of it is code of one statement. */
export type Language = {
  readonly kind: Kind;
  /** the number two, and the bundle that it is shown as */
  readonly two: string;
  readonly twoShown: Json;
  /** keeps a number under a name · answers it */
  keep(name: string, value: number): string;
  get(name: string): string;
  /** shows a text, which has no quotes · one character, many times */
  show(text: string): string;
  repeat(character: string, times: number): string;
  /** the text that an output shows */
  shown(output: Json): string;
  /** fails, with the words */
  readonly fails: string;
  readonly failure: { readonly ename: string; readonly evalue: RegExp };
  /** does nothing for so long, in the driver */
  wait(seconds: number): string;
  /** calculates in the driver and never ends; null: there are no such words */
  readonly loop: string | null;
  /** a Spark job that never ends · one of eight tasks, half a second each */
  readonly endless: string;
  readonly tasks: string;
  /** prints a text in pieces; null: nothing is printed */
  readonly slowly: { readonly code: string; readonly text: string } | null;
  /** what a comment begins with · code that is not finished, and a word that may finish its end; null: none is completed */
  readonly comment: string;
  readonly unfinished: { readonly code: string; readonly word: string } | null;
};

const endless = 'SELECT sum(id % 7) FROM range(0, 10000000000000, 1, 4)';
const tasks = "SELECT reflect('java.lang.Thread', 'sleep', 500L) FROM range(0, 8, 1, 8)";
const pieces = '🙂 0\n🙂 1\n🙂 2\n🙂 3\n';
const text = (output: Json): string => output.data['text/plain'];

export const languages: Readonly<Record<Kind, Language>> = {
  pyspark: {
    kind: 'pyspark',
    two: '1+1',
    twoShown: { 'text/plain': '2' },
    keep: (name, value) => `${name} = ${value}`,
    get: (name) => `print(${name})`,
    show: (words) => `print("${words}")`,
    repeat: (character, times) => `print("${character}" * ${times})`,
    shown: text,
    fails: 'raise ValueError("bad luck")',
    failure: { ename: 'ValueError', evalue: /^bad luck$/ },
    wait: (seconds) => `import time; time.sleep(${seconds})`,
    loop: 'while True: pass',
    endless: `spark.sql("${endless}").collect()`,
    tasks: 'sc.parallelize(range(8), 8).foreach(lambda _: __import__("time").sleep(0.5))',
    slowly: { code: 'import time\nfor i in range(4):\n  print("🙂", i)\n  time.sleep(0.5)', text: pieces },
    comment: '#',
    unfinished: { code: 'spark.ver', word: 'version' },
  },
  spark: {
    kind: 'spark',
    two: '1+1',
    twoShown: { 'text/plain': expect.stringMatching(/^res\d+: Int = 2\n$/) },
    keep: (name, value) => `val ${name} = ${value}`,
    get: (name) => `print(${name})`,
    show: (words) => `print("${words}")`,
    repeat: (character, times) => `print("${character}" * ${times})`,
    shown: text,
    fails: 'throw new IllegalStateException("bad luck")',
    failure: { ename: 'Error', evalue: /^java\.lang\.IllegalStateException: bad luck$/ },
    wait: (seconds) => `Thread.sleep(${seconds * 1000})`,
    loop: 'while (true) {}',
    endless: `spark.sql("${endless}").collect()`,
    tasks: 'sc.parallelize(0 until 8, 8).foreach(_ => Thread.sleep(500))',
    slowly: { code: '(0 to 3).foreach { i => println("🙂 " + i); Thread.sleep(500) }', text: pieces },
    comment: '//',
    unfinished: { code: 'spark.ver', word: 'version' },
  },
  sql: {
    kind: 'sql',
    two: 'SELECT 1+1 AS two',
    twoShown: {
      'application/json': {
        schema: { type: 'struct', fields: [{ name: 'two', type: 'integer', nullable: false, metadata: {} }] },
        data: [[2]],
      },
    },
    keep: (name, value) => `CREATE OR REPLACE TEMP VIEW ${name} AS SELECT ${value} AS n`,
    get: (name) => `SELECT CAST(n AS STRING) FROM ${name}`,
    show: (words) => `SELECT '${words}'`,
    repeat: (character, times) => `SELECT repeat('${character}', ${times})`,
    shown: (output) => output.data['application/json'].data[0][0],
    fails: "SELECT raise_error('bad luck')",
    failure: { ename: 'Error', evalue: /bad luck/ },
    wait: (seconds) => `SELECT reflect('java.lang.Thread', 'sleep', ${seconds * 1000}L)`,
    loop: null,
    endless,
    tasks,
    slowly: null,
    comment: '--',
    unfinished: null,
  },
  sparkr: {
    kind: 'sparkr',
    two: '1+1',
    twoShown: { 'text/plain': '[1] 2' },
    keep: (name, value) => `${name} <- ${value}`,
    get: (name) => `cat(${name})`,
    show: (words) => `cat("${words}")`,
    repeat: (character, times) => `cat(strrep("${character}", ${times}))`,
    shown: text,
    fails: 'stop("bad luck")',
    failure: { ename: 'Error', evalue: /bad luck/ },
    wait: (seconds) => `Sys.sleep(${seconds})`,
    loop: 'repeat {}',
    endless: `collect(sql("${endless}"))`,
    tasks: `collect(sql("${tasks}"))`,
    slowly: { code: 'for (i in 0:3) { cat("🙂 ", i, "\\n", sep = ""); Sys.sleep(0.5) }', text: pieces },
    comment: '#',
    unfinished: { code: 'Sys.tim', word: 'Sys.time' },
  },
};
