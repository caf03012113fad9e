import type { Readable } from 'node:stream';
import type { FastifyReply } from 'fastify';

/** Answers text as it comes. `follow`: it may be long until something comes, so the head of the answer goes out before, and who reads it knows that there is nothing yet. */
export function sendText(reply: FastifyReply, text: Readable, { follow }: { follow: boolean }): FastifyReply {
  // Fastify has set the headers when it begins to pipe, and leaves sending them to the first byte.
  if (follow) reply.raw.once('pipe', () => reply.raw.flushHeaders());
  return reply
    .header('x-content-type-options', 'nosniff')
    .header('cache-control', 'no-store')
    .type('text/plain; charset=utf-8')
    .send(text);
}
