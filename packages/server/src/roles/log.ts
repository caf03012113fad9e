import { join } from 'node:path';
import pino, { type Logger } from 'pino';
import type { Config } from '../config.ts';
import { makePrivateFolder } from '../lib/files.ts';
import { createRedactor } from '../lib/redact.ts';
import { currentRequestId } from '../lib/request-id.ts';
import { appendTo } from './lines.ts';

/** Values of the settings that nobody may read in a log, in every form in which they come. */
function secretsOf({ metricsToken, databaseUrl }: Pick<Config, 'metricsToken' | 'databaseUrl'>): string[] {
  const url = databaseUrl === null ? null : new URL(databaseUrl);
  const written = url?.password ?? '';
  const asked = url?.searchParams.get('password') ?? '';
  return [metricsToken ?? '', written, decodeURIComponent(written), asked, encodeURIComponent(asked)];
}

/**
 * The process's own log: JSON lines, appended to `logs/{role}.log` in the data folder. Secrets are taken out of the finished line, wherever in it they
 * stand; a line that is written for a request carries its id.
 */
export async function openLog(
  config: Pick<Config, 'logLevel' | 'metricsToken' | 'databaseUrl'> & { readonly paths: Pick<Config['paths'], 'logs'> },
  role: 'control' | 'edge',
): Promise<Logger> {
  await makePrivateFolder(config.paths.logs);
  const file = appendTo(join(config.paths.logs, `${role}.log`));
  const redact = createRedactor(secretsOf(config));
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
