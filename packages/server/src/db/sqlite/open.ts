import { closeSync, openSync } from 'node:fs';
import { DatabaseSync, type SQLInputValue, type StatementSync } from 'node:sqlite';
import { Kysely, SqliteDialect, type SqliteDatabase, type SqliteStatement } from 'kysely';
import type { Database } from '../schema.ts';

/** Opens (and makes, if absent) the SQLite database in `file`; `:memory:` for tests. The caller destroys it. */
export function openSqlite(file: string): Kysely<Database> {
  // SQLite makes the file, and those beside it, with the mode of what is there.
  if (file !== ':memory:') closeSync(openSync(file, 'a', 0o600));
  const database = new DatabaseSync(file, { timeout: 5000, enableForeignKeyConstraints: true });
  database.exec('PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL; PRAGMA temp_store = MEMORY;');
  return new Kysely<Database>({ dialect: new SqliteDialect({ database: asKyselyDatabase(database) }) });
}

/** Opens a database only to look at it: the file stays as it is, bit by bit. The caller destroys it. */
export function openSqliteToRead(file: string): Kysely<Database> {
  const database = new DatabaseSync(file, { timeout: 5000, readOnly: true });
  return new Kysely<Database>({ dialect: new SqliteDialect({ database: asKyselyDatabase(database) }) });
}

/** How many prepared statements are kept: more than there are queries in the program, unless their lists vary in length. */
const keptStatements = 500;

/**
 * Kysely describes the subset of better-sqlite3 that it uses; `node:sqlite` differs only in how parameters are handed over. Statements are kept once they
 * are prepared: that took more time than running them. All of it is synchronous, so nobody else uses one meanwhile.
 */
function asKyselyDatabase(database: DatabaseSync): SqliteDatabase {
  const prepared = new Map<string, SqliteStatement>();
  return {
    close() {
      prepared.clear();
      database.close();
    },
    prepare(sql) {
      const known = prepared.get(sql);
      if (known !== undefined) return known;
      const plain = asKyselyStatement(database.prepare(sql), () => database.prepare(sql));
      const statement = sql === 'rollback' ? unlessRolledBack(plain, database) : plain;
      const [oldest] = prepared.keys();
      if (prepared.size >= keptStatements && oldest !== undefined) prepared.delete(oldest);
      prepared.set(sql, statement);
      return statement;
    },
  };
}

/** `fresh` prepares the same once more, for what is read row by row: that goes on while others run. */
function asKyselyStatement(statement: StatementSync, fresh: () => StatementSync): SqliteStatement {
  const values = (parameters: readonly unknown[]) => parameters as SQLInputValue[];
  return {
    reader: statement.columns().length > 0,
    all: (parameters) => statement.all(...values(parameters)),
    run: (parameters) => statement.run(...values(parameters)),
    iterate: (parameters) => fresh().iterate(...values(parameters)),
  };
}

/** SQLite takes a transaction back by itself when there is no room on the disk (sqlite.org/lang_transaction.html); that error is to be heard, not one of ours. */
const unlessRolledBack = (statement: SqliteStatement, database: DatabaseSync): SqliteStatement => ({
  ...statement,
  run: (parameters) => (database.isTransaction ? statement.run(parameters) : { changes: 0, lastInsertRowid: 0 }),
});
