import { mkdtempSync, readFileSync, rmSync, statSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { sql, type Kysely } from 'kysely';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createAuditStore } from '../features/audit/index.ts';
import { seedProject, seedRevision, seedServer, seedSession, seedUser } from '../testing/database.ts';
import { emptyPostgres } from '../testing/postgres.ts';
import { readContent, type Piece } from './content.ts';
import { readPieces, writePieces } from './content-file.ts';
import { fillDatabase } from './fill.ts';
import { migrate, migrationNames } from './migrate.ts';
import { openPostgres } from './postgres/open.ts';
import type { Database } from './schema.ts';
import { openSqlite } from './sqlite/open.ts';
import { tablesInOrder } from './tables.ts';

const awkward = 'quotes \' " \\ lines \n \u2028 \u2029 \r and \u{1F9EA} é';

describe('what is in a database', () => {
  let folder: string;
  let file: string;
  let sqlite: Kysely<Database>;
  const closing = new Set<() => Promise<void>>();
  beforeEach(async () => {
    folder = mkdtempSync(join(tmpdir(), 'emberlab-fill-'));
    file = join(folder, 'copy.jsonl');
    sqlite = openSqlite(':memory:');
    closing.add(() => sqlite.destroy());
    await migrate(sqlite);
    const userId = await seedUser(sqlite);
    await sqlite.updateTable('users').set({ name: awkward }).execute();
    const projectId = await seedProject(sqlite, userId);
    await seedRevision(sqlite, projectId);
    await sqlite.updateTable('environments').set({ current_revision_id: 'revision1' }).execute();
    await seedServer(sqlite, { id: 'server1', projectId, userId });
    for (const uiId of ['one', 'two', 'three']) await seedSession(sqlite, { uiId, projectId, userId });
    // The highest number was given, and its row is gone.
    await sqlite.deleteFrom('sessions').where('ui_id', '=', 'three').execute();
    const event = { action: 'x', outcome: 'done', user: null, via: 'platform', at: 7 } as const;
    for (let index = 0; index < 1200; index += 1) await createAuditStore(sqlite).insert(event);
  });
  afterEach(async () => {
    for (const close of [...closing].toReversed()) await close();
    closing.clear();
    rmSync(folder, { recursive: true });
  });

  async function postgres(): Promise<Kysely<Database>> {
    const made = await emptyPostgres();
    const db = openPostgres({ url: made.url, connections: 2, statementMs: null });
    closing.add(async () => made[Symbol.asyncDispose]());
    closing.add(() => db.destroy());
    return db;
  }
  async function all(db: Kysely<Database>): Promise<Piece[]> {
    const pieces: Piece[] = [];
    for await (const piece of readContent(db)) {
      const last = pieces.at(-1);
      // How many rows a piece has is nobody's concern.
      if (last !== undefined && 'table' in last && 'table' in piece && last.table === piece.table) {
        pieces[pieces.length - 1] = { ...last, rows: [...last.rows, ...piece.rows] };
      } else pieces.push(piece);
    }
    return pieces;
  }

  it('is the same in the other database, and back again, by way of a file', async () => {
    const before = await all(sqlite);
    await writePieces(file, readContent(sqlite));
    expect((statSync(file).mode & 0o777).toString(8)).toBe('600');
    const there = await postgres();
    const written = await fillDatabase(there, readPieces(file));
    expect(written.get('audit_events')).toBe(1200);
    expect(await all(there)).toEqual(before);
    const back = openSqlite(':memory:');
    closing.add(() => back.destroy());
    await fillDatabase(back, readContent(there));
    expect(await all(back)).toEqual(before);
    expect((await sql`pragma foreign_key_check`.execute(back)).rows).toEqual([]);
  });

  it('goes on there with numbers that were never given', async () => {
    const there = await postgres();
    await fillDatabase(there, readContent(sqlite));
    const { id: projectId } = await there.selectFrom('projects').select('id').executeTakeFirstOrThrow();
    const { id: userId } = await there.selectFrom('users').select('id').executeTakeFirstOrThrow();
    await seedSession(there, { uiId: 'four', projectId, userId });
    const found = await there.selectFrom('sessions').select(['id', 'ui_id']).orderBy('id').execute();
    expect(found.map(({ id }) => id)).toEqual([1, 2, 4]);
  });

  it('of an earlier version is brought up to this one', async () => {
    const old = openSqlite(':memory:');
    closing.add(() => old.destroy());
    await migrate(old, '0011-histories');
    await sql`insert into users (id, email, name, password_hash, admin, created_at) values ('u', 'a@b.c', 'A', '', 0, 1)`.execute(
      old,
    );
    const there = await postgres();
    await fillDatabase(there, readContent(old));
    expect(await there.selectFrom('users').select(['email', 'kind']).execute()).toEqual([
      { email: 'a@b.c', kind: 'person' },
    ]);
  });

  it('does not go over what is there', async () => {
    const there = await postgres();
    await migrate(there);
    await seedUser(there, 'bea@example.org');
    await expect(fillDatabase(there, readContent(sqlite))).rejects.toThrow('has tables already');
    expect(await there.selectFrom('users').select('email').execute()).toEqual([{ email: 'bea@example.org' }]);
  });

  it.each<[string, () => void, string]>([
    ['cut off', () => truncateSync(file, Math.floor(statSync(file).size / 2)), "can't be understood"],
    [
      'without its last line',
      () => writeFileSync(file, readFileSync(file, 'utf8').split('\n').slice(0, -2).join('\n')),
      'is not whole',
    ],
    [
      'of a newer version',
      () => writeFileSync(file, readFileSync(file, 'utf8').replace(`"${migrationNames.at(-1)}"`, '"9999-future"')),
      'newer version of Emberlab (9999-future)',
    ],
    [
      'whose rows refer to nobody',
      () =>
        writeFileSync(
          file,
          readFileSync(file, 'utf8')
            .replace('"server1"', '"server1"')
            .replace(/\{"table":"users".*\n/, ''),
        ),
      'foreign key',
    ],
  ])('in a file %s is not brought anywhere, and leaves nothing', async (_what, damage, sentence) => {
    await writePieces(file, readContent(sqlite));
    damage();
    const there = await postgres();
    await expect(fillDatabase(there, readPieces(file))).rejects.toThrow(sentence);
    expect(await tablesInOrder(there)).toEqual([]);
  });
});
