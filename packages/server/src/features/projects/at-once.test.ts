import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { fakeClock } from '../../lib/clock.fake.ts';
import { digest } from '../../lib/ids.ts';
import { testApp, type TestApp } from '../../testing/app.ts';
import { seedProject, seedUser, testDatabase } from '../../testing/database.ts';
import { createGroupRoles } from './group-roles.ts';
import { createInvitationStore } from './invitations/store.ts';
import { createMemberStore } from './members/store.ts';

/** Often enough that whatever can come in between does. */
const rounds = 10;

describe('what people do in a project at the same moment', () => {
  let folder: string;
  let kit: TestApp;
  beforeEach(async () => {
    folder = mkdtempSync(join(tmpdir(), 'emberlab-at-once-'));
    kit = await testApp({ clock: fakeClock(), projectsFolder: folder });
  });
  afterEach(async () => {
    await kit[Symbol.asyncDispose]();
    rmSync(folder, { recursive: true });
  });

  const owners = async (projectId: string) =>
    (await createMemberStore(kit.db).list(projectId)).filter(({ role }) => role === 'owner').length;
  const groups = () => createGroupRoles({ db: kit.db, clock: fakeClock(), onChanged: async () => undefined });

  it('leaves an owner, whoever takes away whom', async () => {
    const [ada, bea] = [await seedUser(kit.db, 'ada@example.org'), await seedUser(kit.db, 'bea@example.org')];
    const members = createMemberStore(kit.db);
    for (let round = 0; round < rounds; round += 1) {
      const projectId = await seedProject(kit.db, ada, `p${round}`);
      await members.change(projectId, [{ userId: bea, role: 'owner' }], { by: ada, now: 1 });
      const done = await Promise.all(
        [ada, bea].map((userId) => members.change(projectId, [{ userId, role: null }], { by: userId, now: 2 })),
      );
      expect(done.filter((each) => each === 'last_owner')).toHaveLength(1);
      expect(await owners(projectId)).toBe(1);
    }
  });

  it('leaves an owner also when one goes by hand and the other with their group', async () => {
    const [ada, bea] = [await seedUser(kit.db, 'ada@example.org'), await seedUser(kit.db, 'bea@example.org')];
    const members = createMemberStore(kit.db);
    const apply = groups();
    for (let round = 0; round < rounds; round += 1) {
      const name = `p${round}`;
      const projectId = await seedProject(kit.db, ada, name);
      await apply(bea, [{ project: name, role: 'owner' }]);
      expect(await owners(projectId)).toBe(2);
      await Promise.all([
        apply(bea, []),
        members.change(projectId, [{ userId: ada, role: null }], { by: ada, now: 2 }),
      ]);
      expect(await owners(projectId)).toBe(1);
    }
  });

  it('leaves no owner who is none any more what they asked for before that was written down', async () => {
    const people = ['ada', 'bea', 'eve'].map((name) => seedUser(kit.db, `${name}@example.org`));
    const [ada = '', bea = '', eve = ''] = await Promise.all(people);
    const members = createMemberStore(kit.db);
    for (const role of ['viewer', null] as const) {
      const projectId = await seedProject(kit.db, ada, `p-${role}`);
      await members.change(projectId, [{ userId: bea, role: 'owner' }], { by: ada, now: 1 });
      const late = { by: bea, now: 2 };
      const [taken, ...answers] = await Promise.all([
        members.change(projectId, [{ userId: bea, role }], { by: ada, now: 2 }),
        members.change(projectId, [{ userId: bea, role: 'owner' }], late),
        members.change(projectId, [{ userId: eve, role: 'owner' }], late),
        members.change(projectId, [{ userId: ada, role: null }], late),
      ]);
      expect(taken).toEqual({ added: 0, changed: 1 });
      expect(answers).toEqual(Array(3).fill('forbidden'));
      const left = (await members.list(projectId)).map(({ userId, role: has }) => [userId, has]);
      expect(Object.fromEntries(left)).toEqual({ [ada]: 'owner', ...(role === null ? {} : { [bea]: role }) });
    }
  });

  it('lets nobody in by a link who was let go while they followed it', async () => {
    const [ada, bea] = [await seedUser(kit.db, 'ada@example.org'), await seedUser(kit.db, 'bea@example.org')];
    const projectId = await seedProject(kit.db, ada, 'demo');
    const members = createMemberStore(kit.db);
    const invitations = createInvitationStore(kit.db);
    const invitation = { id: 'one', digest: 'one', projectId, role: 'owner', email: null, createdBy: ada } as const;
    await invitations.insert({ ...invitation, now: 1, expiresAt: 100, maxUses: 5 });
    const [, , joined] = await Promise.all([
      members.change(projectId, [{ userId: bea, role: 'viewer' }], { by: ada, now: 2 }),
      members.change(projectId, [{ userId: bea, role: null }], { by: ada, now: 3 }),
      invitations.use('one', bea, 4),
    ]);
    expect(joined).toBe(false);
    expect(await members.find(projectId, bea)).toBeNull();
  });

  it('makes somebody a member once, who is added, invited and in a group', async () => {
    const [ada, bea] = [await seedUser(kit.db, 'ada@example.org'), await seedUser(kit.db, 'bea@example.org')];
    const members = createMemberStore(kit.db);
    const invitations = createInvitationStore(kit.db);
    const apply = groups();
    for (let round = 0; round < rounds; round += 1) {
      const name = `p${round}`;
      const projectId = await seedProject(kit.db, ada, name);
      const link = digest(name);
      const invitation = { id: name, digest: link, projectId, role: 'viewer', email: null, createdBy: ada } as const;
      await invitations.insert({ ...invitation, now: 1, expiresAt: 100, maxUses: 5 });
      await Promise.all([
        members.change(projectId, [{ userId: bea, role: 'editor' }], { by: ada, now: 2 }),
        invitations.use(link, bea, 2),
        apply(bea, [{ project: name, role: 'editor' }]),
      ]);
      const found = (await members.list(projectId)).filter(({ userId }) => userId === bea);
      expect(found).toHaveLength(1);
      expect(found[0]?.role).toBe('editor');
    }
  });
});

