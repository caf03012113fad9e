import type { Config } from '../config.ts';
import { makePrivateFolder } from '../lib/files.ts';
import { createPlatform } from '../platform.ts';
import type { ChildMessage } from '../supervise/messages.ts';
import { openLog } from './log.ts';

/** Runs the control plane until closed. What runs for users goes on without it. */
export async function startControl(
  config: Config,
  tell: (message: ChildMessage) => void,
): Promise<{ close(): Promise<void> }> {
  const log = await openLog(config, 'control');
  await makePrivateFolder(config.paths.run);
  const platform = await createPlatform(config, log);
  await platform.start();
  const token = await platform.setUpToken();
  tell({ type: 'ready', ...(token === null ? {} : { setUpUrl: `${config.publicOrigin}/setup#token=${token}` }) });
  log.info('control serves');
  return platform;
}
