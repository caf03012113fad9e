import { execFileSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Platform, runCommand } from './platform.ts';

const server = process.env['EMBERLAB_TEST_POSTGRES'];

/** Two machines with one database: one works, the other waits for its place. */
describe.skipIf(server === undefined)('a standby (needs PostgreSQL)', () => {
  const name = `standby_${randomBytes(6).toString('hex')}`;
  const database = new URL(server ?? 'postgres://localhost');
  database.pathname = `/${name}`;
  const settings = { EMBERLAB_DATABASE_URL: database.href };
  const ask = (statement: string, url = database.href) =>
    execFileSync('psql', ['--quiet', '--no-psqlrc', '--tuples-only', '--command', statement, url], {
      encoding: 'utf8',
    });
  let one: Platform;
  let other: Platform;
  let token: string;

  const projects = async ({ port }: Platform): Promise<unknown> => {
    const answer = await fetch(`http://127.0.0.1:${port}/api/v1/projects`, {
      headers: { authorization: `Bearer ${token}` },
    });
    return answer.ok
      ? ((await answer.json()) as { items: { name: string }[] }).items.map((item) => item.name)
      : answer.status;
  };
  const serves = (platform: Platform) => expect.poll(() => projects(platform)).toEqual(['demo']);
  const waits = (platform: Platform) =>
    expect
      .poll(() => platform.output)
      .toMatch(/Another control plane works with this database \(emberlab on .*\)\. This one waits/);

  beforeAll(async () => {
    ask(`create database ${name}`, server);
    one = await Platform.prepare();
    other = await Platform.prepare();
    const env = { ...one.env, ...settings };
    await runCommand('./emberlab', ['user', 'add', 'ada@example.org', '--admin', '--password-stdin'], {
      env,
      input: 'correct horse battery\n',
    });
    const made = await runCommand('./emberlab', ['token', 'create', '--user', 'ada@example.org', '--name', 'test'], {
      env,
    });
    token = made.stdout.trim();
    await one.start(settings);
  });
  afterAll(async () => {
    await other.remove();
    await one.remove();
    ask(`drop database ${name} with (force)`, server);
  });

  it('waits while the first one works, and says so to everybody who asks', async () => {
    await serves(one);
    const started = other.start(settings);
    await waits(other);
    expect(await projects(other)).toBe(503);
    // The database is away for a moment: the first one has it again.
    ask(
      'select pg_terminate_backend(pid) from pg_stat_activity where datname = current_database() and pid <> pg_backend_pid()',
    );
    await serves(one);
    expect(other.output).not.toContain('Emberlab serves');
    await one.kill();
    await started;
    await serves(other);
  });

  it('is what the former one becomes when that comes back, until the other is stopped', async () => {
    const started = one.start(settings);
    await waits(one);
    await serves(other);
    expect(await other.stop()).toBe(0);
    await started;
    await serves(one);
  });
});
