import { sql } from 'kysely';
import { expect, it } from 'vitest';
import { testDatabase } from '../testing/database.ts';
import { inTransaction } from './transaction.ts';

it('of two transactions that wait for each other one is run again, and both are done', async () => {
  await using open = await testDatabase();
  const { db } = open;
  const names = ['a', 'b'];
  await db
    .insertInto('facts')
    .values(names.map((name) => ({ name, value: '' })))
    .execute();
  const both = Promise.withResolvers<void>();
  let begun = 0;
  let tries = 0;
  const append = (order: readonly string[], sign: string) =>
    inTransaction(db, async (tx) => {
      tries += 1;
      for (const name of order) {
        await tx
          .updateTable('facts')
          .set({ value: sql<string>`value || ${sign}` })
          .where('name', '=', name)
          .execute();
        begun += 1;
        if (begun === 2) both.resolve();
        // Each has the one row that the other wants next.
        await both.promise;
      }
    });
  await Promise.all([append(names, 'x'), append(names.toReversed(), 'y')]);
  expect(tries).toBe(3);
  const rows = await db.selectFrom('facts').select('value').execute();
  expect(rows.map(({ value }) => Array.from(value).toSorted().join(''))).toEqual(['xy', 'xy']);
});

it('who waits for a turn holds no connection, so one who asks for it again and again keeps nobody else out', async () => {
  await using open = await testDatabase();
  const { db } = open;
  const [begun, end] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
  const options = { turn: 'one owner' };
  const first = inTransaction(
    db,
    async () => {
      begun.resolve();
      await end.promise;
    },
    options,
  );
  await begun.promise;
  const waiting = Array.from({ length: 100 }, () => inTransaction(db, async () => undefined, options));
  // With as many as wait there would be no connection left for this.
  expect(await inTransaction(db, async () => 'done', { turn: 'another' })).toBe('done');
  end.resolve();
  await Promise.all([first, ...waiting]);
});
