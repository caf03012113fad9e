import { openAsBlob } from 'node:fs';
import { stat } from 'node:fs/promises';
import { basename } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { ApiError, NetworkError, type Client, type FileUpload, type ProjectEntry } from '@emberlab/contract';
import { FatalError } from '@emberlab/server/admin';
import { forPeople } from '../connection.ts';

export type Conflict = 'refuse' | 'replace' | 'keepBoth';

/** How often one is begun again that broke off, and how long after, ms. */
const attempts = 5;
const retryMs = 1000;

/** Sends a file in pieces, and goes on where one has broken off, in this run or an earlier one. */
export async function send(
  client: Client,
  {
    project,
    from,
    folder,
    conflict,
    name,
  }: { project: string; from: string; folder: string; conflict: Conflict; name: string | undefined },
): Promise<ProjectEntry> {
  const facts = await stat(from).catch(() => null);
  if (facts?.isFile() !== true) throw new FatalError(`There is no file ${from}.`);
  const blob = await openAsBlob(from);
  const body = {
    folder: folder.replace(/^\/+|\/+$/g, ''),
    name: name ?? basename(from),
    size: facts.size,
    changedAt: new Date(Math.floor(facts.mtimeMs)).toISOString(),
    conflict,
  };
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await sendFrom(client, project, body, blob);
    } catch (error) {
      const again = error instanceof NetworkError || (error instanceof ApiError && error.code === 'piece_misplaced');
      if (!again || attempt === attempts) return forPeople(Promise.reject(error as Error));
      await delay(retryMs);
    }
  }
}

async function sendFrom(
  client: Client,
  project: string,
  body: { folder: string; name: string; size: number; changedAt: string; conflict: Conflict },
  blob: Blob,
): Promise<ProjectEntry> {
  let upload: FileUpload = await client.call('files.beginUpload', { params: { project }, body });
  while (upload.entry === null) {
    const { id, received, pieceBytes } = upload;
    const piece = blob.slice(received, received + pieceBytes);
    upload = await client.upload(
      'files.uploadPiece',
      { params: { project, id }, query: { at: String(received) } },
      piece,
    );
  }
  return upload.entry;
}
