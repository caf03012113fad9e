import { sql, type QueryExecutorProvider } from 'kysely';
import { isPostgres } from './dialect.ts';

type Reference = { readonly from: string; readonly to: string };

/** The tables of a database, without those of the migrations themselves. */
async function tableNames(db: QueryExecutorProvider): Promise<string[]> {
  const { rows } = await (
    isPostgres(db)
      ? sql<{ name: string }>`select c.relname as name from pg_class c join pg_namespace n on n.oid = c.relnamespace
        where n.nspname = current_schema() and c.relkind in ('r', 'p')`
      : sql<{ name: string }>`select name from sqlite_master where type = 'table' and name not like 'sqlite%'`
  ).execute(db);
  return rows.map(({ name }) => name).filter((name) => !name.startsWith('kysely_'));
}

async function references(db: QueryExecutorProvider): Promise<Reference[]> {
  const { rows } = await (
    isPostgres(db)
      ? sql<Reference>`select f.relname as "from", t.relname as "to" from pg_constraint k
        join pg_class f on f.oid = k.conrelid join pg_class t on t.oid = k.confrelid
        join pg_namespace n on n.oid = f.relnamespace
        where k.contype = 'f' and n.nspname = current_schema()`
      : sql<Reference>`select m.name as "from", f."table" as "to" from sqlite_master m
        join pragma_foreign_key_list(m.name) f where m.type = 'table'`
  ).execute(db);
  return rows;
}

/** All tables, each behind those that its rows refer to: rows that are written in this order find what they refer to. */
export async function tablesInOrder(db: QueryExecutorProvider): Promise<string[]> {
  const left = new Set((await tableNames(db)).toSorted());
  const edges = (await references(db)).filter(({ from, to }) => from !== to);
  const ordered: string[] = [];
  while (left.size > 0) {
    const free = [...left].filter((name) => !edges.some(({ from, to }) => from === name && left.has(to)));
    if (free.length === 0) throw new Error(`tables refer to each other in a circle: ${[...left].join(', ')}`);
    for (const name of free) left.delete(name);
    ordered.push(...free);
  }
  return ordered;
}

/** Columns whose numbers the database gives, of which none is given twice, by their tables. */
export async function numberedColumns(db: QueryExecutorProvider): Promise<Map<string, string>> {
  const { rows } = await sql<{ table: string; column: string }>`
    select table_name as "table", column_name as "column" from information_schema.columns
    where table_schema = current_schema() and is_identity = 'YES'`.execute(db);
  return new Map(rows.map(({ table, column }) => [table, column]));
}
