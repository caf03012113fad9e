import { expect, test } from 'vitest';
import { DatabaseSync } from 'node:sqlite';
import { writeFileSync } from 'node:fs';
import { isDiskFull } from './disk-full.ts';

const thrownBy = (work: () => void): unknown => {
  try {
    work();
  } catch (error) {
    return error;
  }
  return undefined;
};

test('a file that has no room tells it, also as the cause of something else', () => {
  const error = thrownBy(() => writeFileSync('/dev/full', 'x'));
  expect(isDiskFull(error)).toBe(true);
  expect(isDiskFull(new Error('The upload failed.', { cause: error }))).toBe(true);
});

test('a database that has no room tells it', () => {
  const database = new DatabaseSync(':memory:');
  database.exec('pragma max_page_count = 2; create table kept (text)');
  const error = thrownBy(() => database.prepare('insert into kept values (?)').run('x'.repeat(100_000)));
  database.close();
  expect(isDiskFull(error)).toBe(true);
});

test('PostgreSQL tells it by a code', () => {
  expect(isDiskFull(Object.assign(new Error('could not extend file'), { code: '53100' }))).toBe(true);
});

test('other errors are something else', () => {
  expect(isDiskFull(thrownBy(() => writeFileSync('/dev/null/x', 'x')))).toBe(false);
  expect(isDiskFull('ENOSPC')).toBe(false);
});
