/** SQLite's primary codes for a write that found no room: "full", and the file shared by its processes that could not grow (sqlite.org/rescode.html). */
const sqliteFull: ReadonlySet<unknown> = new Set([13, 4874]);
/** Of the system, of a quota, and of PostgreSQL (`disk_full`). */
const fullCodes: ReadonlySet<unknown> = new Set(['ENOSPC', 'EDQUOT', '53100']);

/** Whether something failed because a disk is full: that of our own files, or that of the database. */
export function isDiskFull(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  const { code, errcode } = error as { readonly code?: unknown; readonly errcode?: unknown };
  return fullCodes.has(code) || sqliteFull.has(errcode) || isDiskFull(error.cause);
}
