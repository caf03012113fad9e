import { HttpError } from '../http/errors.ts';

/** SQLite's primary codes (sqlite.org/rescode.html): busy, locked, out of memory, interrupted, disk error, full, can't open, locking protocol. */
const passingInSqlite: ReadonlySet<number> = new Set([5, 6, 7, 9, 10, 13, 14, 15]);
/** Classes of PostgreSQL's SQLSTATE: connection, transaction broken off, no resources, not in that state, ended by the server, the system's errors. */
const passingInPostgres = /^(08|40|53|55|57|58)/;

/**
 * Whether something failed because the database can't be used at the moment: it is away, busy, or full. What was asked of it is as right as before, so it is
 * tried again; a query that is wrong is not.
 */
export function isDatabasePassing(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  if (error instanceof HttpError && error.code === 'database_away') return true;
  const { code, errcode, severity } = error as {
    readonly code?: unknown;
    readonly errcode?: unknown;
    readonly severity?: unknown;
  };
  // An extended code has the primary one in its last byte.
  if (code === 'ERR_SQLITE_ERROR' && typeof errcode === 'number') return passingInSqlite.has(errcode % 256);
  // Only errors of the server have a severity: codes of sockets and files look like its own.
  if (typeof severity === 'string' && typeof code === 'string') return passingInPostgres.test(code);
  return isDatabasePassing(error.cause);
}
