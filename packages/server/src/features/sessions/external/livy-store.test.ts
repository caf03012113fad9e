import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { createSealer } from '../../../lib/seal.ts';
import { seedProject, seedUser, testDatabase } from '../../../testing/database.ts';
import { createLivyStore } from './livy-store.ts';

it('of two that give a project a Livy server at once, one comes last and is its only one', async () => {
  await using open = await testDatabase();
  const folder = mkdtempSync(join(tmpdir(), 'emberlab-livy-store-'));
  const store = createLivyStore(open.db, createSealer(join(folder, 'secrets.key')));
  const projectId = await seedProject(open.db, await seedUser(open.db));
  const server = { login: 'none', user: null, secret: null, runAs: 'livy', setByAdmin: false } as const;
  for (let round = 0; round < 10; round += 1) {
    const urls = ['a', 'b', 'c'].map((name) => `http://${name}${round}.example.org`);
    await Promise.all(urls.map((url) => store.set(projectId, { ...server, url }, round)));
    expect(urls).toContain((await store.findCurrent(projectId))?.url);
  }
  const current = open.db.selectFrom('livy_servers').select('id').where('retired_at', 'is', null);
  expect(await current.execute()).toHaveLength(1);
  rmSync(folder, { recursive: true });
});
