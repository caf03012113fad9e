import type { Config } from '../config.ts';
import { leadDatabase } from '../db/lead.ts';
import { systemClock } from '../lib/clock.ts';
import { makePrivateFolder } from '../lib/files.ts';
import type { Adapters } from '../platform-adapters.ts';
import { createPlatform } from '../platform.ts';
import type { ChildMessage } from '../supervise/messages.ts';
import { succeedLeader } from './leader-note.ts';
import { openLog } from './log.ts';
import { createReplica } from './replica.ts';

/**
 * Runs the control plane until closed, once no other one leads at its database; one of several replicas answers reads until then. What runs for users goes on
 * without it. `stopped`: it need not wait any longer. `lost`: resolves, with the reason, when another one may work with the database: it has to end then.
 */
export async function startControl(
  config: Config,
  tell: (message: ChildMessage) => void,
  stopped: Promise<void>,
  adapters: Adapters = {},
): Promise<{ close(): Promise<void>; readonly lost?: Promise<string> }> {
  const log = await openLog(config, 'control');
  await makePrivateFolder(config.paths.run);
  const waiting = new AbortController();
  void stopped.then(() => waiting.abort());
  const replica = config.replicas ? createReplica(config, log, () => tell({ type: 'ready' })) : null;
  // Nothing else may keep the process while it waits.
  const stay = setInterval(() => undefined, 60_000);
  const lead = await leadDatabase(config, {
    clock: systemClock,
    signal: waiting.signal,
    onWait(sentence, holder) {
      log.warn(sentence);
      tell({ type: 'waits', message: sentence });
      replica?.sees(holder);
    },
    ...(replica === null ? {} : { hurry: replica.leaderHasGone }),
  }).finally(() => clearInterval(stay));
  if (lead === null) {
    await replica?.close();
    return { close: async () => undefined };
  }
  // Its reads are answered until others are.
  await replica?.settle();
  if (replica !== null) await succeedLeader(config, systemClock);
  const platform = await createPlatform(config, log, { adapters });
  await platform.start();
  await replica?.close();
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
