import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { seedUser, testDatabase } from '../testing/database.ts';
import { migrate } from './migrate.ts';
import { openSqlite } from './sqlite/open.ts';
import { inTransaction } from './transaction.ts';

it('transactions with the same turn come one after the other, so that each reads what the one before has written', async () => {
  await using open = await testDatabase();
  const { db } = open;
  const fact = { name: 'count', value: '0' };
  await db.insertInto('facts').values(fact).execute();
  const add = () =>
    inTransaction(
      db,
      async (tx) => {
        const { value } = await tx.selectFrom('facts').select('value').executeTakeFirstOrThrow();
        await tx
          .updateTable('facts')
          .set({ value: String(Number(value) + 1) })
          .execute();
      },
      { turn: 'count' },
    );
  await Promise.all(Array.from({ length: 20 }, add));
  expect(await db.selectFrom('facts').selectAll().execute()).toEqual([{ ...fact, value: '20' }]);
});

it('what fails in a transaction leaves nothing of it, and is not tried again', async () => {
  await using open = await testDatabase();
  let tries = 0;
  const failing = inTransaction(open.db, async (tx) => {
    tries += 1;
    await seedUser(tx);
    throw new Error('no more');
  });
  await expect(failing).rejects.toThrow('no more');
  expect(tries).toBe(1);
  expect(await open.db.selectFrom('users').select('id').execute()).toEqual([]);
});

it('a transaction in SQLite that another process has come before is run again', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'emberlab-transaction-'));
  const file = join(folder, 'emberlab.db');
  const [ours, theirs] = [openSqlite(file), openSqlite(file)];
  await migrate(ours);
  let tries = 0;
  const seen = await inTransaction(ours, async (tx) => {
    tries += 1;
    const before = await tx.selectFrom('users').select('email').execute();
    if (tries === 1) await seedUser(theirs, 'first@example.org');
    await seedUser(tx, 'second@example.org');
    return before;
  });
  expect(tries).toBe(2);
  expect(seen).toEqual([{ email: 'first@example.org' }]);
  await ours.destroy();
  await theirs.destroy();
  rmSync(folder, { recursive: true });
});
