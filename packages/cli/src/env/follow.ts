import { setTimeout as pause } from 'node:timers/promises';
import type { Client, EnvironmentOperation } from '@emberlab/contract';
import { forPeople } from '../connection.ts';
import { plain } from './texts.ts';

/** How often is asked whether a change's turn has come, ms. */
const lookMs = 500;

type Which = { project: string; id: string };

/** Copies the log of a change until it ends, from this character on; answers how many there were. */
export async function copyLog(
  client: Client,
  { project, id }: Which,
  write: (text: string) => void,
  from = 0,
): Promise<number> {
  const response = await forPeople(
    client.open('environment.operationLog', { params: { project, id }, query: { follow: '1' } }),
  );
  const decoder = new TextDecoder();
  let seen = 0;
  for await (const chunk of response.body ?? []) {
    const text = decoder.decode(chunk, { stream: true });
    write(plain(text.slice(Math.max(0, from - seen))));
    seen += text.length;
  }
  return Math.max(from, seen);
}

/** Waits for the end of a change and tells meanwhile how it goes; answers what came of it. */
export async function follow(
  client: Client,
  which: Which,
  begun: EnvironmentOperation,
  write: (text: string) => void,
): Promise<EnvironmentOperation> {
  const look = () => forPeople(client.call('environment.operation', { params: which }));
  let now = begun;
  let place: number | null = null;
  let shown = 0;
  for (;;) {
    if (now.state === 'queued') {
      if (now.position !== place && now.position !== null) write(`Waiting for its turn: place ${now.position}.\n`);
      place = now.position;
    } else {
      shown = await copyLog(client, which, write, shown);
      now = await look();
      if (now.state !== 'running' && now.state !== 'queued') return now;
    }
    await pause(lookMs);
    now = await look();
  }
}
