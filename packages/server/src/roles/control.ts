import type { Config } from '../config.ts';
import { leadDatabase } from '../db/lead.ts';
import { systemClock } from '../lib/clock.ts';
import { makePrivateFolder } from '../lib/files.ts';
import { createPlatform } from '../platform.ts';
import type { ChildMessage } from '../supervise/messages.ts';
import { openLog } from './log.ts';

/**
 * Runs the control plane until closed, once no other one works with its database. What runs for users goes on without it. `stopped`: it need not wait any
 * longer. `lost`: resolves, with the reason, when another one may work with the database: it has to end then.
 */
export async function startControl(
  config: Config,
  tell: (message: ChildMessage) => void,
  stopped: Promise<void>,
): Promise<{ close(): Promise<void>; readonly lost?: Promise<string> }> {
  const log = await openLog(config, 'control');
  await makePrivateFolder(config.paths.run);
  const waiting = new AbortController();
  void stopped.then(() => waiting.abort());
  // Nothing else may keep the process while it waits.
  const stay = setInterval(() => undefined, 60_000);
  const lead = await leadDatabase(config, {
    clock: systemClock,
    signal: waiting.signal,
    onWait(sentence) {
      log.warn(sentence);
      tell({ type: 'waits', message: sentence });
    },
  }).finally(() => clearInterval(stay));
  if (lead === null) return { close: async () => undefined };
  const platform = await createPlatform(config, log);
  await platform.start();
  const token = await platform.setUpToken();
  tell({ type: 'ready', ...(token === null ? {} : { setUpUrl: `${config.publicOrigin}/setup#token=${token}` }) });
  log.info('control serves');
  return {
    lost: lead.lost.then((reason) => {
      log.error({ reason }, 'the database was lost, and another control plane may work with it: this one ends');
      return reason;
    }),
    async close() {
      await platform.close();
      await lead.close();
    },
  };
}
