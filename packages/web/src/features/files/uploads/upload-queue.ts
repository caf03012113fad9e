import { ApiError, type Client, type FileUpload, type UploadConflict } from '@emberlab/contract';
import { errorMessage, isTransient } from '../../../lib/api.ts';

/**
 * Where a file is on its way. `waiting`: for its turn · `sending` · `paused`: by its sender · `away`: the platform can't be reached, and it is tried again ·
 * `taken`: another file has its name, and its sender has to say what then · `failed` · `done`
 */
export type SendingState = 'waiting' | 'sending' | 'paused' | 'away' | 'taken' | 'failed' | 'done';

export type Sending = {
  readonly key: number;
  readonly project: string;
  readonly folder: string;
  readonly file: File;
  readonly conflict: UploadConflict;
  readonly state: SendingState;
  readonly sent: number;
  /** what the server said last */
  readonly problem: string | null;
};

/** How many files are sent at a time. */
const atOnce = 2;
/** The first piece is small, so that something is seen soon; each one after it is twice as long. */
const firstPiece = 256 * 1024;
const retryMs = 3000;

export type UploadQueue = ReturnType<typeof createUploadQueue>;

/** Files that are being sent, whatever page is open: they go on while people look elsewhere in the dashboard. */
export function createUploadQueue(deps: {
  api: Pick<Client, 'call' | 'upload'>;
  onDone: (sending: Sending) => void;
  wait?: (ms: number) => Promise<void>;
}) {
  const { api } = deps;
  const wait = deps.wait ?? ((ms: number) => new Promise((resolve) => setTimeout(resolve, ms)));
  let list: readonly Sending[] = [];
  let nextKey = 1;
  const running = new Map<number, AbortController>();
  const ids = new Map<number, string>();
  const listeners = new Set<() => void>();

  const find = (key: number): Sending | undefined => list.find((one) => one.key === key);
  const set = (key: number, change: Partial<Sending>): void => {
    list = list.map((one) => (one.key === key ? { ...one, ...change } : one));
    for (const listener of listeners) listener();
  };

  function pump(): void {
    for (const one of list) {
      if (running.size >= atOnce) return;
      if (one.state !== 'waiting' || running.has(one.key)) continue;
      const ended = new AbortController();
      running.set(one.key, ended);
      set(one.key, { state: 'sending', problem: null });
      void send(one.key, ended.signal).finally(() => {
        running.delete(one.key);
        pump();
      });
    }
  }

  async function send(key: number, signal: AbortSignal): Promise<void> {
    for (;;) {
      try {
        await sendOnce(key, signal);
        return;
      } catch (error) {
        if (signal.aborted) return;
        const again = isTransient(error) || (error instanceof ApiError && error.code === 'piece_misplaced');
        if (!again) {
          const taken = error instanceof ApiError && error.code === 'name_taken';
          set(key, { state: taken ? 'taken' : 'failed', problem: errorMessage(error) });
          return;
        }
        set(key, { state: 'away', problem: errorMessage(error) });
        await wait(retryMs);
        if (signal.aborted) return;
        set(key, { state: 'sending', problem: null });
      }
    }
  }

  /** Asks how much is there, and sends the rest. */
  async function sendOnce(key: number, signal: AbortSignal): Promise<void> {
    const one = find(key);
    if (one === undefined) return;
    const { project, folder, file, conflict } = one;
    const changedAt = new Date(file.lastModified).toISOString();
    const body = { folder, name: file.name, size: file.size, changedAt, conflict };
    let upload: FileUpload = await api.call('files.beginUpload', { params: { project }, body }, signal);
    ids.set(key, upload.id);
    let length = firstPiece;
    while (upload.entry === null) {
      set(key, { sent: upload.received });
      const piece = file.slice(upload.received, upload.received + Math.min(length, upload.pieceBytes));
      const query = { at: String(upload.received) };
      upload = await api.upload('files.uploadPiece', { params: { project, id: upload.id }, query }, piece, signal);
      length *= 2;
    }
    ids.delete(key);
    set(key, { state: 'done', sent: file.size });
    const done = find(key);
    if (done !== undefined) deps.onDone(done);
  }

  const halt = (key: number): void => {
    running.get(key)?.abort(new Error('halted'));
  };

  return {
    get: (): readonly Sending[] => list,
    subscribe(listener: () => void): () => void {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },

    add(project: string, folder: string, files: readonly File[]): void {
      const added = files.map((file): Sending => ({
        key: nextKey++,
        project,
        folder,
        file,
        conflict: 'refuse',
        state: 'waiting',
        sent: 0,
        problem: null,
      }));
      list = [...list, ...added];
      for (const listener of listeners) listener();
      pump();
    },

    pause(key: number): void {
      halt(key);
      set(key, { state: 'paused' });
    },

    /** Goes on where it was; with a conflict's answer, by that. */
    resume(key: number, conflict?: UploadConflict): void {
      set(key, { state: 'waiting', problem: null, ...(conflict === undefined ? {} : { conflict }) });
      pump();
    },

    /** Gives one up: what is there of it is removed. */
    async cancel(key: number): Promise<void> {
      const one = find(key);
      halt(key);
      list = list.filter((each) => each.key !== key);
      for (const listener of listeners) listener();
      const id = ids.get(key);
      ids.delete(key);
      if (one === undefined || id === undefined) return;
      // One that can't be removed now is removed by itself some day.
      await api.call('files.cancelUpload', { params: { project: one.project, id } }).catch(() => undefined);
    },

    /** Takes those that are done off the list. */
    clear(): void {
      list = list.filter(({ state }) => state !== 'done');
      for (const listener of listeners) listener();
    },
  };
}
