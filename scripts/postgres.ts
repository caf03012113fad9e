import { execFile, spawn } from 'node:child_process';
import { chownSync, mkdtempSync, readFileSync } from 'node:fs';
import { readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { createInstaller, findProgram } from '../packages/server/src/setup/programs.ts';

/** Where Debian's packages put each version's programs: they are not on the PATH. */
const versions = '/usr/lib/postgresql';
const sentence =
  'PostgreSQL is missing, and the tests need its server. Please install it, for example with: apt-get install postgresql';

async function findPrograms(): Promise<string | null> {
  const names = await readdir(versions).catch((): string[] => []);
  for (const name of names.toSorted((a, b) => Number(b) - Number(a))) {
    const folder = join(versions, name, 'bin');
    if ((await findProgram(join(folder, 'initdb'))) !== null) return folder;
  }
  const found = await findProgram('initdb');
  return found === null ? null : join(found, '..');
}

/** Installs PostgreSQL where it is missing and we may. Answers the folder of its programs. */
export async function ensurePostgres(): Promise<string> {
  const found = await findPrograms();
  if (found !== null) return found;
  process.stdout.write('── PostgreSQL\n');
  await createInstaller(true).install(['postgresql'], sentence);
  const installed = await findPrograms();
  if (installed === null) throw new Error(sentence);
  return installed;
}

/** Whom the server runs as: it refuses to be root. Its package makes a user for that. */
function serverUser(): { uid: number; gid: number } | null {
  if (process.getuid?.() !== 0) return null;
  const lines = readFileSync('/etc/passwd', 'utf8').split('\n');
  const line = lines.find((one) => one.startsWith('postgres:')) ?? lines.find((one) => one.startsWith('nobody:')) ?? '';
  const [, , uid, gid] = line.split(':');
  if (uid === undefined || gid === undefined) throw new Error('there is no user postgres or nobody');
  return { uid: Number(uid), gid: Number(gid) };
}

export type TestServer = { readonly url: string; stop(): Promise<void> };

/**
 * A PostgreSQL server for tests, in a folder of its own that goes with it, on a Unix socket alone. It ends with us, however we end. Nothing of it is written
 * through to the disk: whatever it holds is worth nothing.
 */
export async function startPostgres(): Promise<TestServer> {
  const programs = await ensurePostgres();
  // Not below the repository: whom it runs as may not be let in there, and a socket's path is short.
  const folder = mkdtempSync(join(tmpdir(), 'emberlab-postgres-'));
  const user = serverUser();
  if (user !== null) chownSync(folder, user.uid, user.gid);
  const data = join(folder, 'data');
  const as = { cwd: folder, ...user };
  // A collation that people use: what is sorted by the bytes of SQLite would come in another order here.
  const locale = ['--locale=C.UTF-8', '--locale-provider=icu', '--icu-locale=en-US'];
  try {
    await promisify(execFile)(
      join(programs, 'initdb'),
      ['--username=postgres', '--auth=trust', '--encoding=UTF8', '--no-sync', ...locale, data],
      as,
    );
  } catch (error) {
    await rm(folder, { recursive: true, force: true });
    throw error;
  }
  const settings = [
    'listen_addresses=',
    `unix_socket_directories=${folder}`,
    'max_connections=300',
    'shared_buffers=64MB',
    'fsync=off',
    'synchronous_commit=off',
    'full_page_writes=off',
    'autovacuum=off',
  ].flatMap((setting) => ['-c', setting]);
  const identity = user === null ? [] : [`--reuid=${user.uid}`, `--regid=${user.gid}`, '--clear-groups'];
  // The kernel tells it to end when we do.
  const child = spawn(
    'setpriv',
    ['--pdeathsig=INT', ...identity, join(programs, 'postgres'), '-D', data, ...settings],
    { cwd: folder, stdio: ['ignore', 'ignore', 'pipe'] },
  );
  let said = '';
  const ready = new Promise<void>((resolve, reject) => {
    child.stderr.on('data', (text: Buffer) => {
      said = (said + text.toString()).slice(-10_000);
      if (said.includes('ready to accept connections')) resolve();
    });
    child.once('error', reject);
    child.once('exit', () => reject(new Error(`PostgreSQL has ended: ${said}`)));
  });
  const ended = new Promise<void>((resolve) => child.once('close', () => resolve()));
  const server: TestServer = {
    url: `postgres://postgres@localhost/postgres?host=${encodeURIComponent(folder)}`,
    async stop() {
      // "Fast": connections that are left are cut off.
      child.kill('SIGINT');
      await ended;
      await rm(folder, { recursive: true, force: true });
    },
  };
  try {
    await ready;
  } catch (error) {
    child.kill('SIGKILL');
    await rm(folder, { recursive: true, force: true });
    throw error;
  }
  return server;
}
