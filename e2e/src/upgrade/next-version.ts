import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { mkdir, mkdtemp } from 'node:fs/promises';
import { dirname, join } from 'node:path';

const root = join(import.meta.dirname, '../../..');
const server = 'packages/server/src';

/** Takes a long moment on PostgreSQL, as changes of large tables do. */
const migration = `import { sql, type Kysely } from 'kysely';

export async function up(db: Kysely<unknown>): Promise<void> {
  await db.schema.createTable('of_the_next_version').addColumn('id', 'text').execute();
  await sql\`select pg_sleep(2)\`.execute(db);
}
`;

/** The folder of a version after this one, with this repository's code, another number and one more change of the tables. The caller removes it. */
export async function nextVersion(number: string): Promise<string> {
  await mkdir(join(root, 'build/e2e'), { recursive: true });
  const folder = await mkdtemp(join(root, 'build/e2e/next-'));
  const tracked = execFileSync('git', ['ls-files', '-z'], { cwd: root, encoding: 'utf8' }).split('\0');
  const built = ['packages/web/dist', 'packages/docs/dist', 'jupyter/lab/dist'];
  const packages = ['node_modules', 'packages/cli/node_modules', 'packages/docs/node_modules'];
  // Hard links: what is to be another is written anew, and never in place.
  const link = (names: readonly string[]) => {
    const there = names.filter((name) => name !== '' && existsSync(join(root, name)));
    execFileSync('cp', ['--archive', '--link', '--parents', '--', ...there, folder], { cwd: root });
  };
  for (let at = 0; at < tracked.length; at += 500) link(tracked.slice(at, at + 500));
  link([...built, ...packages]);
  const write = (name: string, text: string) => {
    const file = join(folder, server, name);
    if (!existsSync(dirname(file))) throw new Error(`${name} is elsewhere now`);
    rmSync(file, { force: true });
    writeFileSync(file, text);
  };
  write('version.ts', `export const version = '${number}';\n`);
  write('db/migrations/9999-next.ts', migration);
  const migrate = readFileSync(join(root, server, 'db/migrate.ts'), 'utf8');
  write(
    'db/migrate.ts',
    `import * as next from './migrations/9999-next.ts';\n${migrate.replace('const migrations = {', "const migrations = {\n  '9999-next': { up: next.up },")}`,
  );
  return folder;
}
