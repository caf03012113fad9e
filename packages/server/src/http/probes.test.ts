import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { fakeClock } from '../lib/clock.fake.ts';
import { testApp } from '../testing/app.ts';

it('the platform lives, and is ready for as long as its database answers', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'emberlab-probes-'));
  const kit = await testApp({ clock: fakeClock(), projectsFolder: folder });
  const ask = async (url: string) => {
    const answer = await kit.app.inject({ url });
    return [answer.statusCode, answer.json()];
  };
  expect(await ask('/healthz')).toEqual([200, { status: 'ok' }]);
  expect(await ask('/readyz')).toEqual([200, { status: 'ok' }]);
  await kit.db.destroy();
  expect(await ask('/healthz')).toEqual([200, { status: 'ok' }]);
  expect(await ask('/readyz')).toMatchObject([
    503,
    { error: { code: 'unavailable', message: expect.stringContaining('database does not answer') } },
  ]);
  await kit[Symbol.asyncDispose]();
  rmSync(folder, { recursive: true });
});
