/** What has gone wrong between us and PostgreSQL. */
type DatabaseError = Error & { readonly code?: unknown };

/** Classes and codes of SQLSTATE, and errors of sockets, after which another try may find it there again. */
const awayStates = /^(08|57P0|53300|EPIPE|ECONN|ETIMEDOUT|EHOSTUNREACH|ENETUNREACH|ENOENT|EAI_AGAIN)/;
/** The driver has no codes for these. */
const awayWords = /Connection terminated|timeout exceeded when trying to connect|not queryable|Client has encountered/;

const codeOf = (error: unknown): string => {
  const code = error instanceof Error ? (error as DatabaseError).code : undefined;
  return typeof code === 'string' ? code : '';
};

/** Whether the database can't be reached, or has gone away: restarted, out of connections, cut off. */
export const isAway = (error: unknown): boolean => {
  // A name with several addresses has failed at each.
  if (error instanceof AggregateError) return error.errors.some(isAway);
  return awayStates.test(codeOf(error)) || (error instanceof Error && awayWords.test(error.message));
};

/** Whether it comes from the database, or from the way there. */
export const isOfDatabase = (error: unknown): boolean =>
  isAway(error) || /^[0-9A-Z]{5}$|^ENOTFOUND$/.test(codeOf(error));

const settingsTodo = 'Please see the setting database_url.';

/** A sentence for the person at the terminal: what is wrong with the database `where`, and what to do about it. */
export function sentenceOf(error: unknown, where: string): string {
  const code = codeOf(error);
  if (code.startsWith('28')) {
    return `The PostgreSQL server at ${where} refuses the user or the password. ${settingsTodo}`;
  }
  if (code === '3D000') {
    return `There is no such database at ${where}. Please make it, for example with: createdb --owner=USER NAME`;
  }
  if (code === '42501') {
    return `The user of the database at ${where} may not make tables there. Please make it the owner of the database.`;
  }
  if (code === 'ENOTFOUND') return `Nobody knows the host of the database at ${where}. ${settingsTodo}`;
  if (isAway(error)) {
    return `The PostgreSQL database at ${where} can't be reached (${reasonOf(error)}). Please start it, or see the setting database_url.`;
  }
  return `The PostgreSQL database at ${where} can't be used: ${reasonOf(error)}.`;
}

/** Its own words. */
export function reasonOf(error: unknown): string {
  if (error instanceof AggregateError) return reasonOf(error.errors[0]);
  return error instanceof Error ? error.message : String(error);
}
