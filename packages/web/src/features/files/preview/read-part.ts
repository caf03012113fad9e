import { ApiError } from '@emberlab/contract';
import { api } from '../../../lib/api.ts';

/** A part of a file, and how large the whole is. */
export type Part = { readonly bytes: Uint8Array<ArrayBuffer>; readonly size: number };

/** Reads at most so many bytes of a file, from its beginning. */
export async function readPart(project: string, path: string, most: number, signal: AbortSignal): Promise<Part> {
  const query = { path };
  try {
    const answer = await api.open('files.content', { params: { project }, query }, signal, {
      range: `bytes=0-${most - 1}`,
    });
    const bytes = new Uint8Array(await answer.arrayBuffer());
    const size = Number(/\/(\d+)$/.exec(answer.headers.get('content-range') ?? '')?.[1] ?? bytes.length);
    return { bytes: bytes.subarray(0, most), size };
  } catch (error) {
    // Of an empty file there is no part.
    if (error instanceof ApiError && error.status === 416) return { bytes: new Uint8Array(), size: 0 };
    throw error;
  }
}
