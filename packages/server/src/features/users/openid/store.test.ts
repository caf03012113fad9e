import { expect, it } from 'vitest';
import { seedUser, testDatabase } from '../../../testing/database.ts';
import { createIdentityStore } from './store.ts';

it('an identity that comes with two addresses at once gets one account', async () => {
  await using open = await testDatabase();
  const identities = createIdentityStore(open.db);
  for (let round = 0; round < 10; round += 1) {
    const identity = { issuer: 'https://id.example.org', subject: `s${round}` };
    const made = await Promise.all(
      ['a', 'b'].map((name) => {
        const user = { id: `${name}${round}`, email: `${name}${round}@example.org`, name, now: 1 };
        return identities.insertUser(user, identity);
      }),
    );
    expect(made.filter(Boolean)).toHaveLength(1);
  }
  expect(await open.db.selectFrom('users').select('id').execute()).toHaveLength(10);
});

it('an identity is found with its user, also one who is disabled, and with an address that nobody has claimed', async () => {
  await using open = await testDatabase();
  const identities = createIdentityStore(open.db);
  const issuer = 'https://id.example.org';
  expect(await identities.anybody()).toBe(false);
  const userId = await seedUser(open.db);
  expect(await identities.anybody()).toBe(true);
  expect(await identities.findByEmail('ada@example.org')).toMatchObject({ user: { id: userId }, claimable: true });
  expect(await identities.insert({ issuer, subject: 's', userId, now: 1 })).toBe(true);
  expect(await identities.insert({ issuer, subject: 's', userId, now: 2 })).toBe(false);
  expect(await identities.findByEmail('ada@example.org')).toMatchObject({ claimable: false });
  expect(await identities.find(issuer, 's')).toMatchObject({ userId, user: { email: 'ada@example.org' } });
  await open.db.updateTable('users').set({ disabled_at: 3 }).execute();
  expect(await identities.find(issuer, 's')).toEqual({ userId, user: null });
  expect(await identities.hasOne(userId, issuer)).toBe(true);
  await identities.delete(userId, issuer);
  expect(await identities.hasOne(userId, issuer)).toBe(false);
  expect(await identities.find(issuer, 's')).toBeNull();
});
