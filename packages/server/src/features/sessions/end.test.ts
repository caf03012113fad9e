import { expect, test } from 'vitest';
import { causeIn, describeEnd, lastOutput } from './end.ts';
import type { Statement } from './model.ts';

const none = { code: null, signal: null };

test.each<[string, Parameters<typeof describeEnd>[0], RegExp]>([
  ['Spark’s own code for no memory', { exit: { ...none, code: 52 }, ready: true, tail: [] }, /ran out of memory/],
  [
    'an OutOfMemoryError in the log',
    { exit: { ...none, code: 1 }, ready: true, tail: ['java.lang.OutOfMemoryError: Java heap space'] },
    /ran out of memory.*"Driver memory"/,
  ],
  [
    'its cluster knows why',
    { exit: { ...none, code: 1, said: 'Somebody ended it there.' }, ready: true, tail: ['Error: x'] },
    /^Somebody ended it there\.$/,
  ],
  ['killed', { exit: { ...none, signal: 'SIGKILL' }, ready: true, tail: [] }, /was killed/],
  ['its Python was killed', { exit: { ...none, code: 137 }, ready: true, tail: [] }, /was killed/],
  [
    'another signal',
    { exit: { ...none, signal: 'SIGSEGV' }, ready: true, tail: [] },
    /ended by the signal SIGSEGV\. Its log says more\./,
  ],
  [
    'an exit code',
    { exit: { ...none, code: 3 }, ready: true, tail: ['a', ' ', ''] },
    /ended with exit code 3\. Its log says: a$/,
  ],
  [
    'nobody saw it',
    { exit: null, ready: false, tail: ['Error: x', 'bye'] },
    /^The Spark driver ended before it was ready\. Its log says: Error: x$/,
  ],
])('%s', (_name, options, sentence) => expect(describeEnd(options)).toMatch(sentence));

test.each<[string, string[], string | null]>([
  [
    'the reason why the JVM does not start',
    ['Error occurred during initialization of VM', 'Too small maximum heap'],
    'Too small maximum heap',
  ],
  [
    'a size that is none',
    [
      'Invalid maximum heap size: -Xmxlots',
      'Error: Could not create the Java Virtual Machine.',
      'Error: A fatal exception has occurred. Program will exit.',
    ],
    'Invalid maximum heap size: -Xmxlots',
  ],
  ['what the JVM says of itself is no cause', ['WARNING: Using incubator modules: jdk.incubator.vector'], null],
  [
    'nor is what goes as it should',
    ['bye', 'WARNING: Using incubator modules: x', '26/11/29 16:00:01 INFO ShutdownHookManager: Shutdown hook called'],
    'bye',
  ],
  [
    'nor is how Spark says that a program ended',
    ['ValueError: no price', '26/11/29 16:00:01 ERROR ApplicationMaster: User application exited with status 1'],
    'ValueError: no price',
  ],
])('the line of a log that names the cause: %s', (_name, tail, cause) => expect(causeIn(tail)).toBe(cause));

test('a quoted line is bounded', () => {
  expect(describeEnd({ exit: null, ready: true, tail: ['x'.repeat(1e6)] }).length).toBeLessThan(400);
});

test('outputs of statements whose driver is gone are errors that every client can read', () => {
  const statement: Statement = {
    sessionId: 1,
    id: 3,
    code: '',
    kind: 'pyspark',
    state: 'waiting',
    output: null,
    progress: 0,
    startedAt: 0,
    completedAt: 0,
  };
  expect(lastOutput(statement, { onPurpose: true, problem: null, tail: ['a line'] })).toEqual({
    status: 'error',
    execution_count: 3,
    ename: 'SessionStopped',
    evalue: 'This statement did not run. The Spark application was stopped.',
    traceback: [],
  });
  const tail = [...Array.from('abcdefghijk'), 'x'.repeat(1e6)];
  const running = lastOutput({ ...statement, state: 'running' }, { onPurpose: false, problem: 'Gone.', tail });
  const lines = [...Array.from('cdefghijk'), `${'x'.repeat(1000)}…`].map((line) => `${line}\n`);
  expect(running).toMatchObject({ ename: 'DriverEnded', evalue: 'Gone.', traceback: lines });
  const waiting = lastOutput(statement, { onPurpose: false, problem: 'Gone.', tail });
  expect(waiting).toMatchObject({ evalue: 'This statement did not run. Gone.', traceback: [] });
});
