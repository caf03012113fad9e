import { readdir, readFile } from 'node:fs/promises';
import type { IncomingMessage } from 'node:http';
import { join } from 'node:path';
import type { Clock } from '../lib/clock.ts';
import { isAlive, type ProcessIdentity } from '../lib/process.ts';
import { hasBody } from './headers.ts';

/** How often the edge looks who has come, ms. */
const lookEveryMs = 500;

/** What a replica that answers reads writes down beside its socket. `paths`: with `{name}` for any part between slashes */
export type ReaderNote = ProcessIdentity & { readonly socketPath: string; readonly paths: readonly string[] };

type Reader = { readonly note: ReaderNote; readonly answers: RegExp };

export type Readers = {
  /** The socket of one that answers this request, each in its turn; null: there is none. */
  pick(request: IncomingMessage): string | null;
  /** One has broken a connection: it is left alone until its process has been looked for. */
  lost(socketPath: string): void;
  close(): void;
};

/** The control planes that answer reads beside the one that leads, by what they write down in a folder. */
export async function findReaders({ folder, clock }: { folder: string; clock: Clock }): Promise<Readers> {
  let readers: readonly Reader[] = [];
  let turn = 0;
  let closed = false;
  let cancel: () => void = () => undefined;

  const look = async (): Promise<void> => {
    const names = (await readdir(folder).catch(() => [])).filter((name) => name.endsWith('.json'));
    const found = await Promise.all(names.map((name) => readNote(join(folder, name))));
    readers = found.filter((note) => note !== null && isAlive(note)).map((note) => known(note as ReaderNote));
  };
  const known = (note: ReaderNote): Reader => {
    const before = readers.find((one) => one.note.socketPath === note.socketPath);
    return before !== undefined && before.note.paths.length === note.paths.length
      ? before
      : { note, answers: patternOf(note.paths) };
  };
  const again = () => {
    cancel = clock.after(lookEveryMs, () => {
      void look().finally(() => {
        if (!closed) again();
      });
    });
  };
  await look();
  again();

  return {
    pick(request) {
      if (readers.length === 0 || !/^(?:GET|HEAD)$/.test(request.method ?? '') || hasBody(request)) return null;
      const [path = ''] = (request.url ?? '').split('?');
      const able = readers.filter(({ answers }) => answers.test(path));
      turn = (turn + 1) % Math.max(1, able.length);
      return able[turn]?.note.socketPath ?? null;
    },
    lost(socketPath) {
      readers = readers.filter(({ note }) => note.socketPath !== socketPath);
    },
    close() {
      closed = true;
      cancel();
    },
  };
}

/** Matches a path that is one of these. */
function patternOf(paths: readonly string[]): RegExp {
  const parts = paths.map((path) =>
    path.replaceAll(/[.*+?^$()|[\]\\]/g, String.raw`\$&`).replaceAll(/\{\w+\}/g, '[^/]+'),
  );
  return new RegExp(`^(?:${parts.join('|')})$`);
}

async function readNote(file: string): Promise<ReaderNote | null> {
  try {
    const { pid, startTicks, socketPath, paths } = JSON.parse(await readFile(file, 'utf8')) as Partial<ReaderNote>;
    const isNote = typeof pid === 'number' && typeof startTicks === 'string' && typeof socketPath === 'string';
    if (!isNote || !Array.isArray(paths) || !paths.every((path) => typeof path === 'string')) return null;
    return { pid, startTicks, socketPath, paths };
  } catch {
    return null;
  }
}
