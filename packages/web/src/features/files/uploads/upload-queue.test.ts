import { ApiError, NetworkError, type FileUpload } from '@emberlab/contract';
import { expect, test, vi } from 'vitest';
import { createUploadQueue } from './upload-queue.ts';

const at = '2026-01-31T09:30:00.000Z';
const refusal = (code: string) => new ApiError(409, { code, message: `${code}.`, requestId: 'r' });

/** A server that keeps what comes, and fails as often as it is told to. */
function rig() {
  const stored = new Map<string, number>();
  const failures: Error[] = [];
  const calls: { name: string; input: { query?: { at?: string }; body?: { conflict?: string } } }[] = [];
  const uploads = new Map<string, FileUpload>();
  const answer = (id: string): FileUpload => {
    const upload = uploads.get(id);
    if (upload === undefined) throw new Error(id);
    const received = stored.get(id) ?? 0;
    const entry =
      received < upload.size
        ? null
        : { name: upload.name, path: upload.name, type: 'file' as const, size: received, changedAt: at };
    return { ...upload, received, entry };
  };
  const fail = () => {
    const failure = failures.shift();
    if (failure !== undefined) throw failure;
  };
  const api = {
    async call(name: string, input: never) {
      calls.push({ name, input });
      if (name === 'files.cancelUpload') return {};
      fail();
      const { name: file, size } = (input as { body: { name: string; size: number } }).body;
      uploads.set(file, {
        id: file,
        folder: '',
        name: file,
        size,
        received: 0,
        pieceBytes: 1024 ** 2,
        startedAt: at,
        entry: null,
      });
      return answer(file);
    },
    async upload(name: string, input: never, piece: Blob) {
      calls.push({ name, input });
      const { id } = (input as { params: { id: string } }).params;
      stored.set(id, (stored.get(id) ?? 0) + piece.size);
      fail();
      return answer(id);
    },
  };
  const done: string[] = [];
  const queue = createUploadQueue({
    api: api as never,
    onDone: ({ file }) => void done.push(file.name),
    wait: async () => undefined,
  });
  const states = () => queue.get().map(({ state }) => state);
  const until = (state: string) => vi.waitFor(() => expect(states()).toContain(state));
  return { queue, calls, failures, done, stored, states, until };
}
const file = (name: string, size: number) => new File([new Uint8Array(size)], name, { lastModified: 0 });

test('files are sent piece by piece, two at a time, in the order in which they came', async () => {
  const { queue, calls, done, stored } = rig();
  queue.add('demo', 'Resources', [file('a', 1024 ** 2), file('b', 10), file('c', 10)]);
  expect(queue.get().map(({ state }) => state)).toEqual(['sending', 'sending', 'waiting']);
  await vi.waitFor(() => expect(done.toSorted()).toEqual(['a', 'b', 'c']));
  expect(stored.get('a')).toBe(1024 ** 2);
  const pieces = calls.filter(
    ({ name, input }) => name === 'files.uploadPiece' && JSON.stringify(input).includes('"a"'),
  );
  expect(pieces.map(({ input }) => input.query?.at)).toEqual(['0', String(256 * 1024), String(768 * 1024)]);
});

test('one that breaks off goes on from what is there, as the server says', async () => {
  const { queue, done, failures, calls, stored } = rig();
  failures.push(new NetworkError('away'), refusal('piece_misplaced'), new NetworkError('away'));
  queue.add('demo', '', [file('a', 300 * 1024)]);
  await vi.waitFor(() => expect(done).toEqual(['a']));
  expect(stored.get('a')).toBe(300 * 1024);
  expect(calls.filter(({ name }) => name === 'files.beginUpload').length).toBeGreaterThanOrEqual(3);
});

test('where a name is taken its sender says what then', async () => {
  const { queue, done, failures, calls, until } = rig();
  failures.push(refusal('name_taken'));
  queue.add('demo', '', [file('a', 10)]);
  await until('taken');
  expect(done).toEqual([]);
  queue.resume(queue.get()[0]?.key ?? 0, 'keepBoth');
  await vi.waitFor(() => expect(done).toEqual(['a']));
  expect(calls.findLast(({ name }) => name === 'files.beginUpload')?.input.body?.conflict).toBe('keepBoth');
  queue.clear();
  expect(queue.get()).toEqual([]);
});

test('one that is refused says why, and one that is given up leaves nothing', async () => {
  const { queue, failures, calls, until } = rig();
  failures.push(refusal('limit_reached'));
  queue.add('demo', '', [file('a', 10)]);
  await until('failed');
  expect(queue.get()[0]?.problem).toBe('limit_reached.');
  const key = queue.get()[0]?.key ?? 0;
  queue.resume(key);
  await until('done');
  failures.push(new Error('never mind'), refusal('forbidden'));
  queue.add('demo', '', [file('b', 10)]);
  await until('failed');
  await queue.cancel(queue.get().at(-1)?.key ?? 0);
  expect(queue.get().length).toBe(1);
  expect(calls.some(({ name }) => name === 'files.beginUpload')).toBe(true);
});
