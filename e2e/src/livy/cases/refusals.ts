import { expect } from 'vitest';
import type { Call } from '../api.ts';
import type { Case } from '../suite.ts';
import { isBefore, type Target } from '../target.ts';

type On = { readonly target: Target; readonly call: Call };

const listed = async (call: Call): Promise<number> => (await call('GET', '/sessions')).json.total;

/** Asks for sessions that are refused, each with words that fit. */
async function refuses(call: Call, bodies: readonly [raw: string, words: RegExp][]): Promise<void> {
  for (const [raw, words] of bodies) {
    const { status, message } = await call('POST', '/sessions', { raw });
    expect([raw, status, message]).toEqual([raw, 400, expect.stringMatching(words)]);
  }
  expect(await listed(call)).toBe(0);
}

/** The beginning of what is said of a request that can be read and not granted. */
const rejected = (target: Target, words: string): RegExp =>
  new RegExp(`^${isBefore(target, '0.9') ? '' : 'Rejected, Reason: '}${words}`);

/** Requests for sessions that are refused, on a server that has none. */
export const refusalCases: readonly Case<On>[] = [
  {
    name: 'a body that can not be read is refused',
    run: ({ call }) =>
      refuses(call, [
        ['', /./],
        ['[', /./],
        ['[]', /./],
        ['"a"', /./],
        ['{"foo":1}', /foo/],
        ['{"jars":"a"}', /jars/],
        ['{"heartbeatTimeoutInSecond":"x"}', /heartbeatTimeoutInSecond/],
        ['{"kind":1}', /kind/],
        ['{"conf":{"a":{}}}', /conf/],
      ]),
  },
  {
    name: 'a kind is one of five, written as it is',
    run: ({ call }) =>
      refuses(call, [
        ['{"kind":"PySpark"}', /^Invalid kind: PySpark/],
        ['{"kind":"pyspark3"}', /^Invalid kind: pyspark3/],
        ['{"kind":""}', /^Invalid kind: /],
      ]),
  },
  {
    name: 'files are named by whole paths, and are those that a session may read',
    run: ({ target, call }) => {
      const outside = rejected(target, 'requirement failed: Local path /etc/passwd cannot be added to user sessions');
      return refuses(call, [
        ['{"jars":["a.jar"]}', rejected(target, "requirement failed: Path 'a.jar' is not absolute")],
        ['{"files":["file:/etc/passwd"]}', outside],
        ['{"files":["/etc/passwd"]}', outside],
        ['{"pyFiles":["file:///etc/passwd"]}', outside],
        ['{"archives":["file:/etc/passwd#x"]}', outside],
      ]);
    },
  },
  {
    name: 'no path leads out of the files that a session may read',
    since: '0.9',
    run: ({ target, call }) => {
      const refused = rejected(target, 'requirement failed: Local path .* cannot be added to user sessions');
      const folder = target.batchFolder;
      return refuses(call, [
        [`{"files":["file:${folder}/../../../../../../../../etc/passwd"]}`, refused],
        [`{"files":["${folder}2/x"]}`, refused],
        ['{"conf":{"spark.archives":"/etc/passwd"}}', refused],
        ['{"conf":{"spark.files":"file:/etc/passwd"}}', refused],
      ]);
    },
  },
  {
    name: 'what the server sets can not be set',
    needs: ['sessions'],
    run: ({ target, call }) =>
      refuses(call, [
        [
          '{"conf":{"spark.submit.deployMode":"cluster"}}',
          rejected(
            target,
            '(requirement failed: )?Blacklisted configuration values in session config: spark.submit.deployMode',
          ),
        ],
        ['{"conf":{"spark.master":"yarn"}}', /Blacklisted configuration values in session config: spark.master/],
      ]),
  },
  {
    name: 'a name is not empty and no number',
    needs: ['sessions'],
    run: ({ target, call }) =>
      refuses(call, [
        ['{"name":"123"}', rejected(target, 'Invalid session name: 123')],
        ['{"name":""}', rejected(target, 'Invalid session name: ')],
      ]),
  },
  {
    name: 'times have a number and a unit',
    needs: ['sessions'],
    since: '0.9',
    run: ({ target, call }) =>
      refuses(call, [
        ['{"ttl":"abc"}', rejected(target, 'Invalid time string: abc')],
        ['{"ttl":"5y"}', rejected(target, 'Invalid suffix: "y"')],
        ['{"ttl":"-5"}', rejected(target, 'Invalid value: -5')],
        ['{"idleTimeout":"abc"}', rejected(target, 'Invalid time string: abc')],
      ]),
  },
];
