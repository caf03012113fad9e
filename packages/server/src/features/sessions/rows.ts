import type { Duplex } from 'node:stream';
import type { Clock } from '../../lib/clock.ts';
import type { Limits } from './limits.ts';
import type { Links } from './link/links.ts';

/** `away`: the agent isn't connected, or doesn't answer · `absent`: it has no rows of that statement. */
export type NoRows = 'away' | 'absent';

/** Opens the rows of a statement, an Arrow IPC stream, as its driver has them; waits until the first of them are there. */
export async function openRows(
  { links, clock, limits }: { links: Links; clock: Clock; limits: Limits },
  sessionId: number,
  statementId: number,
  signal: AbortSignal,
): Promise<Duplex | NoRows> {
  const stream = links.get(sessionId)?.openStream(`arrow/${statementId}`);
  if (stream === undefined) return 'away';
  const answer = await new Promise<'here' | NoRows>((resolve) => {
    stream.once('readable', () => resolve('here'));
    stream.once('error', () => resolve(links.get(sessionId) === null ? 'away' : 'absent'));
    const giveUp = () => resolve('away');
    const cancel = clock.after(limits.rowsMs, giveUp);
    signal.addEventListener('abort', giveUp, { once: true });
    stream.once('close', () => {
      cancel();
      signal.removeEventListener('abort', giveUp);
    });
  });
  if (answer !== 'here') {
    stream.destroy();
    return answer;
  }
  // The agent has nothing more to say once it has sent all, and neither have we.
  stream.once('end', () => stream.end());
  return stream;
}
