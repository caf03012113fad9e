import type { FileHandle } from 'node:fs/promises';
import type { Readable } from 'node:stream';
import { HttpError } from '../../../http/errors.ts';

/** Writes a piece where the file ends, while it comes; answers how much that was. What is there when it breaks off stays, to be gone on with. */
export async function writePiece(file: FileHandle, at: number, source: Readable, most: number): Promise<number> {
  let written = 0;
  for await (const bytes of whole(source)) {
    if (written + bytes.length > most) {
      throw new HttpError('payload_too_large', {
        message: 'This piece is longer than what is missing of the file, or than there is room for.',
      });
    }
    for (let from = 0; from < bytes.length;) {
      const { bytesWritten } = await file.write(bytes, from, bytes.length - from, at + written + from);
      from += bytesWritten;
    }
    written += bytes.length;
  }
  return written;
}

async function* whole(source: Readable): AsyncGenerator<Buffer> {
  try {
    for await (const chunk of source) yield chunk as Buffer;
  } catch (cause) {
    throw new HttpError('bad_request', {
      message: 'This piece did not come whole. Please go on from what is there.',
      cause,
    });
  }
}
