import { sql } from 'kysely';
import { describe, expect, it } from 'vitest';
import { seedProject, seedUser, testDatabase } from '../testing/database.ts';
import { prepareQuery, prepareUpdate, type ParametersOf } from './prepared.ts';

describe('a prepared query', () => {
  it('answers for the values of each run, wherever their places are', async () => {
    await using open = await testDatabase();
    const { db } = open;
    const ada = await seedUser(db, 'ada@example.org');
    const bea = await seedUser(db, 'bea@example.org');
    await seedProject(db, ada, 'demo');
    let built = 0;
    const find = prepareQuery(db, (parameter: ParametersOf<{ email: string; project: string }>) => {
      built += 1;
      return db
        .selectFrom('users')
        .select(['users.id', sql<string>`upper(${parameter('project')})`.as('shouted')])
        .where('email', '=', parameter('email'))
        .where((e) =>
          e.exists(
            e
              .selectFrom('members')
              .innerJoin('projects', 'projects.id', 'members.project_id')
              .whereRef('members.user_id', '=', 'users.id')
              .select('projects.id')
              .where('projects.name', '=', parameter('project')),
          ),
        );
    });
    expect(await find({ email: 'ada@example.org', project: 'demo' })).toEqual([{ id: ada, shouted: 'DEMO' }]);
    // a value is a value, whatever it looks like
    expect(await find({ email: "' or 1=1 --", project: 'demo' })).toEqual([]);
    expect(await find({ email: 'bea@example.org', project: 'demo' })).toEqual([]);
    await seedProject(db, bea, 'hers');
    expect(await find({ email: 'bea@example.org', project: 'hers' })).toEqual([{ id: bea, shouted: 'HERS' }]);
    expect(built).toBe(1);
  });

  it('works at the same time with other values', async () => {
    await using open = await testDatabase();
    const find = prepareQuery(open.db, (parameter: ParametersOf<{ n: number }>) =>
      open.db.selectNoFrom(sql<number>`${parameter('n')} + 0`.as('n')),
    );
    const numbers = Array.from({ length: 50 }, (_, n) => n);
    const found = await Promise.all(numbers.map((n) => find({ n })));
    expect(found.map(([row]) => row?.n)).toEqual(numbers);
  });
});

describe('a prepared update', () => {
  it('sets what a change has, null too, and leaves the rest as it is', async () => {
    await using open = await testDatabase();
    const { db } = open;
    const ada = await seedUser(db, 'ada@example.org');
    const bea = await seedUser(db, 'bea@example.org');
    const update = prepareUpdate(
      db,
      (change: { name?: string; disabled_at?: number | null }, key: ParametersOf<{ id: string }>) =>
        db.updateTable('users').set(change).where('id', '=', key('id')),
    );
    const users = () => db.selectFrom('users').select(['id', 'name', 'disabled_at']).orderBy('email').execute();
    await update({ id: ada }, { name: 'Countess' });
    await update({ id: bea }, { disabled_at: 7, name: 'Bea' });
    await update({ id: ada }, { name: 'Ada King' });
    expect(await users()).toEqual([
      { id: ada, name: 'Ada King', disabled_at: null },
      { id: bea, name: 'Bea', disabled_at: 7 },
    ]);
    await update({ id: bea }, { disabled_at: null, name: 'B.' });
    expect((await users())[1]).toEqual({ id: bea, name: 'B.', disabled_at: null });
  });
});
