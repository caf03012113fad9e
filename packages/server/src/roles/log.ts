import { join } from 'node:path';
import pino, { type Logger } from 'pino';
import type { Config } from '../config.ts';
import { makePrivateFolder } from '../lib/files.ts';
import { createRedactor } from '../lib/redact.ts';
import { currentRequestId } from '../lib/request-id.ts';

/**
 * The process's own log: JSON lines, appended to `logs/{role}.log` in the data folder. Secrets are taken out of the finished line, wherever in it they
 * stand; a line that is written for a request carries its id.
 */
export async function openLog(
  config: Pick<Config, 'logLevel' | 'metricsToken'> & { readonly paths: Pick<Config['paths'], 'logs'> },
  role: 'control' | 'edge',
): Promise<Logger> {
  await makePrivateFolder(config.paths.logs);
  const file = pino.destination({
    dest: join(config.paths.logs, `${role}.log`),
    append: true,
    mode: 0o600,
    sync: false,
  });
  const redact = createRedactor(config.metricsToken === null ? [] : [config.metricsToken]);
  return pino(
    {
      level: config.logLevel,
      base: { role, pid: process.pid },
      mixin: () => {
        const requestId = currentRequestId();
        return requestId === undefined ? {} : { requestId };
      },
      hooks: { streamWrite: redact },
    },
    file,
  );
}
