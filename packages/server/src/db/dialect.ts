import { PostgresAdapter, type ColumnDefinitionBuilder, type Kysely, type QueryExecutorProvider } from 'kysely';

/** Which of the two databases it is, for the few places where their SQL differs. */
export const isPostgres = (db: QueryExecutorProvider): boolean => db.getExecutor().adapter instanceof PostgresAdapter;

/** A table's own numbers, of which none is ever given twice: also not that of a row that is gone. For `addColumn` of a migration, with a whole number's type. */
export const numbered =
  (db: Kysely<unknown>) =>
  (column: ColumnDefinitionBuilder): ColumnDefinitionBuilder =>
    // AUTOINCREMENT: without it SQLite gives the highest id again once its row is deleted
    isPostgres(db) ? column.primaryKey().generatedByDefaultAsIdentity() : column.primaryKey().autoIncrement();

/** The type of a column with numbers of JavaScript: PostgreSQL's own `real` has seven digits. */
export const fraction = (db: Kysely<unknown>): 'real' | 'double precision' =>
  isPostgres(db) ? 'double precision' : 'real';
