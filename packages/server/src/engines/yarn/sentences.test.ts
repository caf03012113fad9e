import { expect, test } from 'vitest';
import { ClusterFailure, type Report } from './helper.ts';
import { exitOf, sentenceOf, submitProblem, waitingIn } from './sentences.ts';

const node = (memory: number, used: number) => ({ memory, used, cores: 4, busy: 1 });

test.each([
  [0, [node(8192, 8192)], 'The application waits in the queue default: the YARN cluster has 0 of 8 GB of memory free.'],
  [
    3,
    [node(8192, 2048), node(1536, 0)],
    '3 applications wait in the queue default: the YARN cluster has 7.5 of 9.5 GB of memory free.',
  ],
  [1, [], 'The application waits in the queue default: no machine takes part in the YARN cluster now.'],
])('what an application waits for is a sentence (%i waiting)', (waiting, nodes, sentence) => {
  expect(waitingIn('root.default', waiting, { nodes, waiting })).toBe(sentence);
});

test.each([
  ['away', /resource manager does not answer/],
  ['ticket', /asks for a Kerberos ticket.*or which has expired/],
  ['refused', /does not let Emberlab do this: no/],
  ['other', /answered: no/],
] as const)('a failure of the kind %s is a sentence', (kind, sentence) => {
  expect(sentenceOf(new ClusterFailure(kind, 'no'), 'manager')).toMatch(sentence);
});

test.each([
  [
    'Exception in thread "main" java.lang.IllegalArgumentException: Required AM memory (4096+409 MB) is above the max threshold (2048 MB) of this cluster!',
    /can have 2048 MB/,
  ],
  [
    'Caused by: org.apache.hadoop.security.AccessControlException: User ada does not have permission to submit app to queue prod',
    /may not start applications in this queue/,
  ],
  ['Caused by: javax.security.sasl.SaslException: GSS initiate failed', /Kerberos ticket/],
  ['java.net.ConnectException: Call From a to b failed', /did not answer while/],
  [
    'org.apache.hadoop.ipc.RemoteException(org.apache.hadoop.security.AccessControlException): Permission denied: user=ada, access=WRITE, inode="/"',
    /does not let ada write.*\/user\/ada/,
  ],
  [
    '26/01/01 INFO Client: all is well\nException in thread "main" java.lang.Boom: what now',
    /Spark says: Exception in.*Boom/,
  ],
  ['nothing', /could not be handed over to YARN. Its log says more/],
])('why spark-submit failed is a sentence: %s', (text, sentence) => {
  expect(submitProblem(text.split('\n'))).toMatch(sentence);
});

const report = (change: Partial<Report>): Report => ({
  state: 'FINISHED',
  ended: true,
  placed: true,
  final: 'FAILED',
  queue: 'default',
  diagnostics: '',
  ...change,
});

test.each([
  [{ final: 'SUCCEEDED' }, { code: 0, signal: null }],
  [
    { state: 'KILLED', final: 'KILLED' },
    { code: null, signal: 'SIGTERM' },
  ],
  [{ diagnostics: 'User application exited with status 3' }, { code: 3, signal: null }],
  [{ diagnostics: 'AM Container for appattempt_1 exited with  exitCode: 137\nFailing' }, { code: 137, signal: null }],
  [{}, { code: 1, signal: null }],
])('how an application ended: %o', (change, exit) => {
  expect(exitOf(report(change))).toEqual(exit);
});

test.each([
  [
    "Application application_1_0002 failed 1 times due to AM Container for appattempt_1 exited with  exitCode: -104\nFailing this attempt.Diagnostics: [..]Container [pid=1,containerID=container_1] is running 102MB beyond the 'PHYSICAL' memory limit. Current usage: 1.1 GB of 1 GB physical memory used; 3.1 GB of 2.1 GB virtual memory used. Killing container.",
    /took more memory than its container has \(1 GB\)/,
  ],
  ['Application application_1_0002 was killed by user ada at 10.0.0.1', /ended at YARN by the user ada\.$/],
  ['Container preempted by scheduler', /for an application of another queue/],
  [
    'Uncaught exception: java.io.IOException: Cannot run program "/opt/py/bin/python3": error=2, No such file or directory',
    /no Python in \/opt\/py\/bin\/python3 on the machine/,
  ],
  ['Diagnostics: java.io.FileNotFoundException: File file:/home/ada/x.zip does not exist', /: \/home\/ada\/x\.zip\.$/],
  ['ApplicationMaster for attempt appattempt_1 timed out. Failing the application.', /its machine may be gone/],
])('what YARN says of an end is a sentence: %s', (diagnostics, sentence) => {
  expect(exitOf(report({ diagnostics })).said).toMatch(sentence);
});
