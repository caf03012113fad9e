import { sql, type RawBuilder } from 'kysely';

/** A text as a part of a pattern of LIKE in which it means just that. */
const literal = (text: string): string => text.replaceAll(/[\\%_]/g, String.raw`\$&`);

/** Whether a text is found in one of these columns, in capitals or not. */
export function hasText(columns: readonly string[], text: string): RawBuilder<boolean> {
  const all = sql.join(
    columns.map((column) => sql`coalesce(${sql.ref(column)}, '')`),
    sql` || ' ' || `,
  );
  return sql<boolean>`lower(${all}) like lower(${`%${literal(text)}%`}) escape '\\'`;
}

/** Whether a column begins with a text. */
export const beginsWith = (column: string, text: string): RawBuilder<boolean> =>
  sql<boolean>`${sql.ref(column)} like ${`${literal(text)}%`} escape '\\'`;
