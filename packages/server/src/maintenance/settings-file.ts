import { parse } from 'smol-toml';
import { FatalError } from '../supervise/messages.ts';

/**
 * The text of `emberlab.toml`, with this database instead of the one that it names, if it names one: what a backup brings along would lead to the database
 * that it was made of. `url` null: SQLite.
 */
export function withDatabaseUrl(text: string, url: string | null): string {
  const named = (toml: string): unknown => parse(toml)['database_url'];
  if (named(text) === undefined || named(text) === url) return text;
  const line = url === null ? '# database_url was here' : `database_url = ${JSON.stringify(url)}`;
  const changed = text.replace(/^[ \t]*"?database_url"?[ \t]*=.*$/m, () => line);
  if (named(changed) !== (url ?? undefined)) {
    throw new FatalError(
      'database_url in the emberlab.toml of the backup could not be changed to the database that is used here. Please write it on a line of its own.',
    );
  }
  return changed;
}
