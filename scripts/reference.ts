import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { errorTable, propertyTable, routes, type PropertyRule } from '@emberlab/contract';
import { z } from 'zod';
import { deviations } from '../e2e/src/livy/deviations.ts';
import { settingsSchema } from '../packages/server/src/settings.ts';
import { migrate } from '../packages/server/src/db/migrate.ts';
import { openSqlite } from '../packages/server/src/db/sqlite/open.ts';
import { sql } from 'kysely';
import { createProgram } from '../packages/cli/src/program.ts';
import { apiPage } from './reference/api-page.ts';
import { cliPage } from './reference/cli-page.ts';

/**
 * Writes the generated pages of docs/reference, and the table of addresses in the contract; with `--check` it compares them instead and fails when one is
 * not what the code says.
 */
const root = join(import.meta.dirname, '..');
const generated = 'This page is generated: `node scripts/reference.ts`.';

function errorsPage(): string {
  const rows = Object.entries(errorTable).map(
    ([code, { status, message }]) => `| \`${code}\` | ${status} | ${message} |`,
  );
  return [
    '# Errors',
    '',
    `Every error answer has one of these codes. ${generated}`,
    '',
    '| code | status | message, unless a better one is known |',
    '|---|---|---|',
    ...rows,
    '',
  ].join('\n');
}

function settingsPage(): string {
  const rows = Object.entries(settingsSchema.shape).map(([name, setting]) => {
    const fallback = setting instanceof z.ZodDefault ? `\`${String(setting.def.defaultValue)}\`` : '';
    return `| \`EMBERLAB_${name.toUpperCase()}\` | \`${name}\` | ${fallback} | ${setting.meta()?.description ?? ''} |`;
  });
  return [
    '# Settings',
    '',
    `In the environment, or in \`emberlab.toml\` in the data folder. ${generated}`,
    '',
    '| environment | file | default | meaning |',
    '|---|---|---|---|',
    ...rows,
    '',
  ].join('\n');
}

/** What each rule means, where that isn't in the reason. */
const ruleWords: Readonly<Record<PropertyRule, string>> = {
  free: 'free',
  files: 'checked',
  folder: 'checked',
  java: 'checked',
  packages: 'checked',
  repositories: 'checked',
  keys: 'checked',
  'file-system': 'checked',
  metastore: 'checked',
  umask: 'checked',
  pinned: 'set by the platform',
  refused: 'refused',
};

function propertiesPage(): string {
  return [
    '# Spark properties',
    '',
    `What may be set on the Jupyter page, with \`%%configure\` and through Livy. The first row that fits a name decides; \`*\` stands for anything, case is`,
    `ignored, and names without \`spark.\` get it. What no row names is free. ${generated}`,
    '',
    '| property | rule | why |',
    '|---|---|---|',
    ...propertyTable.map(({ pattern, rule, reason }) => `| \`${pattern}\` | ${ruleWords[rule]} | ${reason} |`),
    '',
  ].join('\n');
}

function livyPage(): string {
  return [
    '# Differences from Apache Livy',
    '',
    'Clients of Livy work with Emberlab unchanged. Where it differs from Livy it does so on purpose; this is the whole list, and the tests in',
    `\`e2e/src/livy\` show each row. Livy is the version 0.9 here, and 0.7 where that is the same. What Emberlab adds is in the`,
    `[guide](../user/api.md). ${generated}`,
    '',
    '| Apache Livy | Emberlab |',
    '|---|---|',
    ...Object.values(deviations).map(({ livy, emberlab }) => `| ${livy} | ${emberlab} |`),
    '',
  ].join('\n');
}

async function schemaPage(): Promise<string> {
  const db = openSqlite(':memory:');
  await migrate(db);
  const { rows } = await sql<{
    sql: string;
  }>`select sql from sqlite_master where sql is not null and name not like 'kysely%' and name not like 'sqlite%' order by name`.execute(
    db,
  );
  await db.destroy();
  return `-- The database as the migrations make it. ${generated}\n\n${rows.map((row) => `${row.sql};`).join('\n\n')}\n`;
}

/** Method and path of each route, apart from the schemas: what a client needs of the table. */
function addressesModule(): string {
  return [
    "import type { RouteName } from './routes.ts';",
    '',
    '/** Method and path of each route, below `/api/v1`. This file is generated: `node scripts/reference.ts`. */',
    'export const addresses: Readonly<Record<RouteName, string>> = {',
    ...Object.entries(routes).map(([name, { method, path }]) => `  '${name}': '${method} ${path}',`),
    '};',
    '',
  ].join('\n');
}

const pages = {
  'errors.md': errorsPage(),
  'settings.md': settingsPage(),
  'properties.md': propertiesPage(),
  'livy-differences.md': livyPage(),
  'cli.md': cliPage(createProgram(), generated),
  'api.md': apiPage(generated),
  'schema.sql': await schemaPage(),
};
const files = {
  ...Object.fromEntries(Object.entries(pages).map(([name, content]) => [`docs/reference/${name}`, content])),
  'packages/contract/src/addresses.ts': addressesModule(),
};
const check = process.argv.includes('--check');
mkdirSync(join(root, 'docs/reference'), { recursive: true });
for (const [name, content] of Object.entries(files)) {
  const file = join(root, name);
  let present = '';
  try {
    present = readFileSync(file, 'utf8');
  } catch {
    // absent: differs from everything
  }
  if (present === content) continue;
  // What is as it was is left alone: the site is built anew for a file that was written.
  if (!check) {
    writeFileSync(file, content);
  } else {
    process.stdout.write(`${name} is not what the code says. Please run: node scripts/reference.ts\n`);
    process.exitCode = 1;
  }
}
if (check && process.exitCode === undefined)
  process.stdout.write(`${Object.keys(files).length} reference pages are what the code says.\n`);
