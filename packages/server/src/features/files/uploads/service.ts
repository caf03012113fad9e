import { constants } from 'node:fs';
import { unlink, type FileHandle } from 'node:fs/promises';
import type { Readable } from 'node:stream';
import { pieceBytes, type FileUpload, type ProjectEntry, type UploadBody } from '@emberlab/contract';
import { HttpError } from '../../../http/errors.ts';
import { toInstant, type Clock } from '../../../lib/clock.ts';
import { newId } from '../../../lib/ids.ts';
import { createKeyedQueue } from '../../../lib/lifecycle.ts';
import type { Limits } from '../../limits/index.ts';
import type { Acting } from '../bin/service.ts';
import { holdOwnFolder, makeFile } from '../tree/make.ts';
import { ownFolder } from '../tree/path.ts';
import { explained, noEntry, taken } from '../tree/problems.ts';
import { may } from '../tree/rights.ts';
import { holding, holdWithin, openHeld, walk, within, type Held, type Tree } from '../tree/walk.ts';
import { writePiece } from './piece.ts';
import type { Upload, UploadStore } from './store.ts';

const uploadNames = [ownFolder, Buffer.from('uploads')];
/** An upload that nothing has come of for so long is given up. */
const patienceMs = 7 * 86_400_000;
/** Uploads of one member in one project at a time. */
const mostAtOnce = 1000;

export type Sending = Acting & { readonly userId: string };
export type Uploads = ReturnType<typeof createUploads>;

/** Where a file is to be. */
type Aim = Pick<Upload, 'folder' | 'name' | 'conflict'>;

/** What takes files once they are whole. */
export type UploadTarget = {
  /** Throws where a file of that name is in the way already: nobody shall send gigabytes for that. */
  mustBeFree(sending: Sending, aim: Aim): Promise<void>;
  /** Gives a whole file its name, or another where its conflict says so, and takes it from those that are on their way. Throws `name_taken`. */
  place(sending: Sending, upload: Upload, partials: Held): Promise<ProjectEntry>;
};

/**
 * Files that come in pieces. What is there of one lies in a folder of ours in the project's own, and how much that is, its size says; so a control plane
 * that restarts, and a browser that comes back, go on where they were. Whole, it gets its name, and never that of another file.
 */
