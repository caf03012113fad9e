import { describe, expect, it } from 'vitest';
import { eventsOf } from './events.ts';

async function read(chunks: readonly string[]): Promise<unknown[]> {
  const bytes = chunks.map((chunk) => new TextEncoder().encode(chunk));
  const events: unknown[] = [];
  const body = new ReadableStream<Uint8Array<ArrayBuffer>>({
    start(controller) {
      for (const chunk of bytes) controller.enqueue(chunk);
      controller.close();
    },
  });
  for await (const event of eventsOf(new Response(body))) events.push(event);
  return events;
}

describe('server-sent events', () => {
  it('are read whole, however they come', async () => {
    expect(await read(['retry: 1\n\nda', 'ta: {"a":1}\n\n: still here\n\ndata: {"a":', '2}\n\n'])).toEqual([
      { a: 1 },
      { a: 2 },
    ]);
  });

  it('are refused when the answer is an error', async () => {
    const events = eventsOf(new Response('no', { status: 403 }));
    await expect(events.next()).rejects.toThrow('403 no');
  });
});
