import { expect, it } from 'vitest';
import { seedProject, seedServer, seedSession, seedUser, testDatabase } from '../../testing/database.ts';
import { createAheadStore } from './ahead/store.ts';
import { createStatementStore } from './statement-store.ts';

it('statements are numbered, listed, counted and forgotten session by session', async () => {
  await using open = await testDatabase();
  const { db } = open;
  const userId = await seedUser(db);
  const projectId = await seedProject(db, userId);
  for (const uiId of ['one', 'two']) await seedSession(db, { uiId, projectId, userId });
  const store = createStatementStore(db);
  const insert = (sessionId: number, code: string, idempotencyKey: string | null = null) =>
    store.insert({ sessionId, code, kind: 'pyspark', idempotencyKey, now: 1 });
  for (const code of ['first', 'second', 'third']) await insert(1, code, code);
  expect((await insert(2, 'of another')).id).toBe(0);
  await store.update(
    { sessionId: 1, id: 0 },
    { state: 'available', progress: 1, startedAt: 5, completedAt: 6, output: { status: 'ok' } as never },
  );
  await store.progress(1, 1, 1 / 3);
  await store.progress(1, 1, 0.1);
  expect(await store.findProgress(1, 1)).toEqual({ kind: 'pyspark', state: 'waiting', progress: 1 / 3 });
  expect(await store.findByKey(1, 'third')).toMatchObject({ id: 2, code: 'third', output: null });
  expect(await store.backlog(1)).toEqual({ count: 2, characters: 'secondthird'.length });
  expect(await store.count(1)).toBe(3);
  const page = (from: number, size: number | null, newestFirst: boolean) =>
    store.list(1, { from, size, newestFirst }).then((found) => found.map(({ id }) => id));
  expect(await page(0, null, false)).toEqual([0, 1, 2]);
  expect(await page(1, 1, true)).toEqual([1]);
  expect((await store.listUnfinished(1)).map(({ id }) => id)).toEqual([1, 2]);
  expect(await store.listRuns(1)).toEqual([{ id: 0, startedAt: 5, completedAt: 6 }]);
  await store.removeUpTo(1, 1);
  expect(await page(0, null, false)).toEqual([1, 2]);
  await db.updateTable('sessions').set({ ended_at: 10 }).where('id', '=', 1).execute();
  await store.removeUnlisted(10);
  expect([await store.count(1), await store.count(2)]).toEqual([0, 1]);
});

it('drivers that were started ahead for a server are told since its owner has asked for one', async () => {
  await using open = await testDatabase();
  const { db } = open;
  const userId = await seedUser(db);
  const projectId = await seedProject(db, userId);
  for (const uiId of ['early', 'used', 'late']) await seedSession(db, { uiId, projectId, userId });
  await seedServer(db, { id: 'server1', projectId, userId });
  const of = (id: string) => db.updateTable('sessions').where('ui_id', '=', id);
  await of('early').set({ server_id: 'server1', ahead_key: 'k', ended_at: 5, stop_reason: 'idle' }).execute();
  await of('used').set({ server_id: 'server1', created_at: 10 }).execute();
  await of('late').set({ server_id: 'server1', ahead_key: 'k', ended_at: 15, stop_reason: 'idle' }).execute();
  expect(await createAheadStore(db).ended('server1')).toEqual([{ serverId: 'server1', reason: 'idle', endedAt: 15 }]);
});
