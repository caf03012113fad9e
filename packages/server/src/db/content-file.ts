import { createReadStream, createWriteStream } from 'node:fs';
import { createInterface } from 'node:readline';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { z } from 'zod';
import { FatalError } from '../supervise/messages.ts';
import type { Piece } from './content.ts';

const piece: z.ZodType<Piece> = z.union([
  z.strictObject({ migrations: z.array(z.string()) }),
  z.strictObject({
    table: z.string(),
    columns: z.array(z.string()).min(1),
    rows: z.array(z.array(z.union([z.string(), z.number(), z.null()]))),
  }),
  z.strictObject({ numbers: z.record(z.string(), z.number().int()) }),
]);

/** Who reads lines takes these two for the ends of some; JSON leaves them as they are. */
const asLine = (one: Piece): string =>
  JSON.stringify(one)
    .replaceAll('\u2028', String.raw`\u2028`)
    .replaceAll('\u2029', String.raw`\u2029`);

/** Writes pieces as lines of JSON into a new file, which only we can read. */
export async function writePieces(file: string, pieces: AsyncIterable<Piece>): Promise<void> {
  async function* lines() {
    for await (const one of pieces) yield `${asLine(piece.parse(one))}\n`;
  }
  await pipeline(Readable.from(lines()), createWriteStream(file, { flags: 'wx', mode: 0o600, flush: true }));
}

/** Reads such a file. Throws a `FatalError` for one that is no such file, or was cut off: the last piece is missing then. */
export async function* readPieces(file: string): AsyncGenerator<Piece> {
  let whole = false;
  let number = 0;
  for await (const line of createInterface({ input: createReadStream(file), crlfDelay: Infinity })) {
    number += 1;
    const one = parse(line);
    if (one === null || whole || (number === 1) !== 'migrations' in one) {
      throw new FatalError(`${file} can't be understood (line ${number}): it is damaged, or no copy of a database.`);
    }
    whole = 'numbers' in one;
    yield one;
  }
  if (!whole) throw new FatalError(`${file} is not whole: its end is missing.`);
}

function parse(line: string): Piece | null {
  try {
    return piece.parse(JSON.parse(line));
  } catch {
    return null;
  }
}
