import { expect, it } from 'vitest';
import { seedUser, testDatabase } from '../../../testing/database.ts';
import { createPeopleStore } from './store.ts';

it('an administrator is left, whoever takes that from whom at the same moment', async () => {
  await using open = await testDatabase();
  const people = createPeopleStore(open.db);
  const ids = [await seedUser(open.db, 'ada@example.org'), await seedUser(open.db, 'bea@example.org')];
  for (let round = 0; round < 10; round += 1) {
    for (const id of ids) await people.makeAdministrator(id, null);
    const done = await Promise.all(ids.map((id) => people.unmakeAdministrator(id, null)));
    expect(done.filter((each) => each === 'last_administrator')).toHaveLength(1);
    expect(await open.db.selectFrom('users').select('id').where('admin', '=', 1).execute()).toHaveLength(1);
  }
});

it('whoever is an administrator no more makes nobody one, though they were let in before', async () => {
  await using open = await testDatabase();
  const people = createPeopleStore(open.db);
  const [ada, bea, eve] = [
    await seedUser(open.db, 'ada@example.org'),
    await seedUser(open.db, 'bea@example.org'),
    await seedUser(open.db, 'eve@example.org'),
  ];
  for (const id of [ada, bea]) await people.makeAdministrator(id, null);
  await people.disable(eve, ada, 1);
  const [taken, ...late] = await Promise.all([
    people.unmakeAdministrator(bea, ada),
    people.makeAdministrator(eve, bea),
    people.enable(eve, bea),
    people.disable(ada, bea, 2),
    people.unmakeAdministrator(ada, bea),
  ]);
  expect(taken).toBe('done');
  expect(late).toEqual(Array(4).fill('forbidden'));
  const rows = await open.db.selectFrom('users').select(['id', 'admin', 'disabled_at']).execute();
  expect(rows.filter(({ admin }) => admin === 1)).toEqual([{ id: ada, admin: 1, disabled_at: null }]);
  expect(rows.find(({ id }) => id === eve)).toMatchObject({ disabled_at: 1 });
  // Nor does one whose account was closed.
  await people.makeAdministrator(bea, ada);
  await people.disable(bea, ada, 3);
  expect(await people.makeAdministrator(eve, bea)).toBe('forbidden');
});