describe('a role that goes with its group', () => {
  it('takes along all that was opened by it, and no invitation brings it back', async () => {
    await using open = await testDatabase();
    const { db } = open;
    const [ada, bea] = [await seedUser(db, 'ada@example.org'), await seedUser(db, 'bea@example.org')];
    const projectId = await seedProject(db, ada, 'demo');
    const apply = createGroupRoles({ db, clock: fakeClock(), onChanged: async () => undefined });
    const opened = async (role: 'owner' | 'viewer') => {
      const target = { target_id: `t-${role}`, user_id: bea, login_digest: null, token_id: null, expires_at: 9, role };
      await db
        .insertInto('tickets')
        .values({ ...target, digest: `ticket-${role}`, path: '/', project_id: projectId })
        .execute();
      await db
        .insertInto('grants')
        .values({ ...target, digest: `grant-${role}`, created_at: 1, project_id: projectId })
        .execute();
    };
    const left = async () => {
      const tables = ['tickets', 'grants', 'tokens', 'invitations', 'former_members'] as const;
      const counts = tables.map((table) => db.selectFrom(table).selectAll().execute());
      return (await Promise.all(counts)).map((rows) => rows.length);
    };
    await apply(bea, [{ project: 'demo', role: 'owner' }]);
    for (const role of ['owner', 'viewer'] as const) await opened(role);
    await db
      .insertInto('tokens')
      .values({
        id: 'token',
        user_id: bea,
        project_id: projectId,
        server_id: null,
        name: '',
        digest: 'token',
        created_at: 1,
        expires_at: null,
        last_used_at: null,
      })
      .execute();
    await db
      .insertInto('invitations')
      .values({
        id: 'invitation',
        digest: 'invitation',
        project_id: projectId,
        role: 'owner',
        email: null,
        created_by: bea,
        created_at: 1,
        expires_at: 9,
        uses: 0,
        max_uses: 5,
      })
      .execute();
    await apply(bea, [{ project: 'demo', role: 'viewer' }]);
    expect(await left()).toEqual([1, 1, 1, 0, 1]);
    await apply(bea, []);
    expect(await left()).toEqual([0, 0, 0, 0, 1]);
    await apply(bea, [{ project: 'demo', role: 'editor' }]);
    expect(await left()).toEqual([0, 0, 0, 0, 0]);
  });

  it('stays with the last owner who can log in', async () => {
    await using open = await testDatabase();
    const { db } = open;
    const [ada, bea] = [await seedUser(db, 'ada@example.org'), await seedUser(db, 'bea@example.org')];
    const projectId = await seedProject(db, ada, 'demo');
    const apply = createGroupRoles({ db, clock: fakeClock(), onChanged: async () => undefined });
    await apply(bea, [{ project: 'demo', role: 'owner' }]);
    await db.updateTable('users').set({ disabled_at: 1 }).where('id', '=', ada).execute();
    await apply(bea, []);
    expect(await createMemberStore(db).find(projectId, bea)).toMatchObject({ role: 'owner' });
  });
});
