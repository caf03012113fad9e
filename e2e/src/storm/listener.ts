import { setTimeout as pause } from 'node:timers/promises';
import type { Client, Execution } from '@emberlab/contract';
import type { Person } from './people.ts';

/**
 * Looks at a project's page all the time: asks for its runs whenever its stream begins, and then believes what that tells. At the end it knows of each run what
 * there is to know. `open` begins a stream, and ends it by the signal.
 */
export function listener(
  client: Client,
  project: string,
  open: (signal: AbortSignal) => Promise<ReadableStream<Uint8Array>>,
): Person & { stop(): Promise<void> } {
  const params = { project };
  const known = new Map<number, Pick<Execution, 'id' | 'state'>>();
  const stopped = new AbortController();
  let begun = 0;
  let events = 0;

  async function listen(): Promise<void> {
    const stream = await open(stopped.signal);
    begun += 1;
    let rest = '';
    for await (const text of stream.pipeThrough(new TextDecoderStream() as ReadableWritablePair<string, Uint8Array>)) {
      const parts = (rest + text).split('\n\n');
      rest = parts.pop() ?? '';
      for (const part of parts) {
        if (!part.startsWith('data: ')) continue;
        const event = JSON.parse(part.slice(6)) as { type: string; execution?: Execution };
        events += 1;
        if (event.type === 'jobs') await ask();
        if (event.execution !== undefined) known.set(event.execution.id, event.execution);
      }
    }
  }
  /** As the page does. */
  async function ask(): Promise<void> {
    const { items } = await client.call('executions.list', { params, query: { limit: 100 } });
    for (const run of items) known.set(run.id, run);
  }
  const listening = (async () => {
    while (!stopped.signal.aborted) {
      await listen().catch(() => undefined);
      if (!stopped.signal.aborted) await pause(200);
    }
  })();

  return {
    name: 'listener',
    act: () => pause(500),
    async stop() {
      stopped.abort();
      await listening;
    },
    async compare() {
      const differences = async (): Promise<string[]> => {
        const { items } = await client.call('executions.list', { params, query: { limit: 100 } });
        return items
          .filter(({ id, state }) => known.get(id)?.state !== state)
          .map(({ id, state }) => `run ${id} is ${state}, and ${known.get(id)?.state} for whoever looks at it`);
      };
      let found = await differences();
      for (const over = performance.now() + 10_000; found.length > 0 && performance.now() < over;) {
        await pause(200);
        found = await differences();
      }
      process.stdout.write(`the listener had ${begun} streams, with ${events} events\n`);
      return found;
    },
  };
}
