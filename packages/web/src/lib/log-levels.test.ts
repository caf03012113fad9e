import { expect, it } from 'vitest';
import { atLeast, levelOf } from './log-levels.ts';
import { readLog } from './log-lines.ts';

const log = readLog(
  [
    'starting',
    '[I 2026-11-25 17:00:00.000 ServerApp] jupyterlab | extension was linked.',
    '\u001B[33m[W 2026-11-25 17:00:01.000 ServerApp]\u001B[m odd',
    '    and why it is odd',
    '26/11/25 17:00:02 INFO SparkContext: Running Spark',
    '26/11/25 17:00:03 ERROR Executor: Exception in task 0.0',
    'java.lang.IllegalStateException: no',
    '\tat a.b(C.java:1)',
    'Traceback (most recent call last):',
    '17:00:04.123 [WARN ] plain',
    'WARNING: An illegal reflective access',
    'INFORMATION is not a level',
  ].join('\n'),
);

it('reads the levels of Jupyter, log4j, Python and the JVM', () => {
  expect(log.lines.map(levelOf)).toEqual([
    null,
    'info',
    'warning',
    null,
    'info',
    'error',
    null,
    null,
    'error',
    'warning',
    'warning',
    null,
  ]);
});

it('keeps lines that go on with one that is shown', () => {
  expect(atLeast(log.lines, 'error').map((line) => line.number)).toEqual([6, 7, 8, 9]);
  expect(atLeast(log.lines, 'warning').map((line) => line.number)).toEqual([3, 4, 6, 7, 8, 9, 10, 11, 12]);
});
