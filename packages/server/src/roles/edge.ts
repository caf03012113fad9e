import type { Config } from '../config.ts';
import { runEdge } from '../edge/edge.ts';
import { FatalError, type ChildMessage } from '../supervise/messages.ts';
import { openLog } from './log.ts';

/** Runs the edge until closed. Throws a `FatalError` with a sentence when the port can't be had. */
export async function startEdge(
  config: Config,
  tell: (message: ChildMessage) => void,
): Promise<{ close(): Promise<void> }> {
  const log = await openLog(config, 'edge');
  const edge = await runEdge(config, log).catch((error: unknown) => {
    throw new FatalError(error instanceof Error ? error.message : String(error), { cause: error });
  });
  tell({ type: 'ready', url: config.publicOrigin });
  return edge;
}
