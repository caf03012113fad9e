import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { Identities } from '../../identities/identities.ts';
import { oneUser } from '../../identities/one-user.ts';
import { canMakeUsers, unixRig } from '../../identities/unix/testing.ts';
import type { ExecutorLogQuestion } from '../engine.ts';
import { readExecutorLog } from './executor-log.ts';
import { agentFolder } from './submit.ts';

const text = 'said by the executor\nwith a žluť\n';
let worker: Server;
let asked: string[];
let port: number;
beforeEach(async () => {
  asked = [];
  worker = createServer((request, response) => {
    asked.push(request.url ?? '');
    response.end(`==== Bytes 3-40 of 99 of /work/app-1/0/stderr ====\n${text}`);
  });
  worker.listen(0, '127.0.0.1');
  await once(worker, 'listening');
  ({ port } = worker.address() as AddressInfo);
});
afterEach(() => {
  worker.close();
  worker.closeAllConnections();
});

const ask = (identities: Identities, more: Partial<ExecutorLogQuestion>) =>
  readExecutorLog(
    { sparkHome: '/nowhere', javaHome: null, environment: process.env, identities },
    {
      owner: { projectId: 'p', userId: 'u' },
      projectFolder: '/',
      python: '/usr/bin/python3',
      executor: '0',
      stream: 'stderr',
      page: `http://127.0.0.1:${port}/logPage/?logType=stderr`,
      from: 3,
      size: 37,
      ...more,
    },
  );
const read = (path: string, python = '/usr/bin/python3') =>
  ask(oneUser(), { page: `http://127.0.0.1:${port}${path}`, python });

test('the log of an executor is what its worker has of it', async () => {
  expect(await read('/logPage/?appId=app-1&executorId=0&logType=stderr')).toEqual({ text, from: 3, to: 40, total: 99 });
  expect(asked).toEqual(['/log/?appId=app-1&executorId=0&logType=stderr&offset=3&byteLength=37']);
});

test('no other page is asked for, and whoever looks is told why', async () => {
  await expect(read('/secrets')).rejects.toThrow('The cluster keeps this log itself');
  expect(asked).toEqual([]);
  worker.close();
  worker.closeAllConnections();
  await expect(read('/logPage/?logType=stderr')).rejects.toThrow('it may be gone, and the log with it');
});

test.skipIf(!canMakeUsers)('the worker is asked by a process of the member', async () => {
  await using rig = await unixRig({ needed: [agentFolder] });
  const { folder: projectFolder, ...owner } = await rig.member('ada@example.org');
  const tells = join(rig.folder, 'tells');
  writeFileSync(tells, '#!/bin/sh\necho "{\\"text\\":\\"$(id -u) $(pwd)\\"}"\n', { mode: 0o755 });
  const who = await ask(rig.identities, { owner, projectFolder, python: tells });
  expect(who).toEqual({ text: `${await rig.unixId(owner)} ${projectFolder}` });
  expect(await ask(rig.identities, { owner, projectFolder })).toMatchObject({ text });
});

test('a Python that is gone is told in a sentence', async () => {
  await expect(read('/logPage/', '/nowhere/python')).rejects.toThrow('Please try again.');
});
