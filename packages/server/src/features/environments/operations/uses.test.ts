import { describe, expect, it } from 'vitest';
import {
  seedProject,
  seedRevision,
  seedServer,
  seedSession,
  seedUser,
  testDatabase,
} from '../../../testing/database.ts';
import { createEnvironmentStore } from '../store.ts';
import { usesOf } from './uses.ts';

describe('what runs with a revision', () => {
  it('is what servers say, and every session and batch that may have begun with it', async () => {
    await using database = await testDatabase();
    const { db } = database;
    const store = createEnvironmentStore(db);
    const userId = await seedUser(db);
    const projectId = await seedProject(db, userId);
    await seedRevision(db, projectId);
    const numbers = async () => {
      const uses = await usesOf(store, projectId);
      return (await store.ready(projectId)).map(({ id, number }) => `${number}: ${uses.get(id) ?? 0}`).toReversed();
    };
    expect(await numbers()).toEqual(['1: 0']);
    // The second comes into use at 100, the third at 200.
    for (const now of [100, 200]) {
      const id = await store.operations.insert({ projectId, change: { kind: 'repair' }, by: null, now });
      const operation = await store.operations.byId(projectId, id ?? '');
      if (operation === null) throw new Error('it was not put into the queue');
      await store.operations.begin(operation, { asked: [], now });
      const made = { pythonVersion: '3.11.7', packages: 1, asked: [] };
      await store.operations.finish({ ...operation, state: 'running' }, { made, changes: [], conflicts: 0, now });
    }
    await seedServer(db, { id: 'server1', projectId, userId });
    await db.updateTable('servers').set({ revision_id: 'revision1', ended_at: null }).execute();
    expect(await numbers()).toEqual(['1: 1', '2: 0', '3: 0']);
    await seedSession(db, { projectId, userId, uiId: 'ui1' });
    await db.updateTable('sessions').set({ created_at: 150 }).execute();
    expect(await numbers()).toEqual(['1: 1', '2: 1', '3: 1']);
    await db.updateTable('sessions').set({ created_at: 250 }).execute();
    expect(await numbers()).toEqual(['1: 1', '2: 0', '3: 1']);
    await db.updateTable('sessions').set({ ended_at: 300 }).execute();
    await db.updateTable('servers').set({ ended_at: 300 }).execute();
    expect(await numbers()).toEqual(['1: 0', '2: 0', '3: 0']);
  });
});
