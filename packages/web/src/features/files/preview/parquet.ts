import { parquetMetadataAsync, parquetReadObjects, parquetSchema, type AsyncBuffer } from 'hyparquet';

/** The first rows of a Parquet file. */
export type ParquetRows = {
  readonly head: readonly string[];
  readonly kinds: readonly string[];
  readonly rows: readonly (readonly string[])[];
  /** in the whole file */
  readonly total: number;
};

const mostRows = 100;
const mostColumns = 60;
const mostInCell = 300;

/** A value as text, whatever its type is. */
export function cellText(value: unknown): string {
  if (value === null || value === undefined) return '';
  const text = longText(value);
  return text.length > mostInCell ? `${text.slice(0, mostInCell)}…` : text;
}

function longText(value: unknown): string {
  if (typeof value === 'string') return value;
  if (typeof value === 'number' || typeof value === 'bigint' || typeof value === 'boolean') return String(value);
  if (value instanceof Date) return Number.isNaN(value.getTime()) ? 'no date' : value.toISOString();
  if (value instanceof Uint8Array) {
    return Array.from(value.subarray(0, 64), (byte) => byte.toString(16).padStart(2, '0')).join(' ');
  }
  return JSON.stringify(value, (_, inner: unknown) => (typeof inner === 'bigint' ? String(inner) : inner));
}

/** Reads the first rows; of a large file no more than its end and the beginning of each column. */
export async function readParquet(file: AsyncBuffer): Promise<ParquetRows> {
  const metadata = await parquetMetadataAsync(file);
  const all = parquetSchema(metadata).children;
  const columns = all.slice(0, mostColumns);
  const head = columns.map(({ element }) => element.name);
  const total = Number(metadata.num_rows);
  const objects =
    total === 0
      ? []
      : await parquetReadObjects({ file, metadata, columns: head, rowStart: 0, rowEnd: Math.min(mostRows, total) });
  return {
    head,
    kinds: columns.map(({ element, children }) =>
      (children.length > 0 ? 'nested' : (element.converted_type ?? element.type ?? '')).toLowerCase(),
    ),
    rows: objects.map((row) => head.map((name) => cellText(row[name]))),
    total,
  };
}
