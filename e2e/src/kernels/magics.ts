import { expect } from 'vitest';
import type { Cell, Notebook } from '../notebook.ts';

/** What the same things are called in each language. */
type Language = {
  readonly label: 'Python' | 'Scala' | 'R';
  /** prints the value of a variable */
  readonly print: (name: string) => string;
  /** shows the rows of a Spark frame as text */
  readonly showRows: (name: string) => string;
  /** fails in a function of the cell, and in a way of its own */
  readonly fail: string;
  readonly failure: RegExp;
  /** fails in the JVM, with a long trace */
  readonly failInSpark: string;
};

export const languages = {
  python: {
    label: 'Python',
    print: (name) => `print(${name})`,
    showRows: (name) => `${name}.show()`,
    fail: 'def halve(n):\n    return n / 0\nprint("before")\nhalve(1)',
    failure: /^ZeroDivisionError: division by zero\n {2}File "<cell \d+>", line 4, in <module>\n {4}halve\(1\)\n/,
    failInSpark: 'spark.range(3).rdd.map(lambda row: row[0] / 0).collect()',
  },
  scala: {
    label: 'Scala',
    print: (name) => `println(${name})`,
    showRows: (name) => `${name}.show()`,
    fail: 'println("before")\nval halved = 1 / 0',
    failure: /^java\.lang\.ArithmeticException: \/ by zero\n/,
    failInSpark: 'spark.range(3).map(_ / 0).collect()',
  },
  r: {
    label: 'R',
    print: (name) => `cat(${name})`,
    showRows: (name) => `showDF(${name})`,
    fail: 'cat("before\\n")\nhalve <- function(n) stop("no half")\nhalve(1)',
    failure: /^Error in halve\(1\) : no half\n/,
    failInSpark: `collect(sql("SELECT raise_error('division by zero')"))`,
  },
} as const satisfies Record<string, Language>;

/** What a cell has said of an error. */
const errorOf = (cell: Cell): string =>
  cell.outputs.map((output) => (output.kind === 'stream' && output.name === 'stderr' ? output.text : '')).join('');

/** Every magic of sparkmagic that doesn't end a session, in one of the languages. */
export async function useMagics(notebook: Notebook, language: Language): Promise<void> {
  const run = async (code: string) => {
    const cell = await notebook.run(code);
    const html = cell.outputs
      .map((output) => (output.kind === 'display' ? (output.data['text/html'] ?? '') : ''))
      .join('');
    return { text: cell.text, html, error: errorOf(cell) };
  };
  const fine = async (code: string) => {
    const done = await run(code);
    expect({ code, error: done.error }).toEqual({ code, error: '' });
    return done;
  };

  const { html: help } = await fine('%%help');
  for (const magic of [
    'info',
    'logs',
    'configure',
    'sql',
    'spark',
    'local',
    'send_to_spark',
    'pretty',
    'cleanup',
    'delete',
  ])
    expect(help).toContain(`<td>${magic}</td>`);
  expect((await fine('%%info')).html).toContain('✔');
  expect((await fine('%%logs')).text).toContain('SparkContext');

  expect((await run('%%configure -f\n{"executorCores": 1,}')).error).toMatch(/not valid JSON \(line 2, column \d+/);
  expect((await run('%%configure\n{"executorCores": 1}')).error).toContain('already been started');
  expect((await run('%%cleanup')).error).toContain('Include the -f parameter');
  expect((await run('%%delete -s 999')).error).toContain('Include the -f parameter');
  expect((await run('%%delete -f -s 999')).error.trim()).toBe("Session '999' not found.");
  expect((await run('%%sql -n few\nSELECT 1')).error).toContain("invalid int value: 'few'");

  // Text that looks like numbers becomes them where that is asked for.
  await fine("%%sql -q -o coerced -n 2 -m take -c True\nSELECT '7' AS code FROM range(5)");
  expect((await fine('%%local\nprint(coerced["code"].dtype, len(coerced))')).text).toBe('int64 2\n');

  await fine(
    `%%local\nimport pandas as pd\nwords = 'it\\'s "so" $x'\nframe = pd.DataFrame({"tree": ["o'k", 'l"m', "ash"], "age": [1, 2, 3]})`,
  );
  expect((await fine('%%send_to_spark -i words -t str -n remote_words')).text).toContain('Successfully passed');
  expect((await fine(language.print('remote_words'))).text).toContain('it\'s "so" $x');
  expect((await fine('%%send_to_spark -i frame -t df -n remote_frame -m 2')).text).toContain('Successfully passed');
  expect((await fine(language.showRows('remote_frame'))).text).toMatch(
    /tree\|age\|[^]*o'k\|\s+1\|[^]*l"m\|\s+2\|\n[+-]+\s*$/,
  );
  expect((await fine(`%%pretty\n${language.showRows('remote_frame')}`)).html).toMatch(/<table>.*tree.*<\/table>/s);

  if (language.label !== 'Python') expect((await run('%matplot plt')).error).toContain('there are in Python alone');
}

/** What went wrong is told first, and long traces of the JVM are folded up below it. */
export async function failUsefully(notebook: Notebook, language: Language): Promise<void> {
  const cell = await notebook.run(language.fail);
  expect(cell.text).toContain('before\n');
  expect(errorOf(cell)).toMatch(language.failure);
  const inSpark = await notebook.run(language.failInSpark);
  expect(errorOf(inSpark)).toMatch(/(?:division )?by zero/);
  expect(errorOf(inSpark)).not.toContain('at org.apache.spark');
  const folded = inSpark.outputs.find((output) => output.kind === 'display' && 'text/html' in output.data);
  expect(folded).toMatchObject({ data: { 'text/html': expect.stringMatching(/^<details><summary>The whole trace/) } });
}
