import type { ParquetAnswer, ParquetQuestion } from './parquet-worker.ts';
import type { ParquetRows } from './parquet.ts';

const patienceMs = 20_000;

/** Has a worker read the first rows of a Parquet file, and ends it when that takes too long. */
export function askParquet(question: ParquetQuestion, signal: AbortSignal): Promise<ParquetRows> {
  return new Promise((resolve, reject) => {
    const worker = new Worker(new URL('./parquet-worker.ts', import.meta.url), { type: 'module' });
    const end = (): void => {
      clearTimeout(timer);
      signal.removeEventListener('abort', onAbort);
      worker.terminate();
    };
    const fail = (message: string): void => {
      end();
      reject(new Error(message));
    };
    const onAbort = (): void => fail('It is not looked at any more.');
    const timer = setTimeout(() => fail('It takes too long to read.'), patienceMs);
    signal.addEventListener('abort', onAbort, { once: true });
    worker.addEventListener('error', () => fail('It could not be read.'));
    worker.addEventListener('message', ({ data }: MessageEvent<ParquetAnswer>) => {
      if ('problem' in data) return fail(data.problem);
      end();
      resolve(data.rows);
    });
    worker.postMessage(question, []);
  });
}
