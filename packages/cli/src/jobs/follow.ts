import { setTimeout as pause } from 'node:timers/promises';
import { liveExecutionStates, type Client, type Execution } from '@emberlab/contract';
import { plain } from '../env/texts.ts';
import { forPeople } from '../connection.ts';

/** How often is asked whether a run has ended, ms. */
const lookMs = 1000;

type Which = { project: string; id: number };

const isLive = ({ state }: Execution): boolean => liveExecutionStates.some((live) => live === state);

/** Copies the log of a run; followed, until it ends. */
export async function copyLog(
  client: Client,
  params: Which,
  { follow, write }: { follow: boolean; write: (text: string) => void },
): Promise<void> {
  const query = follow ? { follow: '1' as const } : {};
  const response = await forPeople(client.open('executions.log', { params, query }));
  const decoder = new TextDecoder();
  for await (const chunk of response.body ?? []) write(plain(decoder.decode(chunk, { stream: true })));
  write(plain(decoder.decode()));
}

/** Waits for the end of a run; answers how that was. */
export async function untilEnd(client: Client, params: Which): Promise<Execution> {
  for (;;) {
    const run = await forPeople(client.call('executions.get', { params }));
    if (!isLive(run)) return run;
    await pause(lookMs);
  }
}
