import { chmodSync, existsSync, mkdirSync, mkdtempSync, realpathSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { readConfig } from '../config.ts';
import { systemClock } from '../lib/clock.ts';
import { testDatabase } from '../testing/database.ts';
import { findIdentities } from './find.ts';
import { probe } from './unix/probe.ts';
import { canMakeUsers } from './unix/testing.ts';

const log = { info: () => undefined, warn: () => undefined, error: () => undefined };

async function rig(isolation: 'auto' | 'on' | 'off') {
  const folder = realpathSync(mkdtempSync(join(tmpdir(), 'ember-find-')));
  const { db, ...database } = await testDatabase();
  const config = readConfig({ EMBERLAB_ISOLATION: isolation, EMBERLAB_DATA: folder });
  return {
    folder,
    find: (read: readonly string[] = []) => findIdentities({ config, db, clock: systemClock, log, needed: [], read }),
    async [Symbol.asyncDispose]() {
      await database[Symbol.asyncDispose]();
      rmSync(folder, { recursive: true });
    },
  };
}

test('where the setting says so, everything runs as one user, and it is said why', async () => {
  await using it = await rig('off');
  const { identities, keeper } = await it.find();
  expect(identities.isolation).toEqual({ users: false, ownTmp: false, missing: ['The setting isolation is off.'] });
  expect(keeper).toBeNull();
});

describe.skipIf(!canMakeUsers)('as root', () => {
  test('members are users of the machine, and of the data folder they see what is theirs alone', async () => {
    await using it = await rig('auto');
    for (const name of ['secrets.key', 'emberlab.db', 'notes'])
      writeFileSync(join(it.folder, name), 'x', { mode: 0o644 });
    mkdirSync(join(it.folder, 'logs'), { mode: 0o755 });
    chmodSync(it.folder, 0o755);
    const { identities } = await it.find();
    expect(identities.isolation).toEqual({ users: true, ownTmp: true, missing: [] });
    const modes = Object.fromEntries(
      ['', 'secrets.key', 'emberlab.db', 'notes', 'logs', 'projects', 'sessions', 'run'].map((name) => [
        name,
        (statSync(join(it.folder, name)).mode & 0o777).toString(8),
      ]),
    );
    expect(modes).toEqual({
      '': '711',
      'secrets.key': '600',
      'emberlab.db': '600',
      notes: '600',
      logs: '700',
      projects: '711',
      sessions: '711',
      run: '711',
    });
    expect(existsSync(join(it.folder, '.probe-identity'))).toBe(false);
  });

  test('where members could not read what they need, it is said what and what to do; a setting makes that an error', async () => {
    await using it = await rig('auto');
    const closed = join(it.folder, 'closed');
    writeFileSync(closed, '', { mode: 0o600 });
    const { identities } = await it.find([closed]);
    expect(identities.isolation.users).toBe(false);
    expect(identities.isolation.missing.join()).toMatch(new RegExp(`can't read ${closed}.*chmod -R a\\+rX`));

    await using strict = await rig('on');
    const other = join(strict.folder, 'closed');
    writeFileSync(other, '', { mode: 0o600 });
    await expect(strict.find([other])).rejects.toThrow(/isolation is on.*can't read/);
  });

  test('a machine without mount namespaces is told from one with them, by trying', async () => {
    await using it = await rig('auto');
    const options = { python: '/usr/bin/python3', dataDir: it.folder, read: [] };
    // A view that can't be made stands for a machine that makes none.
    const impossible = { cover: ['/nowhere'], keep: [] };
    expect(await probe({ ...options, view: impossible })).toEqual({
      users: false,
      mounts: false,
      missing: [expect.stringMatching(/go through \/nowhere.*no mount namespaces.*chmod o\+x/)],
    });
    expect(await probe({ ...options, view: { cover: [], keep: [] } })).toEqual({
      users: true,
      mounts: true,
      missing: [],
    });
  });
});
