import { mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { sql, type Kysely } from 'kysely';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { seedUser } from '../testing/database.ts';
import { migrationNames } from './migrate.ts';
import type { Database } from './schema.ts';
import { openSqlite, openSqliteToRead } from './sqlite/open.ts';
import { appliedMigrations, upgrade } from './upgrade.ts';

const now = Date.UTC(2026, 0, 31, 9, 30);

describe('an upgrade of the database', () => {
  let folder: string;
  let db: Kysely<Database>;
  const copies = () => join(folder, 'upgrades');
  beforeEach(async () => {
    folder = mkdtempSync(join(tmpdir(), 'emberlab-upgrade-'));
    db = openSqlite(join(folder, 'emberlab.db'));
    await upgrade(db, copies(), now);
  });
  afterEach(async () => {
    await db.destroy();
    rmSync(folder, { recursive: true });
  });

  /** What has come with the audit log and since. */
  const tablesSince = [
    'ended_tours',
    'engine_projects',
    'restricted_engines',
    'chain_successes',
    'chains',
    'job_turns',
    'backfills',
    'schedules',
    'audit_events',
    'audit_cuts',
    'default_limits',
    'user_limits',
    'project_limits',
    'disk_uses',
    'dismissed_announcements',
    'announcements',
    'machine_samples',
    'environment_operations',
    'revision_requests',
    'package_index',
    'binned_files',
    'file_uploads',
    'file_rules',
    'alert_deliveries',
    'alert_rule_receivers',
    'alert_rules',
    'alert_receivers',
    'program_histories',
    'execution_samples',
    'execution_executors',
    'alert_kept_rules',
    'executions',
    'jobs',
  ];

  /** Makes it one of the version before the audit log. */
  async function age(): Promise<void> {
    for (const table of tablesSince) await sql`drop table ${sql.table(table)}`.execute(db);
    await sql`alter table servers drop column stop_note`.execute(db);
    await sql`alter table revisions drop column removed_at`.execute(db);
    const live = ['servers_live', 'servers_live_user', 'sessions_live', 'sessions_live_user', 'sessions_secret'];
    const owned = ['servers_owner', 'tokens_server', 'tokens_execution', 'grants_token', 'grants_login'];
    for (const index of ['batches_execution', 'sessions_execution', ...live, ...owned])
      await sql`drop index ${sql.ref(index)}`.execute(db);
    for (const [table, column] of [
      ['sessions', 'cluster_id'],
      ['batches', 'cluster_id'],
      ['batches', 'engine'],
      ['sessions', 'engine'],
      ['batches', 'execution_id'],
      ['batches', 'ui_id'],
      ['sessions', 'execution_id'],
      ['tokens', 'execution_id'],
    ] as const) {
      await sql`alter table ${sql.table(table)} drop column ${sql.ref(column)}`.execute(db);
    }
    await sql`delete from kysely_migration where name >= '0017-audit'`.execute(db);
  }

  it('copies what is there before it changes it, for its owner alone', async () => {
    await seedUser(db, 'ada@example.org');
    await age();
    const { copy } = await upgrade(db, copies(), now);
    expect(copy).toBe(join(copies(), 'before-0017-audit-2026-01-31T09-30-00-000Z.db'));
    expect(await appliedMigrations(db)).toEqual(migrationNames);
    expect((statSync(copy ?? '').mode & 0o777).toString(8)).toBe('600');
    const before = openSqliteToRead(copy ?? '');
    expect(await before.selectFrom('users').select('email').execute()).toEqual([{ email: 'ada@example.org' }]);
    expect(await appliedMigrations(before)).not.toContain('0017-audit');
    await before.destroy();
  });

  it('copies nothing when there is nothing to change', async () => {
    expect(await upgrade(db, copies(), now)).toEqual({ copy: null });
    expect(readdirSync(folder)).not.toContain('upgrades');
  });

  it('keeps the last five copies', async () => {
    for (let day = 0; day < 7; day++) {
      await age();
      await upgrade(db, copies(), now + day * 86_400_000);
    }
    expect(readdirSync(copies()).toSorted()).toEqual(
      ['02', '03', '04', '05', '06'].map((day) => `before-0017-audit-2026-02-${day}T09-30-00-000Z.db`),
    );
  });

  it('is not begun when there can be no copy', async () => {
    await age();
    writeFileSync(copies(), 'a file where the folder would be');
    await expect(upgrade(db, copies(), now)).rejects.toThrow('could not be copied');
    expect(await appliedMigrations(db)).not.toContain('0017-audit');
  });

  it('leaves a database alone that a newer version has changed', async () => {
    await sql`insert into kysely_migration (name, timestamp) values ('9999-future', '')`.execute(db);
    await expect(upgrade(db, copies(), now)).rejects.toThrow(
      'The database has been changed by a newer version of Emberlab (9999-future).',
    );
  });
});
