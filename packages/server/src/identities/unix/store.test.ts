import { expect, it } from 'vitest';
import { seedProject, seedUser, testDatabase } from '../../testing/database.ts';
import { createAccountStore } from './store.ts';

it('numbers of users of the machine are given once, and those of nobody are found', async () => {
  await using open = await testDatabase();
  const store = createAccountStore(open.db);
  const userId = await seedUser(open.db);
  const projectId = await seedProject(open.db, userId);
  const group = { kind: 'group', projectId, userId: '' } as const;
  const member = { kind: 'member', projectId, userId } as const;
  const made = [await store.insert(group, 5000), await store.insert(member, 5000)];
  expect(made.map(({ unixId }) => unixId)).toEqual([5001, 5002]);
  expect(await store.find(member)).toEqual({ id: 2, ...member, unixId: 5002 });
  expect(await store.orphans()).toEqual([]);
  // The number of one that is gone is not given again.
  await store.remove(2);
  expect((await store.insert(member, 5000)).unixId).toBe(5003);
  await open.db.deleteFrom('members').execute();
  expect((await store.orphans()).map(({ kind }) => kind)).toEqual(['member']);
  await open.db.deleteFrom('projects').execute();
  expect((await store.orphans()).map(({ kind }) => kind)).toEqual(['member', 'group']);
});
