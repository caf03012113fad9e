import { readFileSync } from 'node:fs';
import { setTimeout as pause } from 'node:timers/promises';
import { join } from 'node:path';
import type { Client, Configuration } from '@emberlab/contract';
import { runCommand, type Platform } from '@emberlab/e2e/platform';

/** How often each thing is measured. */
export const rounds = Number(process.env['EMBERLAB_BENCH_ROUNDS'] ?? 5);

export const say = (text: string): void => void process.stdout.write(`${text}\n`);

/** of the administrator */
export const password = 'correct horse battery';

/** Makes an administrator and answers a token of theirs. The platform need not run. */
export async function account(platform: Platform): Promise<string> {
  await runCommand('./emberlab', ['user', 'add', 'bench@example.org', '--admin', '--password-stdin'], {
    env: platform.env,
    input: `${password}\n`,
  });
  const { stdout } = await runCommand(
    './emberlab',
    ['token', 'create', '--user', 'bench@example.org', '--name', 'bench'],
    { env: platform.env },
  );
  return stdout.trim();
}

/** What of a process is in memory, MB. */
export const residentMb = (pid: number): number =>
  Number(/VmRSS:\s+(\d+) kB/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]) / 1024;

/** Asks every 10 ms, or as often as is said, until the answer will do. */
export async function until<T>(ask: () => Promise<T>, done: (value: T) => boolean, everyMs = 10): Promise<T> {
  for (;;) {
    const value = await ask();
    if (done(value)) return value;
    await pause(everyMs);
  }
}

/** Seconds or milliseconds that `task` takes. */
export async function timed(unit: 's' | 'ms', task: () => Promise<unknown>): Promise<number> {
  const start = performance.now();
  await task();
  return (performance.now() - start) / (unit === 's' ? 1000 : 1);
}

/** The folder of a project's Python environment, once project and environment are there. */
export async function environmentOf(platform: Platform, client: Client, name: string, everyMs = 10): Promise<string> {
  const params = { project: name };
  await until(
    () => client.call('projects.list', {}),
    ({ items }) => items.some((project) => project.name === name),
    everyMs,
  );
  const { current } = await until(
    () => client.call('environment.get', { params }),
    (environment) => environment.current !== null,
    everyMs,
  );
  const project = await client.call('projects.get', { params });
  return join(platform.data, 'environments', project.id, String(current?.number));
}

/** Starts the demo project's Jupyter server and waits until it is ready. */
export async function startJupyter(client: Client, configuration?: Configuration): Promise<void> {
  const params = { project: 'demo' };
  await client.call('jupyter.start', { params, body: configuration === undefined ? {} : { configuration } });
  const server = await until(
    () => client.call('jupyter.server', { params }),
    ({ state }) => state === 'running' || state === 'failed',
  );
  if (server.state === 'failed') throw new Error(server.problem?.message ?? 'the server failed');
}

/** Stops the caller's Jupyter server in a project and waits until it has. */
export async function stopJupyter(client: Client, project = 'demo'): Promise<void> {
  const params = { project };
  await client.call('jupyter.stop', { params });
  await until(
    () => client.call('jupyter.server', { params }),
    ({ state }) => state === 'stopped',
  );
}
