import type { FastifyReply, FastifyRequest } from 'fastify';

const keepAliveMs = 15_000;
const maxBuffered = 4 * 1024 * 1024;

/**
 * Answers with server-sent events (HTML Living Standard, section 9.2). `send` writes one event as JSON; a client that reads too slowly is let go:
 * it connects again and begins with the present state. `open` answers what closes its source; it isn't called when the stream has ended before it
 * began. Resolves when the stream has ended.
 */
export async function streamEvents(
  { request, reply, streamEnded: ended }: { request: FastifyRequest; reply: FastifyReply; streamEnded: AbortSignal },
  open: (send: (event: unknown) => void) => Promise<() => void>,
): Promise<void> {
  reply.hijack();
  if (ended.aborted) return;
  const { raw } = reply;
  raw.writeHead(200, {
    'content-type': 'text/event-stream; charset=utf-8',
    'cache-control': 'no-store',
    'x-content-type-options': 'nosniff',
    'x-request-id': request.id,
  });
  raw.write('retry: 1000\n\n');
  const send = (event: unknown) => {
    raw.write(`data: ${JSON.stringify(event)}\n\n`);
    if (raw.writableLength > maxBuffered) raw.destroy();
  };
  const keepAlive = setInterval(() => raw.write(': still here\n\n'), keepAliveMs);
  let close: () => void = () => undefined;
  try {
    close = await open(send);
    await aborted(ended);
  } finally {
    clearInterval(keepAlive);
    close();
    raw.destroy();
  }
}

/**
 * Sends the present state, then what changes: `subscribe` hands on events until the function that it answers is called. It is called before the state is
 * read, so what happens in between is sent after it, never lost. Answers what ends the subscription.
 */
export async function sendStateThenChanges(
  send: (event: unknown) => void,
  subscribe: (deliver: (event: unknown) => void) => () => void,
  state: () => Promise<readonly unknown[]>,
): Promise<() => void> {
  const early: unknown[] = [];
  let deliver = (event: unknown): void => void early.push(event);
  const close = subscribe((event) => deliver(event));
  try {
    for (const event of await state()) send(event);
  } catch (error) {
    close();
    throw error;
  }
  for (const event of early) send(event);
  deliver = send;
  return close;
}

const aborted = (signal: AbortSignal): Promise<void> =>
  new Promise((resolve) => {
    if (signal.aborted) return resolve();
    signal.addEventListener('abort', () => resolve(), { once: true });
  });