export function createUploads(deps: {
  store: UploadStore;
  clock: Clock;
  /** where files go once they are whole */
  target: UploadTarget;
  /** lets a piece into a project while there is room for it */
  upload: Limits['upload'];
  mustHaveRoom: Limits['mustHaveDisk'];
}) {
  const { store, clock, target } = deps;
  const inTurn = createKeyedQueue();
  /** what comes at the moment, by upload: a browser that comes back does not wait for a connection that died */
  const coming = new Map<string, Readable>();

  const inUploads = <T>(tree: Tree, use: (folder: Held) => Promise<T>): Promise<T> =>
    holding(walk(tree, [], { follow: false }), (root) => holding(holdOwnFolder(tree, root, uploadNames), use));

  const present = (upload: Upload, received: number, entry: ProjectEntry | null = null): FileUpload => ({
    id: upload.id,
    folder: upload.folder,
    name: upload.name,
    size: upload.bytes,
    received,
    pieceBytes,
    startedAt: toInstant(upload.startedAt),
    entry,
  });

  /** What is there of an upload, opened to be written. A member may have put something else in its place: that is not touched. */
  async function openPartial(tree: Tree, folder: Held, id: string): Promise<FileHandle> {
    const name = Buffer.from(id);
    const held = await holdWithin(folder, name).catch((error: NodeJS.ErrnoException) => {
      if (error.code === 'ENOENT') return null;
      throw error;
    });
    if (held === null) return makeFile(tree.who, folder, name);
    try {
      const { stats } = held;
      if (!stats.isFile() || stats.nlink !== 1 || !may(tree.who, stats, 'write')) throw noEntry();
      return await openHeld(held, constants.O_RDWR);
    } finally {
      await held.close();
    }
  }

  const receivedOf = async (tree: Tree, folder: Held, id: string): Promise<number> => {
    const file = await openPartial(tree, folder, id);
    try {
      return (await file.stat()).size;
    } finally {
      await file.close();
    }
  };

  async function finish(sending: Sending, upload: Upload, partials: Held): Promise<FileUpload> {
    try {
      const entry = await target.place(sending, upload, partials);
      await store.remove(upload.id);
      return present(upload, upload.bytes, entry);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'EEXIST') throw taken(upload.name);
      throw error;
    }
  }

  async function findAlike(
    sending: Sending,
    body: { folder: string; name: string; size: number; changedAt: number | null },
  ) {
    const all = await store.list(sending.projectId, sending.userId);
    if (all.length >= mostAtOnce) {
      throw new HttpError('limit_reached', {
        message: 'You have too many uploads that are not done. Please finish or remove some.',
      });
    }
    const isAlike = (one: Upload): boolean =>
      one.folder === body.folder &&
      one.name === body.name &&
      one.bytes === body.size &&
      one.changedAt === body.changedAt;
    return body.changedAt === null ? null : (all.find(isAlike) ?? null);
  }

  return {
    /** Begins an upload, or answers the one of the same file that was begun before. An empty file is there at once. */
    async begin(sending: Sending, body: UploadBody): Promise<FileUpload> {
      const { folder, name, size, conflict } = body;
      const changedAt = body.changedAt === null ? null : Date.parse(body.changedAt);
      return inTurn(`${sending.projectId}/${sending.userId}`, async () => {
        try {
          await target.mustBeFree(sending, { folder, name, conflict });
          const known = await findAlike(sending, { folder, name, size, changedAt });
          if (known === null) await deps.mustHaveRoom(sending, size);
          if (known !== null && known.conflict !== conflict) await store.setConflict(known.id, conflict);
          const now = clock.now();
          const fresh: Upload = {
            id: newId(),
            projectId: sending.projectId,
            userId: sending.userId,
            folder,
            name,
            bytes: size,
            changedAt,
            conflict,
            startedAt: now,
            touchedAt: now,
          };
          if (known === null) await store.insert(fresh);
          const upload = { ...(known ?? fresh), conflict };
          return await inUploads(sending.tree, async (partials) => {
            const received = await receivedOf(sending.tree, partials, upload.id);
            return received >= size ? finish(sending, upload, partials) : present(upload, received);
          });
        } catch (error) {
          throw explained(error);
        }
      });
    },

    /** Takes a piece, of `length` bytes where its sender says that, and with the last one gives the file its name. Throws `piece_misplaced`. */
    async piece(
      sending: Sending,
      id: string,
      at: number,
      length: number | null,
      source: Readable,
    ): Promise<FileUpload> {
      const upload = await store.find(sending.projectId, sending.userId, id);
      if (upload === null) throw noUpload();
      coming.get(id)?.destroy();
      coming.set(id, source);
      return inTurn(id, async () => {
        try {
          return await inUploads(sending.tree, async (partials) => {
            const most = Math.min(pieceBytes, upload.bytes - at);
            if ((length ?? 0) > most) throw tooLong(at, upload.bytes);
            const { size: received } = await deps
              .upload(sending, length ?? Math.max(most, 0), async (room) => {
                const file = await openPartial(sending.tree, partials, id);
                try {
                  const { size } = await file.stat();
                  if (size !== at) throw misplaced(size);
                  const written = await writePiece(
                    file,
                    at,
                    source,
                    room === null ? most : Math.min(most, Math.max(room, 0)),
                  );
                  return { size: written };
                } finally {
                  await file.close();
                }
              })
              .then(async ({ size }) => ({ size: at + (size ?? 0) }));
            await store.touch(id, clock.now());
            return received >= upload.bytes ? await finish(sending, upload, partials) : present(upload, received);
          });
        } catch (error) {
          throw explained(error);
        } finally {
          if (coming.get(id) === source) coming.delete(id);
        }
      });
    },

    async list(sending: Sending): Promise<{ items: FileUpload[] }> {
      const all = await store.list(sending.projectId, sending.userId);
      if (all.length === 0) return { items: [] };
      const items = await inUploads(sending.tree, async (partials) => {
        const found: FileUpload[] = [];
        for (const one of all) {
          const received = await receivedOf(sending.tree, partials, one.id).catch(() => 0);
          found.push(present(one, Math.min(received, one.bytes)));
        }
        return found;
      });
      return { items };
    },

    async cancel(sending: Sending, id: string): Promise<void> {
      if ((await store.find(sending.projectId, sending.userId, id)) === null) throw noUpload();
      await inTurn(id, async () => {
        await inUploads(sending.tree, (partials) => forget(partials, id));
        await store.remove(id);
      });
    },

    /** Gives up what nothing has come of for a while. */
    async tidy(tree: Tree, projectId: string): Promise<void> {
      const stale = await store.stale(projectId, clock.now() - patienceMs);
      if (stale.length === 0) return;
      await inUploads(tree, async (partials) => {
        for (const { id } of stale) {
          await forget(partials, id);
          await store.remove(id);
        }
      });
    },
  };
}

const forget = (partials: Held, id: string): Promise<void> =>
  unlink(within(partials, Buffer.from(id))).catch((error: NodeJS.ErrnoException) => {
    if (error.code !== 'ENOENT' && error.code !== 'EISDIR') throw error;
  });

const noUpload = (): HttpError =>
  new HttpError('not_found', { message: 'There is no such upload any more. Please begin again.' });

const misplaced = (received: number): HttpError =>
  new HttpError('piece_misplaced', {
    message: `${received} bytes of this file are there. Please go on from there.`,
    details: [{ path: 'at', message: String(received) }],
  });

const tooLong = (at: number, size: number): HttpError =>
  new HttpError('bad_request', {
    message: `This piece is too long: ${Math.max(0, size - at)} bytes of the file are missing, and at most ${pieceBytes} come at once.`,
  });
