import { accessSync, chmodSync, mkdirSync, readFileSync, realpathSync } from 'node:fs';
import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { execFileSync } from 'node:child_process';
import { vi } from 'vitest';
import { migrate } from '../../db/migrate.ts';
import { openSqlite } from '../../db/sqlite/open.ts';
import { fakeClock } from '../../lib/clock.fake.ts';
import { newId } from '../../lib/ids.ts';
import { spawnDetached } from '../../lib/process.ts';
import { removeTree } from '../../lib/trees.ts';
import { seedProject, seedUser } from '../../testing/database.ts';
import type { Owner } from '../identities.ts';
import { createUnixIdentities, entryOf } from './identities.ts';
import { createKeeper, processesOf } from './keeper.ts';
import { removeEntry } from './machine.ts';
import { createAccountStore } from './store.ts';
import { viewOf } from './view.ts';

/** Whether this machine lets us make users, and run something as them. */
export const canMakeUsers = (() => {
  try {
    accessSync('/usr/sbin/useradd');
    execFileSync('/usr/bin/unshare', ['-m', 'true']);
    return process.getuid?.() === 0;
  } catch {
    return false;
  }
})();

export type TestMember = Owner & { readonly folder: string };

const pythonOf = () =>
  execFileSync('python3', [
    '-I',
    '-S',
    '-c',
    'import os, sys; print(os.path.realpath(sys.executable), sys.base_prefix, sep="\\n")',
  ])
    .toString()
    .trim()
    .split('\n');

/** Users of this machine in a data folder of their own; all go at the end. `needed`: what processes have to reach besides. */
export async function unixRig(options: { processes?: number; needed?: readonly string[]; folder?: string } = {}) {
  const folder = options.folder ?? realpathSync(await mkdtemp(join(tmpdir(), 'ember-unix-')));
  chmodSync(folder, 0o711);
  mkdirSync(join(folder, 'projects'), { recursive: true });
  chmodSync(join(folder, 'projects'), 0o711);
  const db = openSqlite(':memory:');
  await migrate(db);
  const clock = fakeClock();
  const store = createAccountStore(db);
  const [python = '', base = ''] = pythonOf();
  // Tests at the same time make users too.
  const first = 1_000_000 + (process.pid % 10_000) * 1000;
  const identities = createUnixIdentities({
    store,
    dataDir: folder,
    ids: { first, last: 1_999_999_999 },
    python,
    view: viewOf([folder, python, base, ...(options.needed ?? [])]),
    processes: options.processes ?? null,
    isolation: { users: true, ownTmp: true, missing: [] },
  });
  const log = { info: () => undefined, warn: () => undefined, error: () => undefined };
  const keeper = createKeeper({ store, dataDir: folder, clock, log });
  const join_ = async ({ projectId, userId }: Owner) => {
    await db
      .insertInto('members')
      .values({ project_id: projectId, user_id: userId, role: 'editor', since: 0 })
      .execute();
  };

  async function start(whose: TestMember, script: string) {
    const identity = await identities.of(whose, whose.folder);
    const place = join(folder, 'servers', newId());
    await identity.lendFolder(place);
    const tmp = join(place, 'tmp');
    await identity.giveFolder(tmp);
    const env = { PATH: '/usr/sbin:/usr/bin:/sbin:/bin' };
    const command = identity.command({ file: '/bin/sh', args: ['-c', script], env }, { cwd: whose.folder, tmp });
    const out = join(place, 'out');
    const started = await spawnDetached({ ...command, cwd: '/', stdoutFile: out, stderrFile: out });
    return { ...started, text: () => readFileSync(out, 'utf8').trim() };
  }

  return {
    folder,
    db,
    clock,
    identities,
    keeper,
    processesOf,
    /** A member of a project of their own. */
    async member(email: string, name = 'demo'): Promise<TestMember> {
      const userId = await seedUser(db, email);
      const projectId = await seedProject(db, userId, name);
      const projectFolder = join(folder, 'projects', name);
      mkdirSync(projectFolder, { recursive: true });
      return { projectId, userId, folder: projectFolder };
    },
    join: join_,
    async leave({ projectId, userId }: Owner): Promise<void> {
      await db.deleteFrom('members').where('project_id', '=', projectId).where('user_id', '=', userId).execute();
    },
    async unixId({ projectId, userId }: Owner): Promise<number> {
      return (await store.find({ kind: 'member', projectId, userId }))?.unixId ?? 0;
    },
    start,
    /** Runs a script as a member, and answers what it prints. */
    async run(whose: TestMember, script: string): Promise<string> {
      const { exited, text } = await start(whose, script);
      await exited;
      return text();
    },
    async [Symbol.asyncDispose]() {
      await db.deleteFrom('projects').execute();
      for (const account of await store.orphans()) {
        for (const pid of processesOf(account.unixId)) process.kill(pid, 'SIGKILL');
        // They end a moment later, and until then the user can't be removed.
        await vi.waitUntil(() => processesOf(account.unixId).length === 0, { timeout: 20_000, interval: 20 });
        await removeEntry(entryOf(account));
      }
      await db.destroy();
      await removeTree(folder);
    },
  };
}
