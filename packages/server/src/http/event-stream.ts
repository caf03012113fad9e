import { once } from 'node:events';
import type { FastifyReply, FastifyRequest } from 'fastify';

const keepAliveMs = 15_000;

/**
 * Answers with server-sent events (HTML Living Standard, section 9.2). `send` writes one event as JSON; a client that reads too slowly is let go:
 * it connects again and begins with the present state. Resolves when the client has gone.
 */
export async function streamEvents(
  request: FastifyRequest,
  reply: FastifyReply,
  open: (send: (event: unknown) => void) => Promise<() => void>,
): Promise<void> {
  reply.hijack();
  const { raw } = reply;
  raw.writeHead(200, {
    'content-type': 'text/event-stream; charset=utf-8',
    'cache-control': 'no-store',
    'x-content-type-options': 'nosniff',
    'x-request-id': request.id,
  });
  raw.write('retry: 1000\n\n');
  const maxBuffered = 4 * 1024 * 1024;
  const send = (event: unknown) => {
    raw.write(`data: ${JSON.stringify(event)}\n\n`);
    if (raw.writableLength > maxBuffered) raw.destroy();
  };
  const keepAlive = setInterval(() => raw.write(': still here\n\n'), keepAliveMs);
  const gone = once(raw, 'close');
  let close: () => void = () => undefined;
  try {
    close = await open(send);
    await gone;
  } finally {
    clearInterval(keepAlive);
    close();
    raw.destroy();
  }
}
