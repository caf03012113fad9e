import type { Role } from '@emberlab/contract';
import { describe, expect, it } from 'vitest';
import { seedProject, seedUser, testDatabase } from '../testing/database.ts';
import { createEdgeStore } from './store.ts';

async function startStore() {
  const database = await testDatabase();
  const { db } = database;
  const userId = await seedUser(db);
  const other = await seedUser(db, 'bob@example.org');
  for (const [digest, user] of [
    ['login', userId],
    ['login2', other],
  ] as const) {
    await db
      .insertInto('logins')
      .values({ digest, user_id: user, created_at: 0, last_seen_at: 0, expires_at: 1000 })
      .execute();
  }
  const store = createEdgeStore(db);
  const ticket = {
    digest: 't',
    targetId: 'a',
    userId,
    loginDigest: 'login' as string | null,
    path: '/lab',
    expiresAt: 100,
  };
  const grant = {
    digest: 'g',
    targetId: 'a',
    userId,
    loginDigest: 'login' as string | null,
    createdAt: 0,
    expiresAt: 500,
  };
  const live = async (now: number) => (await store.liveGrants(now)).map(({ digest }) => digest).toSorted();
  return {
    db,
    store,
    userId,
    other,
    ticket,
    grant,
    live,
    [Symbol.asyncDispose]: () => database[Symbol.asyncDispose](),
  };
}

describe('tickets', () => {
  it('are good once, even for ten who come at once', async () => {
    await using world = await startStore();
    await world.store.insertTicket(world.ticket);
    const redeem = () => world.store.redeemTicket({ digest: 't', targetId: 'a', now: 50 });
    const answers = await Promise.all(Array.from({ length: 10 }, redeem));
    expect(answers.filter((answer) => answer !== null)).toEqual([
      { userId: world.userId, loginDigest: 'login', tokenId: null, path: '/lab', loginExpiresAt: 1000, needs: null },
    ]);
  });

  it('are good for their target and their time alone', async () => {
    await using world = await startStore();
    await world.store.insertTicket(world.ticket);
    expect(await world.store.redeemTicket({ digest: 't', targetId: 'b', now: 50 })).toBeNull();
    expect(await world.store.redeemTicket({ digest: 't', targetId: 'a', now: 100 })).toBeNull();
    expect(await world.store.redeemTicket({ digest: 't', targetId: 'a', now: 99 })).not.toBeNull();
  });

  it('are worth nothing without their login or with a disabled user', async () => {
    await using world = await startStore();
    await world.store.insertTicket({ ...world.ticket, expiresAt: 5000 });
    expect(await world.store.redeemTicket({ digest: 't', targetId: 'a', now: 1000 })).toBeNull();
    await world.store.insertTicket(world.ticket);
    await world.db.updateTable('users').set({ disabled_at: 1 }).where('id', '=', world.userId).execute();
    expect(await world.store.redeemTicket({ digest: 't', targetId: 'a', now: 50 })).toBeNull();
    await world.store.insertTicket({ ...world.ticket, digest: 't2' });
    await world.db.deleteFrom('logins').where('digest', '=', 'login').execute();
    expect(await world.store.redeemTicket({ digest: 't2', targetId: 'a', now: 50 })).toBeNull();
  });
});

