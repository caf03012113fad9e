import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { errorTable, type Project } from '@emberlab/contract';
import { sql } from 'kysely';
import { expect, test } from 'vitest';
import { fakeClock } from '../lib/clock.fake.ts';
import { testApp } from '../testing/app.ts';

test('a database without room says so, loses nothing, and goes on when there is room', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'emberlab-full-'));
  await using cleanUp = new AsyncDisposableStack();
  cleanUp.defer(() => rmSync(folder, { recursive: true }));
  const kit = cleanUp.use(await testApp({ clock: fakeClock(), projectsFolder: folder }));
  const password = 'correct horse';
  const user = await kit.users.service.create({ email: 'ada@example.org', name: 'Ada', password, admin: true });
  const { secret } = await kit.users.service.createToken(user.id, 'test', null);
  const create = (name: string) => kit.as(secret, { method: 'POST', url: '/api/v1/projects', payload: { name } });
  // It may grow no further than it is.
  await sql`pragma max_page_count = 1`.execute(kit.db);

  const made: string[] = [];
  let answer = await create('p0');
  while (answer.statusCode === 201 && made.length < 500) {
    made.push(answer.json<Project>().name);
    answer = await create(`p${made.length}`);
  }
  expect([answer.statusCode, answer.json()]).toMatchObject([
    507,
    { error: { code: 'disk_full', message: errorTable.disk_full.message } },
  ]);

  await sql`pragma max_page_count = 1000000`.execute(kit.db);
  expect((await create('later')).statusCode).toBe(201);
  const { items } = (await kit.as(secret, { url: '/api/v1/projects?limit=500' })).json<{ items: Project[] }>();
  expect(items.map(({ name }) => name).toSorted()).toEqual([...made, 'later'].toSorted());
});
