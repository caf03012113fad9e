import { expect, it } from 'vitest';
import { seedUser, testDatabase } from '../../testing/database.ts';
import { createLimitStore } from './store.ts';
import { noLimits } from './policy.ts';

it('limits that several set at once are those of one of them', async () => {
  await using open = await testDatabase();
  const store = createLimitStore(open.db);
  const userId = await seedUser(open.db);
  const [kind] = Object.keys(noLimits) as [keyof typeof noLimits];
  for (let round = 0; round < 10; round += 1) {
    const values = [1, 2, 3].map((value) => 10 * round + value);
    await Promise.all(values.map((value) => store.setUser(userId, { [kind]: value })));
    expect(values).toContain((await store.ofUser(userId))[kind]);
  }
});