describe('grants', () => {
  it('live as long as themselves, their login and their user', async () => {
    await using world = await startStore();
    await world.store.insertGrant(world.grant);
    await world.store.insertGrant({ ...world.grant, digest: 'long', expiresAt: 5000 });
    await world.store.insertGrant({ ...world.grant, digest: 'by token', loginDigest: null, expiresAt: 5000 });
    expect(await world.live(0)).toEqual(['by token', 'g', 'long']);
    expect(await world.live(500)).toEqual(['by token', 'long']);
    expect(await world.live(1000)).toEqual(['by token']);
    await world.store.removeExpired(500);
    expect(await world.db.selectFrom('grants').selectAll().execute()).toHaveLength(2);
    await world.db.updateTable('users').set({ disabled_at: 1 }).where('id', '=', world.userId).execute();
    expect(await world.live(0)).toEqual([]);
  });

  it('of a token end when it is revoked or expires', async () => {
    await using world = await startStore();
    const token = {
      user_id: world.userId,
      project_id: null,
      server_id: null,
      name: 't',
      created_at: 0,
      last_used_at: null,
    };
    await world.db
      .insertInto('tokens')
      .values([
        { ...token, id: 'kept', digest: 'd1', expires_at: 300 },
        { ...token, id: 'revoked', digest: 'd2', expires_at: null },
      ])
      .execute();
    const grant = { ...world.grant, loginDigest: null, expiresAt: 5000 };
    await world.store.insertGrant({ ...grant, digest: 'g1', tokenId: 'kept' });
    await world.store.insertGrant({ ...grant, digest: 'g2', tokenId: 'revoked' });
    expect(await world.live(0)).toEqual(['g1', 'g2']);
    await world.store.insertTicket({ ...world.ticket, loginDigest: null, tokenId: 'revoked' });
    await world.db.deleteFrom('tokens').where('id', '=', 'revoked').execute();
    expect(await world.live(0)).toEqual(['g1']);
    expect(await world.live(300)).toEqual([]);
    expect(await world.store.redeemTicket({ digest: 't', targetId: 'a', now: 1 })).toBeNull();
  });

  it('of a project end with the membership that they need', async () => {
    await using world = await startStore();
    const { db, store, other } = world;
    const projectId = await seedProject(db, world.userId);
    const beMember = (role: Role) =>
      db
        .insertInto('members')
        .values({ project_id: projectId, user_id: other, role, since: 0 })
        .onConflict((conflict) => conflict.columns(['project_id', 'user_id']).doUpdateSet({ role }))
        .execute();
    const grant = { ...world.grant, userId: other, loginDigest: null, expiresAt: 5000 };
    for (const role of ['viewer', 'editor', 'owner'] as const) {
      await store.insertGrant({ ...grant, digest: role, needs: { projectId, role } });
    }
    expect(await world.live(0)).toEqual([]);
    await beMember('owner');
    expect(await world.live(0)).toEqual(['editor', 'owner', 'viewer']);
    await beMember('editor');
    expect(await world.live(0)).toEqual(['editor', 'viewer']);
    await beMember('viewer');
    expect(await world.live(0)).toEqual(['viewer']);

    const ticket = { ...world.ticket, userId: other, loginDigest: null };
    const redeem = (digest: string) => store.redeemTicket({ digest, targetId: 'a', now: 1 });
    await store.insertTicket({ ...ticket, digest: 't1', needs: { projectId, role: 'viewer' } });
    await store.insertTicket({ ...ticket, digest: 't2', needs: { projectId, role: 'editor' } });
    expect(await redeem('t1')).toMatchObject({ needs: { projectId, role: 'viewer' } });
    expect(await redeem('t2')).toBeNull();

    await db.updateTable('projects').set({ deleting_at: 1 }).execute();
    expect(await world.live(0)).toEqual([]);
    await store.insertTicket({ ...ticket, digest: 't3', needs: { projectId, role: 'viewer' } });
    expect(await redeem('t3')).toBeNull();
    await db.deleteFrom('projects').execute();
    expect(await db.selectFrom('grants').select('digest').execute()).toEqual([]);
  });

  it('go by target, by login, by user, and by user on a target', async () => {
    await using world = await startStore();
    const { store, grant, userId, other } = world;
    await store.insertGrant({ ...grant, digest: 'a1' });
    await store.insertGrant({ ...grant, digest: 'b1', targetId: 'b' });
    await store.insertGrant({ ...grant, digest: 'c1', targetId: 'c' });
    await store.insertGrant({ ...grant, digest: 'c2', targetId: 'c', userId: other, loginDigest: 'login2' });
    await store.insertTicket({ ...world.ticket, targetId: 'a' });
    await store.remove({ targetId: 'a' });
    expect(await world.live(0)).toEqual(['b1', 'c1', 'c2']);
    expect(await world.db.selectFrom('tickets').selectAll().execute()).toEqual([]);
    await store.remove({ userId, targetId: 'c' });
    expect(await world.live(0)).toEqual(['b1', 'c2']);
    await store.remove({ loginDigest: 'login2' });
    expect(await world.live(0)).toEqual(['b1']);
    await store.remove({ userId, targetId: null });
    expect(await world.live(0)).toEqual([]);
  });
});
