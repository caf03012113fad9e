import { readFileSync } from 'node:fs';
import { glob } from 'node:fs/promises';
import { join } from 'node:path';
import { defaultConfiguration, type Client } from '@emberlab/contract';
import type { Platform } from '@emberlab/e2e/platform';
import { startJupyter, stopJupyter, until } from '../tools.ts';
import { Livy, type Kind } from './livy.ts';
import type { Start } from './starts.ts';

const configuration = { ...defaultConfiguration, driverMemoryMb: 1024 };

/** The first notebook of a Jupyter server: its driver has been started with the server, and waits. */
export function startedAhead(platform: Platform, client: Client, kind: Kind, restart: () => Promise<void>): Start {
  return {
    what: `our gateway, a driver started ahead, ${kind}`,
    goal: 'under 0.3 s',
    async prepare() {
      await restart();
      await startJupyter(client, configuration);
      await until(
        () => client.call('sessions.list', { params: { project: 'demo' } }),
        ({ items }) => items.some((session) => session.startedAhead !== null && session.readyAt !== null),
      );
      // As the server's own kernels do, with the credentials that only they have.
      for await (const file of glob(join(platform.data, '**/sparkmagic/token'))) {
        const token = readFileSync(file, 'utf8').trim();
        const config = JSON.parse(readFileSync(join(file, '../config.json'), 'utf8')) as {
          kernel_python_credentials: { url: string };
          session_configs_defaults: Record<string, unknown>;
        };
        const livy = new Livy(config.kernel_python_credentials.url, { authorization: `Bearer ${token}` });
        return { livy, body: { ...config.session_configs_defaults, kind } };
      }
      throw new Error('the Jupyter server has no credentials for the gateway');
    },
    tidy: () => stopJupyter(client),
  };
}
