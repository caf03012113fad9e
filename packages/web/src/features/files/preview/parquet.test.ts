import { describe, expect, test } from 'vitest';
import { snappyFile, zstdFile } from './parquet.fixture.ts';
import { cellText, readParquet } from './parquet.ts';

const bytesOf = (base64: string) => Uint8Array.from(atob(base64), (char) => char.charCodeAt(0));
function fileOf(bytes: Uint8Array<ArrayBuffer>) {
  const read: [number, number][] = [];
  const slice = (start: number, end = bytes.length): ArrayBuffer => {
    read.push([start, end]);
    return bytes.slice(start, end).buffer;
  };
  return { file: { byteLength: bytes.length, slice }, read };
}

describe('a Parquet file', () => {
  test('is shown by its first rows, with the types of its columns and what is missing', async () => {
    const table = await readParquet(fileOf(bytesOf(snappyFile)).file);
    expect(table.head).toEqual(['id', 'name', 'score', 'at', 'tags', 'raw']);
    expect(table.kinds).toEqual(['int64', 'utf8', 'double', 'timestamp_millis', 'nested', 'byte_array']);
    expect(table.total).toBe(3);
    expect(table.rows[0]?.slice(0, 5)).toEqual(['1', 'Ada', '1.5', '2026-01-31T09:30:00.000Z', '["x","y"]']);
    expect(table.rows[2]?.slice(0, 3)).toEqual(['3', '', '2.5']);
  });

  test('that is compressed as we cannot read it, damaged or none says so', async () => {
    await expect(readParquet(fileOf(bytesOf(zstdFile)).file)).rejects.toThrow(/ZSTD/i);
    const bytes = bytesOf(snappyFile);
    await expect(readParquet(fileOf(bytes.slice(0, bytes.length - 20)).file)).rejects.toBeInstanceOf(Error);
    await expect(readParquet(fileOf(new Uint8Array(100)).file)).rejects.toBeInstanceOf(Error);
  });

  test('has cells that are bounded, whatever is in them', () => {
    expect(cellText('x'.repeat(1000)).length).toBe(301);
    expect(cellText({ a: 2n })).toBe('{"a":"2"}');
    expect(cellText(Uint8Array.from([0, 255]))).toBe('00 ff');
    expect([cellText(null), cellText(undefined), cellText(new Date(Number.NaN))]).toEqual(['', '', 'no date']);
  });
});
