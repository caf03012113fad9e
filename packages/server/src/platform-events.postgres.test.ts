import { mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { json } from 'node:stream/consumers';
import type { ProjectEvent } from '@emberlab/contract';
import pino from 'pino';
import { expect, it } from 'vitest';
import { readConfig } from './config.ts';
import type { ProjectChange } from './http/project-events.ts';
import { createBus } from './lib/bus.ts';
import { systemClock } from './lib/clock.ts';
import { listenOnSocket } from './lib/unix-socket.ts';
import { hearLeader, tellReplicas } from './platform-events.ts';
import { emptyPostgres } from './testing/postgres.ts';

const owner = { userId: 'ada', role: 'owner' } as const;
const event = (id: number): ProjectEvent => ({ type: 'job-removed', id });
const createHub = () =>
  createBus<ProjectChange>((error) => {
    throw error;
  });

it('a replica tells of what the leading one does, to whom it is told there, and of gaps when another one leads', async () => {
  await using made = await emptyPostgres();
  const folder = mkdtempSync(join(tmpdir(), 'emberlab-events-'));
  const config = readConfig({
    EMBERLAB_DATA: folder,
    EMBERLAB_DATABASE_URL: made.url,
    EMBERLAB_REPLICAS: 'true',
  });
  const given = {
    config: { ...config, paths: { ...config.paths, edgeSocket: join(folder, 'e.sock') } },
    clock: systemClock,
  };
  const log = pino({ level: 'silent' });
  const [there, here] = [createHub(), createHub()];
  const heard: unknown[] = [];
  here.subscribe((change) =>
    heard.push([change.projectId, change.present(owner), change.present({ userId: 'bob', role: 'viewer' })]),
  );
  const leader = hearLeader({ ...given, log, bus: here });
  let gaps = 0;
  leader.onGap(() => (gaps += 1));
  await leader.begin();
  await expect.poll(() => gaps).toBe(1);

  const told = await tellReplicas({ ...given, log, bus: there });
  await expect.poll(() => gaps).toBe(2);
  there.publish({ projectId: 'p', users: [], present: () => event(1) });
  there.publish({
    projectId: 'q',
    users: ['ada'],
    present: ({ userId }) => (userId === 'ada' ? event(2) : null),
  });
  await expect
    .poll(() => heard)
    .toEqual([
      ['p', event(1), event(1)],
      ['q', event(2), null],
    ]);
  await told.close();
  // Nobody hears of it: the next one's beginning says so.
  there.publish({ projectId: 'p', users: [], present: () => event(3) });
  expect(gaps).toBe(2);
  const next = await tellReplicas({ ...given, log, bus: there });
  await expect.poll(() => gaps).toBe(3);

  // The state is that of the leading one, which may have to be waited for.
  const state = leader.snapshot('p', owner);
  const asked: unknown[] = [];
  const server = createServer((request, response) => {
    void json(request).then((body) => {
      asked.push([request.url, body]);
      response.end(JSON.stringify([event(4)]));
    });
  });
  await listenOnSocket(server, given.config.paths.edgeSocket);
  expect(await state).toEqual([event(4)]);
  expect(asked).toEqual([['/state', { projectId: 'p', viewer: owner }]]);
  server.close();
  await next.close();
  await leader.close();
  rmSync(folder, { recursive: true });
}, 20_000);
