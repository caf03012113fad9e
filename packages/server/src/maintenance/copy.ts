import { readContent, type Piece } from '../db/content.ts';
import { readPieces } from '../db/content-file.ts';
import { openSqliteToRead } from '../db/sqlite/open.ts';

/** What is in a copy of a database: a file of SQLite, or lines of JSON. */
export async function* contentOf(file: string): AsyncGenerator<Piece> {
  if (file.endsWith('.jsonl')) {
    yield* readPieces(file);
    return;
  }
  const db = openSqliteToRead(file);
  try {
    yield* readContent(db);
  } finally {
    await db.destroy();
  }
}
