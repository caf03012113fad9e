import { Readable } from 'node:stream';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { rangeOf } from './range.ts';

/** Whatever a file holds, no browser takes it for a page, or for a part of one of ours. */
const inert = {
  'x-content-type-options': 'nosniff',
  'content-security-policy': "default-src 'none'; sandbox",
  'cache-control': 'private, no-store',
} as const;

/** What a browser calls a file that it saves. */
function dispositionOf(name: string): string {
  const plain = name.replace(/[^ !#-[\]-~]/g, '_');
  const whole = encodeURIComponent(name.toWellFormed()).replace(
    /['()*]/g,
    (char) => `%${char.charCodeAt(0).toString(16)}`,
  );
  return `attachment; filename="${plain}"; filename*=UTF-8''${whole}`;
}

/** Answers a stream that is saved as a file. `release`: lets go of what it is read from, also where nobody has begun to read. */
export function sendSaved(
  reply: FastifyReply,
  saved: { name: string; type: string; content: AsyncIterable<Buffer>; release: () => Promise<void> },
): FastifyReply {
  const stream = Readable.from(saved.content, { objectMode: false });
  stream.once('close', () => void saved.release());
  return reply
    .headers({ ...inert, 'content-disposition': dispositionOf(saved.name) })
    .type(saved.type)
    .send(stream);
}

/** A file that can be sent. It is to be released, whether it was read or not. */
export type Sendable = {
  readonly name: string;
  readonly size: number;
  readonly tag: string;
  /** Throws where the file is cut short, or becomes another, meanwhile. */
  part(start: number, length: number): AsyncIterable<Buffer>;
  release(): Promise<void>;
};

/** Answers a file, or the part of it that the request asks for. */
export async function sendFile(request: FastifyRequest, reply: FastifyReply, file: Sendable): Promise<FastifyReply> {
  const condition = request.headers['if-range'];
  const fits = condition === undefined || condition === file.tag;
  const range = fits ? rangeOf(request.headers.range, file.size) : null;
  reply.headers({ ...inert, 'accept-ranges': 'bytes', etag: file.tag });
  if (range === 'none') {
    await file.release();
    return reply.status(416).header('content-range', `bytes */${file.size}`).type('application/octet-stream').send('');
  }
  const { start, length } = range ?? { start: 0, length: file.size };
  if (range !== null) {
    reply.status(206).header('content-range', `bytes ${start}-${start + length - 1}/${file.size}`);
  }
  reply.header('content-length', length);
  return sendSaved(reply, {
    name: file.name,
    type: 'application/octet-stream',
    content: file.part(start, length),
    release: () => file.release(),
  });
}
