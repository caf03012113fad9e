import { expect, test } from 'vitest';
import { ClusterFailure, type Report } from './answers.ts';
import { exitOf, sentenceOf, submitProblem, waitingIn } from './sentences.ts';

const node = (memory: number, used: number) => ({ memory, used, cores: 4, busy: 1 });

const queue = (waiting: number, share = 1, taken = 0) => ({ running: true, leaf: true, waiting, share, taken });

test.each([
  [
    queue(0),
    [node(8192, 8192)],
    'The application waits in the queue default: the YARN cluster has 0 of 8 GB of memory free.',
  ],
  [
    queue(3),
    [node(8192, 2048), node(1536, 0)],
    'The application waits in the queue default behind 3 others: the YARN cluster has 7.5 of 9.5 GB of memory free.',
  ],
  [
    queue(1, 0.1, 0.095),
    [node(8192, 819)],
    'The application waits in the queue default behind 1 other: the queue has all that it may have, 10 % of the YARN cluster.',
  ],
  [
    queue(0, 0.5, 0.2),
    [node(8192, 8192)],
    'The application waits in the queue default: the YARN cluster has 0 of 8 GB of memory free.',
  ],
  [null, [], 'The application waits in the queue default: no machine takes part in the YARN cluster now.'],
])('what an application waits for is a sentence: %o', (of, nodes, sentence) => {
  expect(waitingIn('root.default', of, { nodes, waiting: 0 })).toBe(sentence);
});

test.each([
  [
    'failure to login: for principal: e@R from keytab /k javax.security.auth.login.LoginException: Unable to obtain password from user',
    'Emberlab can’t read the keytab /k, or it has no key of e@R.',
  ],
  [
    'failure to login: for principal: e@R from keytab /k javax.security.auth.login.LoginException: Client not found in Kerberos database (6)',
    'Kerberos knows no e@R.',
  ],
  [
    'failure to login: for principal: e@R from keytab /k javax.security.auth.login.LoginException: Checksum failed',
    'The key of e@R in the keytab /k is not the one that Kerberos has',
  ],
  [
    'failure to login: for principal: e@R from keytab /k javax.security.auth.login.LoginException: Connection refused',
    'Kerberos (KDC) does not answer, so there is no ticket for e@R.',
  ],
  ['Clock skew too great (37)', 'The clocks of Emberlab’s machine and of Kerberos are too far apart.'],
  ['token (HDFS_DELEGATION_TOKEN token 1 for e) is expired', 'What showed the cluster who asks has expired.'],
  [
    'SIMPLE authentication is not enabled.  Available:[TOKEN, KERBEROS]',
    'The cluster asks for a Kerberos ticket, which Emberlab does not have',
  ],
])('what Kerberos says is a sentence: %s', (said, sentence) => {
  expect(sentenceOf(new ClusterFailure('ticket', said), 'manager')).toContain(sentence);
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
