import { mkdtempSync, rmSync } from 'node:fs';
import { DatabaseSync } from 'node:sqlite';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { sql } from 'kysely';
import { expect, it } from 'vitest';
import { HttpError } from '../http/errors.ts';
import { seedUser, testDatabase } from '../testing/database.ts';
import { isDatabasePassing } from './passing.ts';

it('a database that is away or busy is so for a while, also where somebody says so with words of their own', () => {
  const folder = mkdtempSync(join(tmpdir(), 'ember-busy-'));
  const open = () => new DatabaseSync(join(folder, 'a.db'), { timeout: 0 });
  const [one, two] = [open(), open()];
  const failure = (): unknown => {
    try {
      two.exec('begin immediate');
    } catch (error) {
      return error;
    }
    return null;
  };
  one.exec('begin immediate');
  const busy = failure();
  one.close();
  two.close();
  rmSync(folder, { recursive: true });
  expect(isDatabasePassing(busy)).toBe(true);
  expect(isDatabasePassing(new Error('it could not be begun', { cause: busy }))).toBe(true);
  expect(isDatabasePassing(new HttpError('database_away'))).toBe(true);
});

it('a query that is wrong fails again, and so does what has nothing to do with the database', async () => {
  await using open = await testDatabase();
  await seedUser(open.db);
  const again: unknown = await seedUser(open.db).catch((error: unknown) => error);
  const wrong: unknown = await sql`select nothing from nowhere`.execute(open.db).catch((error: unknown) => error);
  const noFile = Object.assign(new Error('no such file'), { code: 'ENOENT' });
  for (const error of [again, wrong, noFile, new HttpError('not_found'), null])
    expect(isDatabasePassing(error)).toBe(false);
});
