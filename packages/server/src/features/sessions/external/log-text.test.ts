import { once } from 'node:events';
import { get, type IncomingMessage } from 'node:http';
import { expect, test } from 'vitest';
import { newLines } from './log-text.ts';
import { createExternalRig } from './testing/external-rig.ts';

test.each([
  [[], ['a'], ['a']],
  [['a'], ['a'], []],
  [['a', 'b'], ['a', 'b', 'c'], ['c']],
  [['a', 'b', 'c'], ['b', 'c', 'd'], ['d']],
  [['a', 'a'], ['a', 'a', 'a'], ['a']],
  [
    ['a', 'b'],
    ['x', 'y'],
    ['x', 'y'],
  ],
  [['a'], [], []],
])('after %j a ring with %j has the new lines %j', (before, now, expected) => {
  expect(newLines(before, now)).toEqual(expected);
});

test('the log of a session in the dashboard', async () => {
  await using rig = await createExternalRig();
  const { id, there } = await rig.idle();
  there.log = ['stdout: ', 'out 1', '\nstderr: ', 'err 1', '\nYARN Diagnostics: ', 'queued'];
  const whole = await rig.api('GET', `/sessions/${id}/log`);
  expect(whole.text).toBe('out 1\nerr 1\nYARN Diagnostics:\nqueued\n');
  await rig.livy.stop();
  const away = await rig.api('GET', `/sessions/${id}/log`);
  expect([away.status, away.body]).toMatchObject([
    502,
    { code: 'unreachable', message: expect.stringContaining('nothing listens') },
  ]);
});

test('followed, it brings what is new of each part, until the session has ended', async () => {
  await using rig = await createExternalRig({ limits: { livyPollMs: 5000 } });
  const { id, there } = await rig.idle();
  there.log = ['stdout: ', 'a', '\nstderr: ', 'x'];
  const origin = await rig.app.listen({ port: 0, host: '127.0.0.1' });
  const asked = get(`${origin}/api/v1/projects/demo/sessions/${id}/log?follow=1`, {
    headers: { 'x-user': rig.ada.email },
    agent: false,
  });
  const [stream] = (await once(asked, 'response')) as [IncomingMessage];
  const pieces: string[] = [];
  stream.setEncoding('utf8').on('data', (piece: string) => pieces.push(piece));
  const reads = (expected: string) => expect.poll(() => pieces.join('')).toBe(expected);
  await reads('a\nx\n');
  there.log = ['stdout: ', 'b', 'c', '\nstderr: ', 'x', 'y'];
  rig.clock.advance(5000);
  await reads('a\nx\nb\nc\ny\n');
  there.log = ['stdout: ', 'b', 'c', '\nstderr: ', 'x', 'y', 'end'];
  const over = once(stream, 'end');
  there.state = 'dead';
  await rig.call('GET', `/sessions/${id}`);
  rig.clock.advance(5000);
  await over;
  expect(pieces.join('')).toBe('a\nx\nb\nc\ny\nend\n');
});
