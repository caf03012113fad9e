import type { AsyncBuffer } from 'hyparquet';
import { readParquet, type ParquetRows } from './parquet.ts';

/** What the page asks for: an address of our own, and how large the file there is. */
export type ParquetQuestion = { readonly url: string; readonly size: number };
export type ParquetAnswer = { readonly rows: ParquetRows } | { readonly problem: string };

/** Reads parts of a file where they are needed. */
const fileAt = ({ url, size }: ParquetQuestion): AsyncBuffer => ({
  byteLength: size,
  async slice(start, end = size) {
    const from = start < 0 ? size + start : start;
    const part = await fetch(url, { headers: { range: `bytes=${from}-${end - 1}` } });
    if (!part.ok) throw new Error('The file could not be read.');
    return part.arrayBuffer();
  },
});

const answer = (message: ParquetAnswer): void => {
  // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a worker's has no origin: it goes to the page that made it
  globalThis.postMessage(message);
};

// Apart from the page, which ends it when it takes too long: a file may say that it holds more than any machine has.
globalThis.addEventListener('message', ({ data }: MessageEvent<ParquetQuestion>) => {
  readParquet(fileAt(data)).then(
    (rows) => answer({ rows }),
    (error: unknown) => answer({ problem: error instanceof Error ? error.message : 'It could not be read.' }),
  );
});
